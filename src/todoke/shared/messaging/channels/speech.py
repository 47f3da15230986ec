"""Sentences for the ear, after the pattern of the guideline.

「緊急放送、緊急放送、警戒レベル4、避難開始。（2回）こちらは、○○市です。○○地区に、警戒レベル4、避難指示を発令しました。…」
Then, where there is room, what the body explains in sentences that an ear can follow, and once more who speaks.

Each line is one breath: a voice pauses at the end of a line (`PAUSE`), and shorter at a comma and a full stop. No signs
stand in it, times are spoken, and `Fitted.reading` is the same text with the names of places in kana, for a voice that
would misread them.

Source of the pattern: 避難情報に関するガイドライン (内閣府, 令和3年5月), 伝達文の例.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from todoke.shared.messaging.channels.matter import (
    ENDS,
    SENTENCES_MAX,
    Group,
    Matter,
    Room,
    flowing,
    is_lifted,
    lifted_of,
    plain,
    sentences_of,
    without_furigana,
)
from todoke.shared.messaging.channels.phrases import READ_JAPANESE_NAMES, official_word, phrases_in
from todoke.shared.messaging.channels.wording import Fitted
from todoke.shared.messaging.phrasebook import book
from todoke.shared.messaging.types import AreaMark, EditionKind, Mode, Never

PAUSE = "\n"
# More names than this are not remembered by anybody who hears them once.
NAMES_HEARD_MAX = 12
ORDERED = (3, 4, 5)
LEVEL_OF_ALARM = 4

_WEB = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
# What nobody can follow with the ear: addresses, telephone numbers, items of a list.
_UNSPEAKABLE = re.compile(r"https?://|www\.|[\w.+-]+@[\w-]+\.|\d{2,4}-\d{2,4}-\d{3,4}|[・●■◆]|問い合わせ")
# About half a minute aloud, beside what must be said.
EXPLAINED_MAX = 160
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：]([0-5]\d)(?!\d)")
# A sign between two words is a breath; what lies between two hours or floors is a word.
_WIDE_BLANK = re.compile(r"(?<=\S)\u3000+(?=\S)")
_COLON = re.compile(r"\s*(?:(?<!\d):|:(?!\d))\s*")
_SAID_FOR = str.maketrans({"〜": "から", "～": "から", "~": "から"})
_SIGNS = re.compile(r"[【】\[\]「」『』“”\"<>〈〉《》#＃*＊/／|…→※●○◎■□◆◇▼▲_=＝~～:：;；()（）]+")


@dataclass(frozen=True)
class Aloud:
    """How one attempt is read: with the names of places or without, how often the call, which action, what more."""

    matter: Matter
    has_names: bool
    calls: int
    action: str
    explained: tuple[str, ...] = ()
    ends_with_sender: bool = False
    left_out: str = ""


def speech(matter: Matter, room: Room) -> Fitted:
    """The edition as it is read aloud, within the limit if there is one. Raises Never."""
    for aloud in _attempts(matter):
        text = PAUSE.join(_lines(aloud, _name))
        if room.limit is None or room.measure(text) <= room.limit:
            return Fitted(text, aloud.left_out, PAUSE.join(_lines(aloud, _reading)))
    raise Never(f"読み上げる文が{room.limit}文字に収まりません。レベル、地域、取る行動のどれかを切ることになります。")


def framed(matter: Matter, lines: Iterable[str]) -> list[str]:
    """The lines as they are said: a drill or a test says so before and after, where the eye would see a mark, and a
    correction that it is one."""
    said, edition = book(matter.language), matter.edition
    mode = {Mode.EXERCISE: "speech.drill", Mode.TEST: "speech.test"}.get(edition.mode)
    marked = [said.text(mode)] if mode else []
    corrected = [said.text("speech.corrected")] if edition.kind is EditionKind.CORRECTION else []
    return [*marked, *corrected, *(line for line in lines if line), *marked]


def why_aloud(matter: Matter) -> str:
    """What was corrected, or why it is taken back, as a sentence; nothing in other editions.

    Nothing in other languages either: staff write the reason in Japanese, and a foreign voice would make noise of it.
    """
    is_heard = matter.why and matter.language in READ_JAPANESE_NAMES
    return _sentence(matter, spoken(matter.why, matter.language)) if is_heard else ""


def spoken(text: str, language: str) -> str:
    """Written words as they are said: no signs, no web addresses, times on a clock in words."""
    # やさしい日本語 puts a blank between its words; in Japanese a wide one stands for a pause.
    if language == "ja":
        text = _WIDE_BLANK.sub("、", text.translate(_SAID_FOR))
    text = _WEB.sub("", without_furigana(unicodedata.normalize("NFKC", without_furigana(text))))
    if language in READ_JAPANESE_NAMES:
        text = _CLOCK.sub(lambda found: f"{int(found[1])}時{int(found[2])}分", text)
        text = _COLON.sub("、", text)
    else:
        text = _CLOCK.sub(lambda found: f"{int(found[1])} {found[2]}", text)
    return re.sub(r"[ \t]+", " ", _SIGNS.sub(" ", text)).strip()


def with_readings(text: str, matter: Matter) -> str:
    """A text that somebody wrote, the names of its places in kana where their reading is known; longest names first."""
    areas = [area for group in matter.groups for area in group.areas if area.reading and area.name]
    for area in sorted(areas, key=lambda area: -len(area.name)):
        text = text.replace(area.name, area.reading)
    return text


Named = Callable[[Matter, AreaMark], str]


def _attempts(matter: Matter) -> tuple[Aloud, ...]:
    """Everything; without explanations; the call once and the tightest action; without the names of places."""
    further = sum(max(len(group.areas) - NAMES_HEARD_MAX, 0) for group in matter.groups)
    unnamed = f"{further}地域の名前" if further else ""
    fullest, tightest = matter.actions[0], matter.actions[-1]
    explained = _explained(matter)
    kept = "、".join(filter(None, (unnamed, "本文の説明" if explained else "")))
    return (
        Aloud(matter, True, 2, fullest, explained, ends_with_sender=True, left_out=unnamed),
        Aloud(matter, True, 2, fullest, left_out=kept),
        Aloud(matter, True, 1, tightest, left_out=f"{kept}、呼びかけの繰り返し、行動の説明の一部".lstrip("、")),
        Aloud(matter, False, 1, tightest, left_out="対象地域の名前、本文の説明、呼びかけの繰り返し、行動の説明の一部"),
    )


def _explained(matter: Matter) -> tuple[str, ...]:
    """Whole sentences of the text that an ear can follow and that say something new; none where all is taken back.

    A text in another language than the speech's is never read out, and a line that does not end as a sentence is a
    heading or an item of a list.
    """
    edition = matter.edition
    own = next((one for one in edition.content.wordings if one.language == matter.language), None)
    if own is None or edition.kind is EditionKind.CANCEL or matter.is_lifting:
        return ()
    texts = matter.told if matter.own_title else [one for one in sentences_of(own.body) if one.endswith(ENDS)]
    kept: list[str] = []
    for text in texts:
        said = spoken(text, matter.language)
        if not said or _UNSPEAKABLE.search(text) or _is_said_anyway(said, matter):
            continue
        if len(kept) == SENTENCES_MAX or sum(map(len, kept)) + len(said) > EXPLAINED_MAX:
            break
        kept.append(_sentence(matter, said))
    return tuple(kept)


def _is_said_anyway(sentence: str, matter: Matter) -> bool:
    """Whether it gives the official word once more, or what to do."""
    held = plain(sentence)
    words = [plain(spoken(official_word(group.notice, matter.language), matter.language)) for group in matter.groups]
    return any(word and word in held for word in words) or any(plain(one)[:-1] in held for one in matter.actions if one)


def _lines(aloud: Aloud, named: Named) -> list[str]:
    matter, said = aloud.matter, book(aloud.matter.language)
    city = spoken(matter.city, matter.language)
    here = said.text("speech.here").format(city=city) if city else ""
    lines = [
        *[_opening(matter)] * (aloud.calls if _is_alarm(matter) else 1),
        here,
        why_aloud(matter),
        _sentence(matter, spoken(matter.headings[0], matter.language)) if matter.own_title else "",
        *(_group_sentence(aloud, group, named) for group in matter.groups),
        "" if aloud.has_names or not matter.top.areas else said.text("speech.announced"),
        *aloud.explained,
        _sentence(matter, spoken(aloud.action, matter.language)),
        here if aloud.ends_with_sender else "",
    ]
    return framed(matter, lines)


def _is_alarm(matter: Matter) -> bool:
    if matter.is_lifting or matter.edition.kind is EditionKind.CANCEL or matter.own_title:
        return False
    kind, level = matter.edition.content.facts.get("kind", ""), matter.top.level
    if kind in ("tsunami", "evacuation"):
        return True
    return level is not None and level >= LEVEL_OF_ALARM


def _opening(matter: Matter) -> str:
    said = book(matter.language)
    if not _is_alarm(matter):
        return said.text("speech.notice")
    level = matter.top.level
    if matter.edition.content.facts.get("kind", "evacuation") == "evacuation" and level in ORDERED:
        words = said.text(f"speech.call-{level}")
    else:
        words = _words(matter, level, matter.top.notice)
    return said.text("speech.opening").format(words=words)


def _group_sentence(aloud: Aloud, group: Group, named: Named) -> str:
    """What holds where, or no longer holds."""
    matter = aloud.matter
    said, phrases = book(matter.language), phrases_in(matter.language)
    heard = [named(matter, area) for area in group.areas[:NAMES_HEARD_MAX]] if aloud.has_names else []
    further = len(group.areas) - NAMES_HEARD_MAX
    more = [spoken(phrases.other_areas.format(further), matter.language)] if heard and further > 0 else []
    names = phrases.comma.join([*heard, *more])
    if matter.own_title:
        return _sentence(matter, names) if names and matter.edition.content.areas else ""
    areas = names or said.text("speech.areas")
    over = lifted_of(matter.edition) if matter.is_lifting else []
    if over:
        words = phrases.comma.join(_words(matter, level, word) for level, word in over)
    else:
        words = _words(matter, group.level, group.areas[0].notice if group.areas else "")
    if matter.edition.kind is EditionKind.CANCEL:
        key = "speech.cancelled"
    elif matter.is_lifting or all(is_lifted(area) for area in group.areas):
        kind = matter.edition.content.facts.get("kind", "")
        key, words = "speech.lifted", words if over else said.find(f"kind.{kind}") or said.text("kind.other")
    else:
        kind = matter.edition.content.facts.get("kind", "evacuation")
        key = "speech.issued" if kind == "evacuation" else "speech.told"
    return said.text(key).format(areas=areas, words=words)


def _words(matter: Matter, level: int | None, notice: str) -> str:
    word = spoken(official_word(notice, matter.language), matter.language)
    # A level may come without a word of its own.
    return book(matter.language).text("speech.words").format(level=level, word=word).strip("、, ") if level else word


def _sentence(matter: Matter, text: str) -> str:
    return flowing([text], phrases_in(matter.language).stop)


def _name(matter: Matter, area: AreaMark) -> str:
    # The Japanese name that stands behind the romanised one in writing is nothing a foreign voice can read.
    if matter.language not in READ_JAPANESE_NAMES and area.name_en:
        return spoken(area.name_en, matter.language)
    return spoken(matter.names(Group(None, "", (area,)))[0], matter.language)


def _reading(matter: Matter, area: AreaMark) -> str:
    """The name in kana, where somebody gave it; a reading is never guessed."""
    return area.reading if matter.language in READ_JAPANESE_NAMES and area.reading else _name(matter, area)
