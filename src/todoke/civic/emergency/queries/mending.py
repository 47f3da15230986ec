"""Which texts of a draft an officer may mend, what stands in them now, and whether every channel says them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from todoke.civic.emergency.models import Draft
from todoke.civic.emergency.queries.drafts import area_rows, as_area_levels
from todoke.civic.emergency.rules.content import registers_in
from todoke.civic.emergency.rules.mending import TEXT_MAX, Entered, basis_of, outdated, texts_in
from todoke.shared.messaging.channels.mendable import text_to_mend
from todoke.shared.messaging.channels.registers import BOARD_MAX, POST_MAX, URGENT_MAX, URGENT_TITLE_MAX
from todoke.shared.messaging.queries.renderings import OwnText, Rendering, without_own
from todoke.shared.messaging.types import EditionKind, FrozenEdition, Register

EnteredTexts = Mapping[tuple[str, Register], Entered]
NOTHING: EnteredTexts = {}

# What is told beside the field; a channel that has more or less room counts by its own rule.
LIMITS = {
    Register.POST: POST_MAX,
    Register.BOARD: BOARD_MAX,
    Register.URGENT_TITLE: URGENT_TITLE_MAX,
    Register.URGENT: URGENT_MAX,
}


@dataclass(frozen=True)
class MendableText:
    """One register in one language: `text` is what stands in the field, `automatic` what is said without a person's
    own text. `was` is what stood in the field when the page was made: unchanged, it is nothing that anybody entered.

    `is_mended` tells whether a person wrote it, `is_outdated` whether the facts have changed since.
    """

    language: str
    register: Register
    text: str
    automatic: str
    was: str
    is_mended: bool
    is_outdated: bool
    limit: int | None

    @property
    def key(self) -> str:
        """How it is called in forms and addresses: `ja_board`."""
        return f"{self.language}_{self.register.value}"


@dataclass(frozen=True)
class Part:
    """One register of a rendering: its text, what this channel makes of a person's own, and whether the field stands
    here. It stands beside the first channel that says it; the others lead there."""

    text: MendableText
    own: OwnText | None
    has_field: bool


@dataclass(frozen=True)
class Card:
    """A rendering with the texts that can be mended in it."""

    rendering: Rendering
    parts: tuple[Part, ...]

    @property
    def asks_for_a_look(self) -> bool:
        """Whether it must not stay folded away: it cannot be sent, or a person wrote a text of it."""
        return bool(self.rendering.trouble) or any(part.text.is_mended for part in self.parts)


def cards_of(
    draft: Draft, edition: FrozenEdition, renderings: Sequence[Rendering], entered: EnteredTexts = NOTHING
) -> list[Card]:
    """Every rendering with its texts. `entered` are those that stand in the fields of a page and are saved nowhere."""
    texts = {text.key: text for text in mendable_texts(draft, edition, renderings, entered)}
    placed: set[str] = set()
    cards = []
    for rendering in renderings:
        own = {one.register: one for one in rendering.own}
        parts = []
        for register in rendering.registers:
            text = texts.get(f"{rendering.language}_{register.value}")
            if text is not None:
                parts.append(Part(text, own.get(register) if text.is_mended else None, text.key not in placed))
                placed.add(text.key)
        cards.append(Card(rendering, tuple(parts)))
    return cards


def mendable_texts(
    draft: Draft, edition: FrozenEdition, renderings: Iterable[Rendering], entered: EnteredTexts = NOTHING
) -> list[MendableText]:
    """What may be mended: every register that a channel of this audience says, in the languages of the edition.

    Nothing in a cancellation: its words are the house's own.
    """
    if edition.kind is EditionKind.CANCEL:
        return []
    spoken = {wording.language for wording in edition.content.wordings}
    wanted = dict.fromkeys((one.language, register) for one in renderings for register in one.registers)
    basis = basis_of(draft.kind, draft.hazard, as_area_levels(area_rows(draft)))
    stale = set(outdated(draft.mended, basis))
    own = texts_in(draft.mended)
    found = []
    for language, register in wanted:
        if language not in spoken:
            continue
        mended = own.get(language, {}).get(register.value, "")
        automatic = _automatic(draft, edition, language, register)
        # What somebody is writing just now stays in the field, and differs to the end from what is saved.
        standing = entered.get((language, register), Entered(mended or automatic, mended or automatic))
        found.append(
            MendableText(
                language=language,
                register=register,
                text=standing.text,
                automatic=automatic,
                was=standing.was,
                is_mended=bool(mended),
                is_outdated=(language, register) in stale,
                limit=LIMITS.get(register),
            )
        )
    return found


def _automatic(draft: Draft, edition: FrozenEdition, language: str, register: Register) -> str:
    """What the template says for this register, or what is made of the facts."""
    template = registers_in(draft.texts.get(language, {})).get(register.value)
    return (template or text_to_mend(without_own(edition, language, register), language, register))[:TEXT_MAX]
