"""Texts in the languages that nobody here writes, composed from the phrasebook and the facts of a draft."""

from collections.abc import Mapping, Sequence

from todoke.civic.emergency.rules.content import slot_values
from todoke.civic.emergency.rules.evacuation import AreaLevel
from todoke.civic.emergency.rules.notices import LANGUAGES, NoticeKind
from todoke.civic.emergency.rules.slots import filled
from todoke.shared.messaging.phrasebook import LANGUAGES as SPOKEN
from todoke.shared.messaging.phrasebook import actions_for, book

COMPOSED = tuple(language for language in SPOKEN if language not in LANGUAGES)
PARTS = ("title", "body", "short")
# A romanised name with the Japanese one behind it is long, and a title stands first on every telephone.
TITLE_NAMES_MAX = 8


def composed_texts(
    language: str,
    *,
    kind: str,
    hazard: str,
    areas: Sequence[AreaLevel],
    names: Mapping[str, str],
    facts: Mapping[str, str],
) -> dict[str, str]:
    """Title, body and short text in this language. `names` are the areas' names in it, by key; `facts` fill the slots.

    Everything comes from the facts and the phrasebook, so that it is there the moment the Japanese text is, and says
    nothing that nobody decided.
    """
    said, top = book(language), _top(areas)
    is_lifted = kind == NoticeKind.LIFTING or (bool(areas) and all(area.is_lifted for area in areas))
    own = {key.removesuffix(f"@{language}"): text for key, text in facts.items() if key.endswith(f"@{language}")}
    values = slot_values(language, areas, names, {**facts, **own})
    warning, danger = values["warning"], said.find(f"hazard.{hazard}")
    if kind == NoticeKind.EVACUATION and danger and warning:
        warning = f"{warning}（{danger}）" if said.text("said.comma") == "、" else f"{warning} ({danger})"
    lifted = {"lifted_notice": own.get("lifted_notice") or said.text(f"kind.{kind}")}
    action = actions_for(
        language,
        kind=kind,
        hazard=hazard,
        level=top.level if top else None,
        notice=top.notice if top else "",
        lifted=is_lifted,
    )[0]
    # `situation` says in a few words what the city's own state has become (災害対策本部を設置).
    values |= {"warning": warning or own.get("situation") or said.text(f"kind.{kind}"), "action": action, **lifted}
    values["office"] = own.get("office") or said.text("said.office")
    frame = "lifting" if is_lifted else kind
    texts = {part: filled(said.text(f"frame.{frame}.{part}"), values) for part in PARTS}
    if len(areas) > TITLE_NAMES_MAX:
        listed = [names[area.key] for area in sorted(areas, key=lambda area: (area.is_lifted, -(area.level or 0)))]
        further = said.text("said.other-areas").format(len(areas) - TITLE_NAMES_MAX)
        few = said.text("said.comma").join([*listed[:TITLE_NAMES_MAX], further])
        short = {**values, "areas": few, "all_areas": few}
        texts |= {part: filled(said.text(f"frame.{frame}.{part}"), short) for part in ("title", "short")}
    return texts


def with_addition(language: str, body: str, addition: Mapping[str, str]) -> str:
    """The body with what an officer added below it; marked as not translated where nobody has translated it."""
    japanese = addition.get("ja", "").strip()
    if not japanese:
        return body
    added = addition.get(language, "").strip() or book(language).text("said.untranslated").format(japanese)
    return f"{body}\n\n{added}".strip()


def _top(areas: Sequence[AreaLevel]) -> AreaLevel | None:
    standing = [area for area in areas if not area.is_lifted]
    return max(standing, key=lambda area: area.level or 0, default=None)
