"""What a person begins with who writes a text for one register, and why a text of theirs is not used. Pure."""

from todoke.shared.messaging.channels.matter import Matter, matter_of
from todoke.shared.messaging.channels.registers import in_register
from todoke.shared.messaging.channels.speech import framed, why_aloud
from todoke.shared.messaging.channels.urgent import full_width
from todoke.shared.messaging.types import FrozenEdition, Never, Register


def text_to_mend(edition: FrozenEdition, language: str, register: Register) -> str:
    """What is said in this register, without the marks that the house puts before every text; nothing where it does
    not fit at all. A sheet has its own head, so that only its body is written."""
    if register is Register.SHEET:
        own = edition.content.wording(language)
        return own.said_in(register).strip() or own.body.strip()
    try:
        text = in_register(edition, language, register).text
    except Never:
        return ""
    matter = matter_of(edition, language)
    return _without_opening(text, matter) if register is Register.SPEECH else _without_marks(text, matter)


def trouble_with_own(edition: FrozenEdition, without: FrozenEdition, language: str, register: Register) -> str:
    """Why the text that was written for this register is not used, in words for staff; nothing where it is.

    `without` is the same edition without that text.
    """
    try:
        said = in_register(edition, language, register)
        made = in_register(without, language, register)
    except Never as refusal:
        return refusal.says
    if said.text != made.text or said.left_out == made.left_out:
        return ""
    return said.left_out.removesuffix(made.left_out).rstrip("、")


def _without_marks(text: str, matter: Matter) -> str:
    marks = matter.marks
    for each in (marks, full_width(marks, matter.language), "".join(one for one in marks if one not in "【】[] ")):
        if each and text.startswith(each):
            return text.removeprefix(each).strip()
    return text.strip()


def _without_opening(text: str, matter: Matter) -> str:
    """The lines within the frame that a drill or a correction puts around every speech."""
    own = "\n"
    frame = framed(matter, (why_aloud(matter), own))
    before, after = frame[: frame.index(own)], frame[frame.index(own) + 1 :]
    lines = text.split("\n")
    if lines[: len(before)] == before:
        lines = lines[len(before) :]
    if after and lines[-len(after) :] == after:
        lines = lines[: -len(after)]
    return "\n".join(lines).strip()
