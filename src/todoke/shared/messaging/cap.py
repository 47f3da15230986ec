"""CAP 1.2: an edition as the alert message that machines all over the world read.

Source: Common Alerting Protocol Version 1.2, OASIS Standard, 2010-07-01. There is no Japanese profile; our choices are
written down in docs/decisions/0002-public-pages-are-files.md and, in short, are these:

- A correction is an Update (the specification keeps Error for a receiver that rejects a message), with its reason in
  `note`. A lifted order is an Update too, with AllClear and Past; Cancel is for what was wrong to say.
- The text of CAP cannot hold what XML cannot hold. Such characters are dropped: an alert is never stopped by one.
"""

import logging
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from lxml import etree
from shapely.geometry import Polygon

from todoke.base.clock import in_japan
from todoke.base.ui.languages import language_tag
from todoke.shared.messaging.channels.phrases import area_name
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.registry import Artefact
from todoke.shared.messaging.types import ON_BEHALF, AreaMark, CapFacts, EditionKind, FrozenEdition, Mode

log = logging.getLogger(__name__)

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"

# “event” is shown on telephones and boards: aggregators ask for fewer than 35 characters (Google Public Alerts).
EVENT_LENGTH_MAX = 34
# Enough to follow the border of a district; a telephone on a bad line has to load it.
CORNERS_MAX = 250
# About a metre.
DECIMALS = 5

STATUS = {Mode.ACTUAL: "Actual", Mode.EXERCISE: "Exercise", Mode.TEST: "Test"}
MESSAGE_TYPE = {
    EditionKind.FIRST: "Alert",
    EditionKind.UPDATE: "Update",
    EditionKind.CORRECTION: "Update",
    EditionKind.CANCEL: "Cancel",
}
MODE_NOTE = {
    Mode.EXERCISE: "これは訓練です。 THIS IS A DRILL.",
    Mode.TEST: "これは試験です。 THIS IS A TEST.",
}

CATEGORIES = frozenset(
    {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"}
)
RESPONSES = frozenset({"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"})
URGENCIES = frozenset({"Immediate", "Expected", "Future", "Past", "Unknown"})
SEVERITIES = frozenset({"Extreme", "Severe", "Moderate", "Minor", "Unknown"})
CERTAINTIES = frozenset({"Observed", "Likely", "Possible", "Unlikely", "Unknown"})

# What a level means to a machine where one edition speaks of several levels: each of them gets an <info> of its own.
BY_LEVEL = {
    5: CapFacts(response_type="Shelter", urgency="Immediate", severity="Extreme", certainty="Likely"),
    4: CapFacts(response_type="Evacuate", urgency="Immediate", severity="Severe", certainty="Likely"),
    3: CapFacts(response_type="Prepare Evacuate", urgency="Expected", severity="Moderate", certainty="Likely"),
    2: CapFacts(response_type="Prepare", urgency="Future", severity="Minor", certainty="Possible"),
    1: CapFacts(response_type="Monitor", urgency="Future", severity="Minor", certainty="Possible"),
}
LIFTED = CapFacts(response_type="AllClear", urgency="Past", severity="Minor", certainty="Observed")
# It was wrong to say it: nothing is asked of anybody, and nothing of the kind is expected.
TAKEN_BACK = CapFacts(response_type="None", urgency="Past", severity="Unknown", certainty="Unlikely")

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_NO_EVENT = {"ja": "お知らせ", "ja-easy": "おしらせ", "en": "Notice"}


class CannotBeCap(ValueError):
    """The edition's own numbers cannot stand in CAP: a fault of programme or settings, never of a text."""


@dataclass(frozen=True)
class _Group:
    """The areas of one edition that get the same <info>: the same level, or all of them lifted."""

    level: int | None
    notice: str
    facts: CapFacts
    areas: tuple[AreaMark, ...]


def cap_of(edition: FrozenEdition) -> bytes:
    """The edition as a CAP 1.2 message, always the same bytes for the same edition and site address.

    One <info> for each language; more only where areas have different levels, since then severity and response differ
    (section 3.2.2 provides for it). Raises CannotBeCap when identifier or sender hold a blank, comma, < or &
    (section 3.2.1), or when a message that refers back has nothing to refer to; never because of a text or a shape.
    """
    _check(edition)
    # The stubs forget that None names the default namespace.
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    _add(alert, "identifier", edition.identifier)
    _add(alert, "sender", edition.sender)
    _add(alert, "sent", instant(edition.sent_at))
    _add(alert, "status", STATUS[edition.mode])
    _add(alert, "msgType", MESSAGE_TYPE[edition.kind])
    # Who spoke where it is not the city that it concerns: <sender> is the one who speaks and answers for the
    # identifiers, <senderName> the city in whose name it is said (sections 3.2.1 and 3.2.2).
    _add(alert, "source", clean(edition.content.facts.get(ON_BEHALF, "")))
    _add(alert, "scope", "Public")
    notes = (
        MODE_NOTE.get(edition.mode, ""),
        clean(edition.content.facts.get("on_behalf_note", "")),
        clean(edition.note),
    )
    _add(alert, "note", " ".join(filter(None, notes)))
    _add(
        alert,
        "references",
        " ".join(f"{edition.sender},{earlier.identifier},{instant(earlier.sent_at)}" for earlier in edition.references),
    )
    for wording in edition.content.wordings:
        for group in _groups(edition):
            _add_info(alert, edition, wording.language, group)
    return etree.tostring(alert, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def instant(moment: datetime) -> str:
    """The instant as CAP writes it: Japanese time with its numeric offset, whole seconds; “Z” is not allowed there."""
    return in_japan(moment).strftime("%Y-%m-%dT%H:%M:%S+09:00")


def clean(text: str) -> str:
    """The text without what XML 1.0 cannot hold (section 2.2), and with one kind of line break."""
    return _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _check(edition: FrozenEdition) -> None:
    names = {
        "identifier": edition.identifier,
        "sender": edition.sender,
        **{f"reference {number}": earlier.identifier for number, earlier in enumerate(edition.references, 1)},
    }
    for name, value in names.items():
        if not value or re.search(r"[\s,<&]", value) or _NOT_XML.search(value):
            raise CannotBeCap(f"CAP {name} must be a word without blank, comma, < and &, not “{value}”")
    if edition.kind != EditionKind.FIRST and not edition.references:
        raise CannotBeCap(
            f"CAP {MESSAGE_TYPE[edition.kind]} needs the editions it refers to: {edition.identifier} has none"
        )


def _groups(edition: FrozenEdition) -> list[_Group]:
    content = edition.content
    if edition.kind == EditionKind.CANCEL:
        return [
            _Group(None, "", replace(TAKEN_BACK, category=content.cap.category, event=content.cap.event), content.areas)
        ]
    by_group: dict[tuple[int, bool], list[AreaMark]] = {}
    for area in content.areas:
        by_group.setdefault((area.level or 0, "解除" in area.notice), []).append(area)
    if len(by_group) <= 1:
        return [_Group(content.level, "", content.cap, content.areas)]

    groups = []
    for (level, lifted), areas in sorted(by_group.items(), key=lambda item: (item[0][1], -item[0][0])):
        facts = content.cap
        if lifted:
            facts = replace(LIFTED, category=facts.category, event=areas[0].notice)
        elif level and level != content.level:
            facts = replace(BY_LEVEL.get(level, facts), category=facts.category, event=areas[0].notice)
        groups.append(_Group(None if lifted else level or None, areas[0].notice, facts, tuple(areas)))
    return groups


def _add_info(alert: etree._Element, edition: FrozenEdition, language: str, group: _Group) -> None:
    wording = edition.content.wording(language)
    facts = group.facts
    in_force = group.level in LEVELS and "AllClear" not in facts.response_type and edition.kind != EditionKind.CANCEL
    info = etree.SubElement(alert, f"{{{NAMESPACE}}}info")
    _add(info, "language", _tag(language))
    _add(info, "category", facts.category if facts.category in CATEGORIES else "Other")
    _add(info, "event", _event(language, group, wording.title, in_force=in_force))
    for response in dict.fromkeys(re.findall(r"[A-Za-z]+", facts.response_type)):
        if response in RESPONSES:
            _add(info, "responseType", response)
    _add(info, "urgency", facts.urgency if facts.urgency in URGENCIES else "Unknown")
    _add(info, "severity", facts.severity if facts.severity in SEVERITIES else "Unknown")
    _add(info, "certainty", facts.certainty if facts.certainty in CERTAINTIES else "Unknown")
    _add(info, "effective", instant(edition.sent_at))
    _add(info, "expires", instant(edition.expires_at))
    _add(info, "senderName", clean(edition.city))
    _add(info, "headline", clean(edition.title(language)))
    _add(info, "description", clean(wording.body))
    if in_force and group.level:
        _add(info, "instruction", LEVELS[group.level].in_language(language).act)
    _add(info, "web", read_on_at(settings.SITE_ADDRESS, edition, language))
    _add(info, "contact", clean(edition.content.contact))
    if in_force:
        _add_pair(info, "parameter", "jp:keikai-level", str(group.level))
    for area in group.areas or (AreaMark(key="", name=edition.city),):
        _add_area(info, area, language)


def _event(language: str, group: _Group, title: str, *, in_force: bool) -> str:
    """The kind of event, in fewer than 35 characters. `CapFacts.event` is Japanese; others use the official word."""
    if language in ("ja", "ja-easy"):
        event = clean(group.facts.event) or clean(title)
    else:
        event = LEVELS[group.level].in_language(language).word if in_force and group.level else clean(title)
    event = " ".join(event.split()) or _NO_EVENT.get(language, "Notice")
    return event if len(event) <= EVENT_LENGTH_MAX else event[: EVENT_LENGTH_MAX - 1] + "…"


def _tag(language: str) -> str:
    # RFC 5646; “ja-JP” and “en-US” are what readers of CAP compare with (the default of <language> is en-US).
    tag = {"ja": "ja-JP", "en": "en-US"}.get(language, language_tag(language))
    return tag if _LANGUAGE.fullmatch(tag) else "und"


def _add_area(info: etree._Element, area: AreaMark, language: str) -> None:
    name = area_name(area, language)
    element = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(element, "areaDesc", clean(name) or clean(area.name) or clean(area.key) or "―")
    for ring in area.polygon:
        corners = list(_corners(ring))
        if corners:
            _add(
                element,
                "polygon",
                " ".join(f"{latitude:.{DECIMALS}f},{longitude:.{DECIMALS}f}" for longitude, latitude in corners),
            )
        else:
            # The name and the code still say where: the alert goes out without the shape.
            log.warning("messaging.cap-polygon-left-out area=%s", area.key)
    if code := clean(area.code):
        _add_pair(element, "geocode", "JISX0402", code)
    if key := clean(area.key):
        _add_pair(element, "geocode", "todoke:area", key)


def _corners(ring: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The ring, closed, in at most 250 corners; nothing when it is no shape on this earth."""
    points = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring if math.isfinite(x) and math.isfinite(y)]
    if any(abs(x) > 180 or abs(y) > 90 for x, y in points) or len(set(points)) < 3:
        return
    if points[0] != points[-1]:
        points.append(points[0])
    tolerance = 10.0**-DECIMALS
    shape = Polygon(points)
    while len(points) > CORNERS_MAX:
        points = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in shape.simplify(tolerance).exterior.coords]
        tolerance *= 2
    if len(points) >= 4:
        yield from points


def _add(parent: etree._Element, name: str, text: str) -> None:
    """An element with this text; none where there is nothing to say, since every such element here is optional."""
    if text:
        etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text


def _add_pair(parent: etree._Element, name: str, value_name: str, value: str) -> None:
    pair = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    _add(pair, "valueName", value_name)
    _add(pair, "value", value)


ARTEFACT = Artefact(key="messaging.cap", name="cap.xml", media_type=MEDIA_TYPE, render=cap_of)
