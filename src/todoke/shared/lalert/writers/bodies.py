"""The bodies of PCXML 1.x, one for each subject of a document."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from lxml import etree

from todoke.shared.lalert.types import Category, Frozen
from todoke.shared.lalert.writers.tree import add, add_known, clean, instant, root
from todoke.shared.messaging.channels.phrases import phrases_in
from todoke.shared.messaging.channels.wording import body_of
from todoke.shared.messaging.types import EditionKind, FrozenEdition

# Kinds of notice that pass a warning on, and those that tell of the disaster; what has no kind is an ordinary notice.
INFORMATION_TYPES = {
    **dict.fromkeys(("weather", "flood", "tsunami", "earthquake", "volcano"), "Alert"),
    **dict.fromkeys(("rumour", "other", "lifting", "headquarters"), "Disaster"),
}


def evacuation(edition: FrozenEdition, frozen: Frozen) -> etree._Element:
    """EvacuationOrder: the full state, one Detail for each word that is ordered and each that was lifted."""
    body = root("pcx_ev:EvacuationOrder")
    _disaster(body, "pcx_ev", edition)
    add(body, "pcx_ev:ComplementaryInfo", _told(edition))
    for (is_lifted, sort), orders in groupby(frozen.orders, key=lambda order: (order.is_lifted, order.sort)):
        detail = add(body, "pcx_ev:Detail")
        add(detail, "pcx_ev:Sort", sort)
        add(detail, "pcx_ev:IssueOrLift", "解除" if is_lifted else "発令")
        areas = add(detail, "pcx_ev:Areas")
        for order in orders:
            area = add(areas, "pcx_ev:Area")
            location = add(area, "pcx_eb:Location")
            add(location, "commons:areaName", order.name)
            add_known(location, "commons:areaNameKana", order.reading)
            add_known(location, "commons:jisX0402", order.code or frozen.office.code)
            add(area, "pcx_eb:DateTime", instant(order.at))
    return body


def shelter(edition: FrozenEdition, frozen: Frozen) -> etree._Element:
    """Shelter: every shelter of the city with what is known of it, as the full state.

    Capacity, Status and NumberOf are optional in PCXML 1.x; an element that nobody filled is left out.
    """
    body = root("pcx_sh:Shelter")
    _disaster(body, "pcx_sh", edition)
    add(body, "pcx_sh:ComplementaryInfo", _told(edition))
    counted = [place.people for place in frozen.shelters if place.people is not None and place.sort == "開設"]
    if counted:
        add(add(body, "pcx_sh:TotalNumber"), "pcx_sh:HeadCount", str(sum(counted)))
    add(body, "pcx_sh:TotalNumberOfShelter", str(sum(place.sort == "開設" for place in frozen.shelters)))
    informations = add(body, "pcx_sh:Informations")
    for place in frozen.shelters:
        information = add(informations, "pcx_sh:Information")
        location = add(information, "pcx_eb:Location")
        add(location, "commons:areaName", place.name)
        add(location, "commons:circle", f"{place.latitude:.5f},{place.longitude:.5f} 0")
        add_known(location, "pcx_eb:Address", place.address)
        add(information, "pcx_sh:Type", "避難所")
        add(information, "pcx_sh:Sort", place.sort)
        add(information, "pcx_sh:DateTime", instant(place.at or edition.sent_at))
        if place.capacity is not None:
            add(information, "pcx_sh:Capacity", str(place.capacity))
        if place.is_full:
            add(information, "pcx_sh:Status", "満員")
        if place.people is not None:
            add(add(information, "pcx_sh:NumberOf"), "pcx_sh:HeadCount", str(place.people))
    return body


def headquarter(edition: FrozenEdition, frozen: Frozen) -> etree._Element:
    """AntidisasterHeadquarter: set up or dissolved, by its official name."""
    del frozen
    facts = edition.content.facts
    body = root("pcx_ah:AntidisasterHeadquarter")
    _disaster(body, "pcx_ah", edition)
    kind = "警戒本部" if "警戒本部" in facts["headquarters_name"] else "対策本部"
    add(body, "pcx_ah:Type", kind)
    add(body, "pcx_ah:Status", facts["headquarters_status"])
    add(body, "pcx_ah:Name", facts["headquarters_name"])
    since = facts.get("headquarters_at")
    add(body, "pcx_ah:DateTime", instant(datetime.fromisoformat(since) if since else edition.sent_at))
    add(body, "pcx_ah:ComplementaryInfo", _told(edition))
    return body


def general(edition: FrozenEdition, frozen: Frozen) -> etree._Element:
    """GeneralInformation: お知らせ, a warning passed on, the answer to a rumour."""
    del frozen
    body = root("pcx_gi:GeneralInformation")
    kind = edition.content.facts.get("kind", "")
    add(body, "pcx_gi:DisasterInformationType", INFORMATION_TYPES.get(kind, "Ordinary"))
    if kind:
        _disaster(body, "pcx_gi", edition)
    # The categories of PCXML 1.x; 広報 is the one that holds whatever a city says.
    add(body, "pcx_gi:Category", "広報")
    add(body, "pcx_gi:SubCategory", "広報")
    add(body, "pcx_gi:Title", edition.title("ja"))
    add(body, "pcx_gi:Description", _told(edition))
    return body


def urgent_body(title: str, text: str) -> etree._Element:
    """UrgentMail: title and text as a telephone shows them."""
    body = root("pcx_um:UrgentMail")
    information = add(body, "pcx_um:Information")
    add(information, "pcx_um:Title", title)
    add(information, "pcx_um:Message", text)
    return body


def _disaster(body: etree._Element, prefix: str, edition: FrozenEdition) -> None:
    name = edition.content.facts.get("incident", "")
    # The mark of the drill alone: a name that also says 【取消】 would be another disaster.
    mark = replace(edition, kind=EditionKind.FIRST).marks("ja")
    add(add(body, f"{prefix}:Disaster"), f"{prefix}:DisasterName", clean(f"{mark}{name}") or "―")


def _told(edition: FrozenEdition) -> str:
    """The drill's sentence, what is taken back and why, and the text."""
    phrases = phrases_in("ja")
    parts = (
        phrases.of_mode(edition.mode),
        phrases.of_kind(edition.kind),
        phrases.of_note(edition.kind, edition.note),
        body_of(edition, "ja"),
    )
    return "\n".join(part for part in parts if clean(part)) or edition.title("ja")


BODIES: Mapping[Category, Callable[[FrozenEdition, Frozen], etree._Element]] = {
    Category.EVACUATION: evacuation,
    Category.SHELTER: shelter,
    Category.HEADQUARTER: headquarter,
    Category.GENERAL: general,
}
