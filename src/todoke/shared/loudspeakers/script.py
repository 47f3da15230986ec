"""What the loudspeakers say: the house's sentences for the ear, with the siren or chime that goes before them. Pure.

The sounds are those of the guideline (避難情報に関するガイドライン、内閣府、令和3年5月) and of the tsunami signals
(予報警報標識規則 別表).
"""

from todoke.shared.loudspeakers.types import Script
from todoke.shared.messaging.channels.matter import Matter, matter_of
from todoke.shared.messaging.channels.phrases import phrases_in
from todoke.shared.messaging.channels.registers import in_register
from todoke.shared.messaging.types import ON_BEHALF, EditionKind, FrozenEdition, Mode, Register

TIMES = 2
# The mayor's own orders; what the weather service says has no siren of the city's.
ORDERS = frozenset({"緊急安全確保", "避難指示", "高齢者等避難"})
SIREN_FROM = 4
UNGRADED = frozenset({"緊急安全確保", "避難指示"})
NOT_IN_EARNEST = {Mode.EXERCISE: "訓練、訓練。", Mode.TEST: "試験放送、試験放送。"}
TSUNAMI = {"大津波警報": "tsunami-major", "津波警報": "tsunami-warning", "津波注意報": "tsunami-advisory"}


def script_of(edition: FrozenEdition) -> Script:
    """The broadcast of this edition, always in Japanese."""
    lines = in_register(edition, "ja", Register.SPEECH).text.splitlines()
    # Whoever hears the siren must know before it that nothing has happened.
    before = (NOT_IN_EARNEST[edition.mode], phrases_in("ja").of_mode(edition.mode)) if edition.mode.is_drill else ()
    return Script(
        before=before,
        pattern=_pattern(matter_of(edition, "ja")),
        lines=tuple(lines),
        times=TIMES if is_urgent(edition) else 1,
        ending="chime-down",
    )


def is_urgent(edition: FrozenEdition) -> bool:
    """Whether this is an alert: one that is read on at the alert's own page. Ordinary notices name a page of theirs."""
    # What is said for another city is an alert, and is read on at a page of its own.
    return not edition.content.page or bool(edition.content.facts.get(ON_BEHALF))


def _pattern(matter: Matter) -> str:
    edition = matter.edition
    if not is_urgent(edition) or edition.kind is EditionKind.CANCEL:
        return "chime-up"
    if matter.is_lifting:
        return "tsunami-lifted" if edition.content.facts.get("hazard") == "tsunami" else "chime-up"
    tsunami = [TSUNAMI[group.notice] for group in matter.groups if group.notice in TSUNAMI]
    if tsunami:
        return tsunami[0]
    top = matter.top
    is_order = top.notice in ORDERS or not edition.content.areas
    # Where a tsunami comes there is no time to grade: 避難指示 stands without a level.
    grade = top.level or edition.content.level or (SIREN_FROM if top.notice in UNGRADED else 0)
    return "evacuation" if is_order and grade >= SIREN_FROM else "chime-up"
