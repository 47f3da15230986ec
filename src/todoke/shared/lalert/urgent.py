"""The text of a 緊急速報メール: level and official word, areas, action, city, within what the carriers take.

Pure. What a template or a person wrote for this register (`Register.URGENT`) is used where it fits; otherwise the text
is made here, from facts alone. A common derivation of all registers may take this module's place.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from todoke.shared.lalert.permitted import TITLE_MAX, TOTAL_MAX
from todoke.shared.messaging.channels.clusters import longest_start
from todoke.shared.messaging.channels.phrases import phrases_in
from todoke.shared.messaging.channels.wording import areas_by_level, highest_level
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition, Never, Register

# Looked for in half-width text. A number of three digits such as 119番 is a telephone number too.
FORBIDDEN = re.compile(
    r"[a-z][a-z0-9+.-]*://\S*|www\.\S+|mailto:\S*|\S*@\S*|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:jp|com|net|org|go)\b\S*"
    r"|\(?\+?0\d{1,4}[\s()ー―‐–—−-]*\d{1,4}[\s()ー―‐–—−-]*\d{3,4}|(?<!\d)1[01]\d番(?!地)|#\d{3,5}",
    re.IGNORECASE,
)
ABSENT = "〓"  # GETA MARK: stands in Japanese print for a character that is not at hand
SENTENCE = re.compile(r"[^。\n]*。|[^。\n]+")


@dataclass(frozen=True)
class UrgentText:
    """Title and text as a telephone shows them, and in words what was left out."""

    title: str
    text: str
    left_out: str = ""


def counted(text: str) -> int:
    """The length as carriers count: each full-width character one, a line break one (CR LF too)."""
    return len(text.replace("\r\n", "\n"))


def fullwidth(text: str) -> str:
    """The text in characters that MS932 holds in two bytes, with one kind of line break; others become 〓."""
    lines = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join("".join(map(_wide, line.strip())) for line in lines).strip()


def _wide(character: str) -> str:
    if "!" <= character <= "~":
        wide = chr(ord(character) + 0xFEE0)
    else:
        # MS932 has one of each of these alone.
        wide = {" ": "　", "\t": "　", "〜": "～", "−": "－", "—": "―", "–": "－", "‖": "∥", "¥": "￥"}.get(
            character, character
        )
    # What only joins or varies its neighbours has no width of its own.
    if unicodedata.category(wide) in ("Cf", "Mn", "Me", "Cc"):
        return ""
    try:
        # Half of the pairs that make up an emoji have no bytes either.
        return wide if len(wide.encode("cp932")) == 2 else ABSENT
    except UnicodeEncodeError:
        return ABSENT


def is_forbidden(text: str) -> bool:
    """Whether there is a URL, a mail address or a telephone number in it."""
    return FORBIDDEN.search(unicodedata.normalize("NFKC", text)) is not None


def permitted_sentences(text: str) -> tuple[str, int]:
    """The text without the sentences that hold what is forbidden, and how many those were."""
    whole = unicodedata.normalize("NFKC", text)
    sentences = SENTENCE.findall(whole)
    kept = [sentence.strip() for sentence in sentences if not FORBIDDEN.search(sentence)]
    # An address may run over a line's end; then nothing of it is trusted.
    joined = "\n".join(sentence for sentence in kept if sentence)
    return ("" if is_forbidden(joined) else joined), len(sentences) - len(kept)


def urgent_text(edition: FrozenEdition) -> UrgentText:
    """The 緊急速報メール of this edition. Raises Never where not even level, one area, action and city fit."""
    return _written(edition) or _derived(edition)


def _written(edition: FrozenEdition) -> UrgentText | None:
    """What was written for this register, with the drill's words; None where nothing was, or it does not fit."""
    wording = edition.content.wording("ja")
    said, title = wording.said_in(Register.URGENT), wording.said_in(Register.URGENT_TITLE)
    # A text that was written as an order is not repeated by whoever takes it back.
    if not said or edition.kind in (EditionKind.CANCEL, EditionKind.CORRECTION):
        return None
    if is_forbidden(f"{title}\n{said}"):
        return None
    mode = phrases_in("ja").of_mode(edition.mode)
    text = fullwidth("\n".join(part for part in (mode, said) if part))
    head = fullwidth(edition.marks("ja") + title) if title else _title(edition)
    if counted(head) > TITLE_MAX or counted(head) + counted(text) > TOTAL_MAX or ABSENT in head + text:
        return None
    return UrgentText(head, text)


def _title(edition: FrozenEdition) -> str:
    """Marks, then level and word; the word alone where both do not fit, and the start of the title where none is."""
    marks = fullwidth(edition.marks("ja"))
    said = fullwidth(highest_level(edition, "ja")).replace("　", "")
    lifted = edition.content.facts.get("lifted") == "yes"
    own, _left_out = permitted_sentences(edition.content.wording("ja").title)
    choices = ["避難情報の解除"] if lifted and said == "解除" else [said, re.sub(r"^警戒レベル[０-９]", "", said)]
    for choice in (*choices, fullwidth(own).replace("\n", "　"), "緊急のお知らせ"):
        if choice and counted(marks + choice) <= TITLE_MAX:
            return marks + choice
    return longest_start(marks + fullwidth(own), TITLE_MAX - 1, counted) + "…"


def _derived(edition: FrozenEdition) -> UrgentText:
    phrases = phrases_in("ja")
    title = _title(edition)
    first = [phrases.of_mode(edition.mode), phrases.of_kind(edition.kind)]
    last = [_action(edition), f"（{edition.city}）"]
    room = TOTAL_MAX - counted(title)
    for shown in (30, 12, 8, 5, 3, 2, 1):
        parts = [part for part in (*first, *_places(edition, shown), *last) if part]
        text = fullwidth("\n".join(parts))
        if counted(text) <= room:
            break
    else:
        raise Never(
            f"警戒レベル、地域、とるべき行動だけで{TOTAL_MAX}文字を超えます。地域の数を減らして、分けて発信してください。"
        )
    if is_forbidden(text) or is_forbidden(title):
        raise Never("緊急速報メールに入れられない文字（URL、メールアドレス、電話番号）が、地域か市の名前にあります。")
    reason, refused = permitted_sentences(_reason(edition))
    extra = fullwidth(reason)
    kept = _whole_sentences(extra, room - counted(text) - 1)
    if kept:
        text = fullwidth("\n".join(part for part in (*first, *_places(edition, shown), kept, *last) if part))
    left_out = [
        *(["URL、電話番号などを含む文"] if refused else []),
        *(["本文の一部"] if counted(kept) < counted(extra) else []),
    ]
    return UrgentText(title, text, "、".join(left_out))


def _places(edition: FrozenEdition, shown: int) -> list[str]:
    cancels = edition.kind is EditionKind.CANCEL
    lines = []
    for words, names in areas_by_level(edition, "ja").items():
        more = [f"ほか{len(names) - shown}地域"] if len(names) > shown else []
        listed = "、".join([*names[:shown], *more])
        lines.append(f"{words}：{listed}" if words else f"対象：{listed}")
    if not lines:
        lines = [phrase for phrase in (highest_level(edition, "ja"),) if phrase]
    return [f"取消：{line}" if cancels else line for line in lines]


def _action(edition: FrozenEdition) -> str:
    """What people do: by the highest level of an order; a warning of the weather service orders nothing."""
    if edition.kind is EditionKind.CANCEL or edition.content.facts.get("lifted") == "yes":
        return ""
    areas: Sequence[AreaMark] = edition.content.areas
    words = {LEVELS[number].words["ja"].word: number for number in (5, 4, 3)}
    ordered = [words[area.notice] for area in areas if area.notice in words]
    return LEVELS[max(ordered)].words["ja"].act if ordered else ""


def _reason(edition: FrozenEdition) -> str:
    if edition.kind is EditionKind.CANCEL:
        return edition.note
    short = edition.content.wording("ja").short
    return "\n".join(part for part in (edition.note, short) if part)


def _whole_sentences(text: str, room: int) -> str:
    """As many whole sentences as fit, each on the line where it stood."""
    kept = ""
    for line in text.split("\n"):
        for sentence in SENTENCE.findall(line):
            longer = f"{kept}\n{sentence}" if kept else sentence
            if counted(longer) > room:
                return kept
            kept = longer
    return kept
