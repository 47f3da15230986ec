"""What a template or a person wrote for one register: it goes first, if it keeps the rules of that register."""

import unicodedata

from todoke.shared.messaging.channels.matter import Matter, Room, plain
from todoke.shared.messaging.channels.phrases import phrases_in
from todoke.shared.messaging.channels.speech import framed, why_aloud
from todoke.shared.messaging.channels.urgent import forbidden_in, strangers_in
from todoke.shared.messaging.types import EditionKind, Never, Register

URGENT = frozenset({Register.URGENT, Register.URGENT_TITLE})


def written_for(matter: Matter, register: Register, room: Room) -> str:
    """The text that was written for this register, with its mark; nothing where nobody wrote one.

    Nothing in a cancellation either: it carries the cancelled words along, and nobody may read them as if they held.
    """
    edition = matter.edition
    own = next((one for one in edition.content.wordings if one.language == matter.language), None)
    if own is None or edition.kind is EditionKind.CANCEL or not (text := own.said_in(register).strip()):
        return ""
    if register is Register.SPEECH:
        return "\n".join(framed(matter, (why_aloud(matter), *text.splitlines())))
    # Somebody may have written the mark by hand; the system's own stands in any case, and once.
    own_text = matter.marks + text.removeprefix(matter.marks)
    with_why = f"{own_text}\n{matter.why}" if matter.why and room.has_lines else own_text
    return room.finish(with_why if room.takes(with_why) else own_text)


def trouble_with_written(text: str, matter: Matter, register: Register, room: Room) -> str:
    """Why this text cannot be used, in words for staff; nothing where it can."""
    wrong = []
    if not room.fits(text):
        wrong.append(f"{room.limit}文字を超える")
    if not matter.own_title and not _names_the_matter(text, matter):
        wrong.append("レベルの数字か名称がない")
    if register is not Register.URGENT_TITLE and not _names_a_place(text, matter):
        wrong.append("対象地域がない")
    if register in URGENT:
        wrong += [f"{name}がある" for name in forbidden_in(text)]
        wrong += [f"使えない文字（{''.join(strangers[:5])}）がある" for strangers in [strangers_in(text)] if strangers]
    return f"用意された文は、{'、'.join(wrong)}ため使いません" if wrong else ""


def refuse_forbidden(text: str, register: Register) -> None:
    """Raise Never where 緊急速報メール would hold an address or a number, which came in with a title or a name."""
    if register in URGENT and (found := forbidden_in(text)):
        raise Never(f"緊急速報メールに{'、'.join(found)}は入れられません。題名か地域の名前を直してください。")


def _names_the_matter(text: str, matter: Matter) -> bool:
    """Whether number and official word stand in it, in any of their forms; of a lifting, that it is one."""
    held = plain(text)
    if any(plain(heading) in held for heading in matter.headings):
        return True
    top = matter.top
    if not top.areas or matter.is_lifting:
        return False
    has_word = plain(top.areas[0].notice_in(matter.language)) in held
    return has_word and (top.level is None or str(top.level) in unicodedata.normalize("NFKC", held))


def _names_a_place(text: str, matter: Matter) -> bool:
    # What holds for the whole city needs no place.
    places = [name for group in matter.groups for name in matter.names(group)] if matter.edition.content.areas else []
    return not places or any(
        plain(place) in plain(text) for place in [*places, phrases_in(matter.language).areas_announced]
    )
