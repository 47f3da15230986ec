"""What people are to do, from the facts of a notice: the fullest sentence first, the tightest last."""

from todoke.shared.messaging.phrasebook.book import Book, book

# Levels at which people move: there is a form of three words, and what the danger asks for.
TIGHT_FROM = 3
ADVISORY = "津波注意報"
# Beside what an order says at its level, what its danger asks for.
BY_HAZARD = {
    "landslide": "action.landslide",
    "flood": "action.river",
    "storm-surge": "action.storm-surge",
    "fire": "action.fire",
    "tsunami": "action.tsunami",
    "volcano": "action.volcano",
}
# The weather service warns and orders nothing: its levels 3 and 4 have sentences of their own.
WARNED = {4: "action.warned-4", 3: "action.warned-3"}
ALONE = {
    "earthquake": "action.earthquake",
    "volcano": "action.volcano",
    "rumour": "action.rumour",
    "other": "action.other",
    "shelter": "action.shelter",
    "weather": "action.warned",
    "flood": "action.river",
}


def actions_for(
    language: str, *, kind: str, hazard: str, level: int | None, notice: str = "", lifted: bool = False
) -> tuple[str, ...]:
    """The sentences from which a rendering takes the first that fits; never empty.

    `kind` and `hazard` are the words of the room that sends (evacuation, weather, tsunami …); one that is not known
    here gets what its level asks for, or where to read on.
    """
    said = book(language)
    if lifted or kind == "lifting":
        return (said.text("action.lifted"),)
    if kind == "tsunami":
        return (said.text("action.tsunami-advisory" if notice == ADVISORY else "action.tsunami"),)
    if level:
        return _at_level(said, kind, hazard, level)
    if kind == "evacuation":
        return (said.text(BY_HAZARD.get(hazard, "action.4")),)
    return (said.text(ALONE.get(kind, "action.other")),)


def _at_level(said: Book, kind: str, hazard: str, level: int) -> tuple[str, ...]:
    is_warning = kind in ("weather", "flood")
    first = said.text(WARNED[level] if is_warning and level in WARNED else f"action.{level}")
    sentences = [first, said.text(f"level.{level}.act")]
    if level >= TIGHT_FROM:
        sentences.append(said.text(f"level.{level}.tight"))
    if (extra := BY_HAZARD.get(hazard)) and level >= TIGHT_FROM:
        gap = "" if said.language.startswith(("ja", "zh")) else " "
        sentences.insert(0, first + gap + said.text(extra))
    return tuple(dict.fromkeys(sentences))
