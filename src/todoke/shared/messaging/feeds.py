"""The city's word as data: Atom, JSON Feed, GeoJSON, CSV and the CAP files, made from the ledger and from nothing else.

Sources: RFC 4287 (Atom), JSON Feed 1.1 (jsonfeed.org, 2020-08-07), RSS 2.0 (rssboard.org), RFC 7946 (GeoJSON), RFC 4180
(CSV). Nothing here asks the clock: the same editions give the same bytes a day later. What has been corrected,
cancelled, lifted or replaced stays in the feeds and says so.
"""

import csv
import io
import json
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.utils.feedgenerator import Rss201rev2Feed
from lxml import etree

from todoke.base.ui.languages import language_tag
from todoke.shared.messaging.cap import MEDIA_TYPE, clean, instant
from todoke.shared.messaging.public_files import alerts_address, read_on_at
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.shelters import SHELTERS
from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition, Mode

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES_MAX = 100

# Atom asks for a moment even where nothing has happened yet.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

CAP_TITLE = "CAP 1.2"
# What 自治体標準オープンデータセット (デジタル庁) asks for; the address, so that a machine knows it too.
LICENCE = "https://creativecommons.org/licenses/by/4.0/deed.ja"
LICENCE_NAME = "CC BY 4.0"
MODE_TITLE = {Mode.ACTUAL: "", Mode.EXERCISE: "【訓練】", Mode.TEST: "【試験】"}


@dataclass(frozen=True)
class FeedState:
    """What the feeds are made from. `caps` holds the frozen CAP bytes by identifier; an edition without them is in the
    feeds all the same, without a link to CAP. `site` is the public address of the city."""

    mode: Mode
    city: str
    site: str
    published: Published
    caps: Mapping[str, bytes]

    @property
    def entries(self) -> Sequence[FrozenEdition]:
        """The editions that the feeds show, newest first."""
        return self.published.recent[:ENTRIES_MAX]

    @property
    def title(self) -> str:
        return f"{MODE_TITLE[self.mode]}{self.city} 緊急・防災情報"


def feed_files(state: FeedState) -> dict[str, bytes]:
    """All files by name, in the order in which they are to be written: what is pointed at before what points at it."""
    files = {cap_name(identifier): content for identifier, content in state.caps.items()}
    files["history.csv"] = history_csv(state)
    files["history.geojson"] = history_geojson(state)
    files["alerts.geojson"] = _geojson(state)
    files["feed.json"] = _json_feed(state)
    files["feed.atom"] = _atom(state)
    return files


def chosen_feed(state: FeedState, *, address: str, title: str) -> bytes:
    """An Atom feed of these editions alone, under an address and a title of its own: some of what the city said."""
    return _atom(state, address=address, title=title)


def chosen_json_feed(state: FeedState, *, address: str, title: str) -> bytes:
    """The same as JSON Feed 1.1."""
    return _json_feed(state, address=address, title=title)


def chosen_rss(state: FeedState, *, address: str, title: str) -> bytes:
    """The same as RSS 2.0 (rssboard.org), for readers that know nothing newer."""
    rss = Rss201rev2Feed(
        title=clean(title),
        link=state.site,
        description=clean(title),
        language="ja",
        feed_url=address,
        feed_copyright=f"{state.city} {LICENCE_NAME} {LICENCE}",
    )
    for edition in state.entries:
        rss.add_item(
            title=clean(edition.title("ja")),
            link=read_on_at(state.site, edition),
            description=_said_as_text(edition),
            unique_id=_edition_id(edition),
            unique_id_is_permalink=False,
            pubdate=edition.sent_at,
            categories=edition.content.topics,
        )
    return rss.writeString("utf-8").encode()


def cap_name(identifier: str) -> str:
    """The name of an edition's CAP file, relative to the folder of the alerts."""
    return f"cap/{identifier}.xml"


def stable_id(name: str) -> str:
    """A URN that is always the same for the same name (UUID version 5, RFC 9562)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, name).urn


def _edition_id(edition: FrozenEdition) -> str:
    return stable_id(f"todoke:edition:{edition.identifier}")


def _is_lifted(edition: FrozenEdition) -> bool:
    return "AllClear" in edition.content.cap.response_type


def _next_of(state: FeedState) -> dict[str, str]:
    """By identifier, the identifier of the edition that came next in the same message."""
    following: dict[str, str] = {}
    latest: dict[str, str] = {}
    for edition in state.published.recent:
        if edition.message_key in latest:
            following[edition.identifier] = latest[edition.message_key]
        latest[edition.message_key] = edition.identifier
    return following


def _said_as_text(edition: FrozenEdition) -> str:
    """Everything as plain Japanese text: for a reader that shows nothing else."""
    wording = edition.content.wording("ja")
    areas = "、".join(_area_text(area) for area in edition.content.areas)
    parts = [
        edition.note and f"理由: {edition.note}",
        wording.body,
        areas and f"対象: {areas}",
        edition.content.contact and f"問い合わせ: {edition.content.contact}",
    ]
    return clean("\n\n".join(part for part in parts if part))


def _area_text(area: AreaMark) -> str:
    level = f"警戒レベル{area.level} " if area.level else ""
    return f"{area.name}（{level}{area.notice}）" if level or area.notice else area.name


# ---- Atom -----------------------------------------------------------------------------------------------------------


def _atom(state: FeedState, *, address: str = "", title: str = "") -> bytes:
    base = alerts_address(state.site, state.mode)
    own = address or f"{base}feed.atom"
    # The stubs forget that None names the default namespace.
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", "ja")
    _add(feed, "id", stable_id(own))
    _add(feed, "title", clean(title or state.title))
    _add(feed, "updated", instant(max((edition.sent_at for edition in state.entries), default=NEVER)))
    _add(_add(feed, "author"), "name", clean(state.city) or "Todoke")
    _add(feed, "generator", "Todoke")
    _add(feed, "rights", f"{LICENCE_NAME} {LICENCE}")
    _link(feed, "license", LICENCE, "text/html")  # RFC 4946
    _link(feed, "self", own, "application/atom+xml")
    _link(feed, "alternate", base, "text/html")
    first_sent = {edition.message_key: edition.references[0].sent_at for edition in state.entries if edition.references}
    for edition in state.entries:
        _add_entry(feed, state, edition, first_sent.get(edition.message_key, edition.sent_at))
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_entry(feed: etree._Element, state: FeedState, edition: FrozenEdition, first_sent_at: datetime) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", _edition_id(edition))
    _add(entry, "title", clean(edition.title("ja")))
    _add(entry, "updated", instant(edition.sent_at))
    _add(entry, "published", instant(min(first_sent_at, edition.sent_at)))
    _link(entry, "alternate", read_on_at(state.site, edition), "text/html")
    if edition.identifier in state.caps:
        address = alerts_address(state.site, state.mode) + cap_name(edition.identifier)
        # Aggregators of alerts take the first link of this type; the others read the enclosure.
        _link(entry, "related", address, MEDIA_TYPE)
    if edition.content.level:
        _category(entry, "level", str(edition.content.level))
    _category(entry, "mode", edition.mode.value)
    _category(entry, "kind", edition.kind.value)
    if _is_lifted(edition):
        _category(entry, "state", "lifted")
    _add(entry, "summary", clean(edition.content.wording("ja").short))
    content = _add(entry, "content", _said_as_text(edition))
    content.set("type", "text")


def _add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = text or None
    return element


def _link(parent: etree._Element, relation: str, address: str, media_type: str) -> None:
    _add(parent, "link").attrib.update({"rel": relation, "type": media_type, "href": address})


def _category(entry: etree._Element, scheme: str, term: str) -> None:
    _add(entry, "category").attrib.update({"scheme": f"urn:todoke:{scheme}", "term": term})


# ---- JSON Feed ------------------------------------------------------------------------------------------------------


def _json_feed(state: FeedState, *, address: str = "", title: str = "") -> bytes:
    base = alerts_address(state.site, state.mode)
    following = _next_of(state)
    in_force = {edition.identifier for edition in state.published.in_force}
    return _as_json(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title or state.title,
            "home_page_url": base,
            "feed_url": address or f"{base}feed.json",
            "language": "ja",
            "authors": [{"name": state.city}],
            "_todoke": {"mode": state.mode.value, "in_force": sorted(in_force), "licence": LICENCE},
            "items": [_json_item(state, edition, following.get(edition.identifier)) for edition in state.entries],
        }
    )


def _json_item(state: FeedState, edition: FrozenEdition, replaced_by: str | None) -> dict[str, Any]:
    content = edition.content
    item: dict[str, Any] = {
        "id": _edition_id(edition),
        "url": read_on_at(state.site, edition),
        "title": edition.title("ja"),
        "summary": content.wording("ja").short,
        "content_text": _said_as_text(edition),
        "date_published": instant(edition.sent_at),
        "language": "ja",
        "tags": [
            tag
            for tag in (content.level and f"警戒レベル{content.level}", edition.mode.value, edition.kind.value)
            if tag
        ],
        "_todoke": {
            "identifier": edition.identifier,
            "message": edition.message_key,
            "number": edition.number,
            "kind": edition.kind.value,
            "mode": edition.mode.value,
            "level": content.level,
            "notice": next((area.notice for area in content.areas if area.level == content.level), ""),
            "lifted": _is_lifted(edition),
            "cancelled": edition.kind == EditionKind.CANCEL,
            "replaced_by": replaced_by,
            "note": edition.note,
            "sent_at": instant(edition.sent_at),
            "expires_at": instant(edition.expires_at),
            "references": [earlier.identifier for earlier in edition.references],
            "areas": [
                {
                    "key": area.key,
                    "name": area.name,
                    "name_en": area.name_en,
                    "name_easy": area.name_easy,
                    "code": area.code,
                    "level": area.level,
                    "notice": area.notice,
                }
                for area in content.areas
            ],
            "texts": [
                {"language": language_tag(said.language), "title": edition.title(said.language), "body": said.body}
                for said in content.wordings
            ],
        },
    }
    # A cancellation says nothing of any shelter.
    if (shelters := content.facts.get(SHELTERS)) and edition.kind != EditionKind.CANCEL:
        item["_todoke"]["shelters"] = json.loads(shelters)
    if edition.identifier in state.caps:
        item["attachments"] = [
            {
                "url": alerts_address(state.site, state.mode) + cap_name(edition.identifier),
                "mime_type": MEDIA_TYPE,
                "title": CAP_TITLE,
                "size_in_bytes": len(state.caps[edition.identifier]),
            }
        ]
    return item


# ---- GeoJSON --------------------------------------------------------------------------------------------------------


def _geojson(state: FeedState) -> bytes:
    """The areas of what is in force; one without a shape has a null geometry, and its name and code all the same."""
    return _as_json(
        {
            "type": "FeatureCollection",
            "licence": LICENCE,
            "features": [
                _feature(state, edition, number, area)
                for edition in state.published.in_force
                if not _is_lifted(edition)
                for number, area in enumerate(edition.content.areas, 1)
                if "解除" not in area.notice
            ],
        }
    )


def _feature(state: FeedState, edition: FrozenEdition, number: int, area: AreaMark) -> dict[str, Any]:
    polygons = [[list(map(list, ring))] for ring in area.polygon if all(map(math.isfinite, chain(*ring)))]
    return {
        "type": "Feature",
        "id": f"{edition.identifier}#{number}",
        "geometry": {"type": "MultiPolygon", "coordinates": polygons} if polygons else None,
        "properties": {
            "identifier": edition.identifier,
            "message": edition.message_key,
            "mode": edition.mode.value,
            "title": edition.title("ja"),
            "level": area.level,
            "notice": area.notice,
            "area": area.name,
            "area_en": area.name_en,
            "area_key": area.key,
            "code": area.code,
            "sent_at": instant(edition.sent_at),
            "expires_at": instant(edition.expires_at),
            "url": read_on_at(state.site, edition),
        },
    }


# ---- History --------------------------------------------------------------------------------------------------------

COLUMNS = (
    "id",
    "identifier",
    "message",
    "number",
    "kind",
    "mode",
    "state",
    "replaced_by",
    "title",
    "level",
    "area_key",
    "area_code",
    "area",
    "area_level",
    "notice",
    "sent_at",
    "expires_at",
    "note",
    "url",
    "licence",
)


def history_csv(state: FeedState) -> bytes:
    """Every edition of the last 30 days, a line for each area, corrected, cancelled and lifted ones included.

    UTF-8 with a mark, as 自治体標準オープンデータセット allows and spreadsheets need. A line is known again by `id` and
    `area_key`; only `state` and `replaced_by` ever change in it.
    """
    sheet = io.StringIO()
    lines = csv.writer(sheet, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    following = _next_of(state)
    for edition in state.published.recent:
        told = _history(state, edition, following.get(edition.identifier, ""))
        for area in edition.content.areas or (None,):
            line = {**told, **_history_area(area)}
            lines.writerow([_cell(line[column]) for column in COLUMNS])
    return ("\ufeff" + sheet.getvalue()).encode("utf-8", "replace")


def history_geojson(state: FeedState) -> bytes:
    """The same with shapes (RFC 7946): a feature for each area of each edition."""
    following = _next_of(state)
    return _as_json(
        {
            "type": "FeatureCollection",
            "licence": LICENCE,
            "features": [
                {
                    **feature,
                    "properties": {
                        **feature["properties"],
                        **_history(state, edition, following.get(edition.identifier, "")),
                        "level": area.level,
                    },
                }
                for edition in state.published.recent
                for number, area in enumerate(edition.content.areas, 1)
                for feature in (_feature(state, edition, number, area),)
            ],
        }
    )


def _history(state: FeedState, edition: FrozenEdition, replaced_by: str) -> dict[str, Any]:
    return {
        "id": _edition_id(edition),
        "identifier": edition.identifier,
        "message": edition.message_key,
        "number": edition.number,
        "kind": edition.kind.value,
        "mode": edition.mode.value,
        "state": _became(edition, replaced_by),
        "replaced_by": replaced_by,
        "title": edition.title("ja"),
        "level": edition.content.level,
        "sent_at": instant(edition.sent_at),
        "expires_at": instant(edition.expires_at),
        "note": edition.note,
        "url": read_on_at(state.site, edition),
        "licence": LICENCE,
    }


def _history_area(area: AreaMark | None) -> dict[str, Any]:
    return {
        "area_key": area.key if area else "",
        "area_code": area.code if area else "",
        "area": area.name if area else "",
        "area_level": area.level if area else None,
        "notice": area.notice if area else "",
    }


def _became(edition: FrozenEdition, replaced_by: str) -> str:
    """What became of an edition; whether the latest one still holds, its `expires_at` says."""
    if edition.kind == EditionKind.CANCEL:
        return "cancelled"
    if replaced_by:
        return "replaced"
    return "lifted" if _is_lifted(edition) else "latest"


def _cell(value: Any) -> str:
    text = "" if value is None else " ".join(clean(str(value)).split())
    # A spreadsheet takes these for a formula (OWASP, CSV injection).
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _as_json(values: dict[str, Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False)
    # A lone surrogate has no UTF-8; it would stop the whole feed.
    return (text.encode("utf-8", "replace").decode() + "\n").encode()
