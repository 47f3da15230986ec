"""Finding the areas and what is said about each: one function for every way in which a telegram can say it."""

from collections.abc import Callable, Iterator

from lxml import etree

from todoke.civic.emergency.telegrams.codes import LIFTED, NOTHING, WEATHER
from todoke.civic.emergency.telegrams.families import Block, Family, Reading
from todoke.civic.emergency.telegrams.telegram import AreaWarning

Node = etree._Element  # lxml gives its element class no public name

# JMA writes the intensity classes 5-, 5+, 6-, 6+; people say 弱 and 強.
INTENSITIES = {
    "1": "震度１",
    "2": "震度２",
    "3": "震度３",
    "4": "震度４",
    "5-": "震度５弱",
    "5+": "震度５強",
    "6-": "震度６弱",
    "6+": "震度６強",
    "7": "震度７",
}


def areas_of(report: Node, family: Family) -> tuple[AreaWarning, ...]:
    """Every area that this telegram names, with every kind that stands for it, in the telegram's order."""
    return tuple(area for block in family.blocks for area in READINGS[block.reading](report, family, block))


def _text(node: Node | None, name: str) -> str:
    """The text of the child with this local name, without the blanks around it; empty where there is none."""
    return (node.findtext(f"{{*}}{name}") or "").strip() if node is not None else ""


def _said(node: Node, family: Family, scheme: str, kind: Node, status: str) -> AreaWarning:
    # The 情報タグ of VPBS50 has no code, and its kind stands in Condition.
    tagged = _text(kind, "Name") == "情報タグ"
    kind_code = _text(kind, "Code")
    name = _text(kind, "Condition") if tagged else _text(kind, "Name")
    last = kind.find("{*}LastKind")
    if last is None:
        beside = kind.getparent()
        last = beside.find("{*}LastKind") if beside is not None else None
    return _warning(
        family,
        code=_text(node, "Code"),
        name=_text(node, "Name"),
        scheme=scheme,
        kind_code=kind_code,
        kind=name,
        status=status,
        last_kind_code=_text(last, "Code"),
        last_kind=_text(last, "Name"),
    )


def _warning(
    family: Family,
    *,
    code: str,
    name: str,
    scheme: str,
    kind_code: str = "",
    kind: str = "",
    status: str = "",
    last_kind_code: str = "",
    last_kind: str = "",
) -> AreaWarning:
    in_force = bool(kind or kind_code) and status not in (LIFTED, NOTHING) and kind_code not in family.lifted
    level, doubt = family.level(kind_code, kind) if in_force else (None, "")
    known = WEATHER.get(kind_code) if Reading.WARNINGS in {block.reading for block in family.blocks} else None
    return AreaWarning(
        code=code,
        name=name,
        scheme=scheme,
        kind_code=kind_code,
        kind=kind,
        level=level,
        status=status,
        last_kind_code=last_kind_code,
        last_kind=last_kind,
        phenomenon=known.phenomenon if known else family.phenomenon,
        in_force=in_force,
        doubt=doubt,
    )


def _first_type(nodes: list[Node], types: tuple[str, ...]) -> Iterator[Node]:
    for wanted in types:
        found = [node for node in nodes if node.get("type") == wanted]
        if found:
            yield from found
            return


def _from_warnings(report: Node, family: Family, block: Block) -> Iterator[AreaWarning]:
    for warning in _first_type(report.findall("{*}Body/{*}Warning"), block.types):
        for item in warning.findall("{*}Item"):
            for area in item.findall("{*}Area"):
                for kind in item.findall("{*}Kind"):
                    yield _said(area, family, block.scheme, kind, _text(kind, "Status"))


def _from_headline(report: Node, family: Family, block: Block) -> Iterator[AreaWarning]:
    for information in _first_type(report.findall("{*}Head/{*}Headline/{*}Information"), block.types):
        for item in information.findall("{*}Item"):
            for area in item.findall("{*}Areas/{*}Area"):
                for kind in item.findall("{*}Kind"):
                    tagged = _text(kind, "Name") == "情報タグ"
                    yield _said(area, family, block.scheme, kind, "" if tagged else _text(kind, "Condition"))


def _from_intensity(report: Node, family: Family, block: Block) -> Iterator[AreaWarning]:
    # VXSE51 stops at the 細分区域, VXSE53 goes down to the municipality. The body is read rather than the headline,
    # which leaves out everything below 震度３.
    path = "{*}Body/{*}Intensity/{*}Observation/{*}Pref/{*}Area"
    for node in report.findall(path if block.scheme == "jma.seismic" else f"{path}/{{*}}City"):
        strength = _text(node, "MaxInt")
        yield _warning(
            family,
            code=_text(node, "Code"),
            name=_text(node, "Name"),
            scheme=block.scheme,
            kind_code=strength,
            # Where the shaking was strong and no value has come in yet, JMA says so here: 震度５弱以上未入電.
            kind=INTENSITIES.get(strength, "") or _text(node, "Condition"),
            status=_text(node, "Condition"),
        )


def _from_tsunami(report: Node, family: Family, block: Block) -> Iterator[AreaWarning]:
    for item in report.findall("{*}Body/{*}Tsunami/{*}Forecast/{*}Item"):
        area, kind = item.find("{*}Area"), item.find("{*}Category/{*}Kind")
        if area is not None and kind is not None:
            yield _said(area, family, block.scheme, kind, "")


def _from_flooded(report: Node, family: Family, block: Block) -> Iterator[AreaWarning]:
    # The municipalities stand in the body, one for each gauge; the kind of the whole river in the headline. Gauges may
    # differ, and the higher one leads: the headline's. Each municipality is named once.
    kind = report.find("{*}Head/{*}Headline/{*}Information[@type='指定河川洪水予報（予報区域）']/{*}Item/{*}Kind")
    if kind is None:
        return
    named = set()
    for area in report.findall("{*}Body/{*}Warning/{*}Item/{*}Areas/{*}Area"):
        code = _text(area, "CityCode")
        if code and code not in named:
            named.add(code)
            yield _warning(
                family,
                code=code,
                name=_text(area, "City"),
                scheme=block.scheme,
                kind_code=_text(kind, "Code"),
                kind=_text(kind, "Name"),
                status=_text(kind, "Condition"),
            )


READINGS: dict[Reading, Callable[[Node, Family, Block], Iterator[AreaWarning]]] = {
    Reading.WARNINGS: _from_warnings,
    Reading.HEADLINE: _from_headline,
    Reading.INTENSITY: _from_intensity,
    Reading.TSUNAMI: _from_tsunami,
    Reading.FLOODED: _from_flooded,
}
