"""The pages as bytes, from editions and from nothing else: no clock, no database, no reader's language."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.template.loader import get_template

from todoke.base.clock import in_japan
from todoke.base.ui.languages import language_tag
from todoke.civic.pages.rules import Change, Shown, Standing, Story, Turn, area_is_lifted, changes
from todoke.civic.pages.words import LANGUAGES, WORDS, Words, moment_text
from todoke.shared.messaging.cap import clean
from todoke.shared.messaging.feeds import cap_name
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.public_files import packed, page_name
from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition, Mode
from todoke.shared.messaging.types.edition import MARKS

# What a server can send before it has to wait for an answer (ten segments of 1460 bytes, RFC 6928), less its header.
WIRE_BYTES_MAX = 13_800

STYLE = re.sub(r"\s*\n\s*", "", (Path(__file__).parent / "templates/pages/style.css").read_text(encoding="utf-8"))
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


@dataclass(frozen=True)
class Room:
    """How much is said, so that a page stays within its bytes; the steps of the ladders below go from all to least."""

    cards: int = 1000
    names: int = 1000
    texts: bool = True
    ended: int = 10
    rows: int = 1000
    old_texts: bool = True


LIGHT_LADDER = (
    Room(names=60),
    Room(names=30, ended=5),
    Room(names=30, ended=5, texts=False),
    Room(names=10, ended=3, texts=False),
    Room(names=3, ended=0, texts=False),
    Room(names=0, ended=0, texts=False),
    Room(names=0, ended=0, texts=False, cards=50),
    Room(names=0, ended=0, texts=False, cards=20),
)
ALERT_LADDER = (
    Room(),
    Room(old_texts=False),
    Room(old_texts=False, rows=20),
    Room(old_texts=False, rows=5, names=400),
    Room(old_texts=False, rows=1, names=100),
    Room(old_texts=False, rows=1, names=20, texts=False),
)


@dataclass(frozen=True)
class Site:
    """What all pages of one folder share. `address` is the public address of the city's site."""

    mode: Mode
    city: str
    address: str


# ---- Files ----------------------------------------------------------------------------------------------------------


def light_pages(site: Site, shown: Shown, *, written_at: datetime) -> dict[str, bytes]:
    """The light page in every language, and `top.html`, the Japanese one with links that hold one folder higher."""
    pages = {
        page_name(language): _fitting(LIGHT_LADDER, _light(site, shown, language, written_at)) for language in LANGUAGES
    }
    top = _light(site, shown, LANGUAGES[0], written_at, base="alerts/")
    return {**pages, "top.html": _fitting(LIGHT_LADDER, top)}


def alert_pages(site: Site, story: Story) -> dict[str, bytes]:
    """A message's own pages, by name relative to the folder of the alerts."""
    return {
        f"{story.key}/{page_name(language)}": _fitting(ALERT_LADDER, _alert(site, story, language))
        for language in LANGUAGES
    }


def state_file(site: Site, shown: Shown, *, written_at: datetime, fingerprint: str) -> bytes:
    """`state.json`: what the portal and a monitor ask first."""
    state = {
        "level": max((story.level for story in shown.in_force), default=0) or None,
        "mode": site.mode.value,
        "written_at": in_japan(written_at).isoformat(timespec="seconds"),
        "in_force": [
            {
                "message": story.key,
                "identifier": story.latest.identifier,
                "level": story.latest.content.level,
                "title": clean(story.latest.title("ja")),
                "titles": {language: clean(story.latest.title(language)) for language in LANGUAGES},
                "words": {
                    language: _top_word(story.latest.content.areas, story.latest.content.level, language)
                    for language in LANGUAGES
                },
                "expires_at": in_japan(story.latest.expires_at).isoformat(timespec="seconds"),
            }
            for story in shown.in_force
        ],
        "fingerprint": fingerprint,
    }
    return (json.dumps(state, ensure_ascii=False, indent=1) + "\n").encode()


def digest_of(edition: FrozenEdition, language: str) -> str:
    """The mark by which a page on disk is recognised as saying this edition's words."""
    wording = edition.content.wording(language)
    said = f"{edition.identifier}\x1f{wording.title}\x1f{wording.body}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _fitting(ladder: Iterable[Room], render: Callable[[Room], bytes]) -> bytes:
    """The page with the most in it that stays within its bytes; the last step, however large, if none does."""
    page = b""
    for room in ladder:
        page = render(room)
        if len(packed(page)) <= WIRE_BYTES_MAX:
            break
    return page


def _page(template: str, context: dict[str, Any]) -> bytes:
    text = get_template(template).render(context)
    lines = (line.strip() for line in text.splitlines())
    return ("\n".join(line for line in lines if line) + "\n").encode("utf-8", "replace")


def _frame(site: Site, language: str, base: str) -> dict[str, Any]:
    words = WORDS[language]
    return {
        "words": words,
        "tag": language_tag(language),
        "style": STYLE,
        "style_hash": STYLE_HASH,
        "city": clean(site.city),
        "home": f"{site.address}/?home",
        "base": base,
        "file": page_name(language),
        "drill": words.drills.get(site.mode, ""),
        "drill_more": words.drills_more.get(site.mode, ""),
        "languages": [
            {
                "name": WORDS[one].own_name,
                "href": base + page_name(one),
                "tag": language_tag(one),
                "current": one == language,
            }
            for one in LANGUAGES
        ],
    }


def _moment(instant: datetime, language: str, *, with_year: bool = False) -> dict[str, str]:
    return {
        "iso": in_japan(instant).isoformat(timespec="seconds"),
        "text": moment_text(instant, language, with_year=with_year),
    }


# ---- The light page -------------------------------------------------------------------------------------------------


def _light(site: Site, shown: Shown, language: str, written_at: datetime, *, base: str = "") -> Callable[[Room], bytes]:
    words = WORDS[language]

    def card(story: Story, room: Room) -> dict[str, Any]:
        return {
            **_card(story, language, room, with_year=False),
            "href": f"{base}{story.key}/{page_name(language)}",
        }

    def render(room: Room) -> bytes:
        return _page(
            "pages/light.html",
            {
                **_frame(site, language, base),
                "mark": _mode_mark(site.mode, language),
                "count": words.in_force_count.format(count=len(shown.in_force)) if shown.in_force else "",
                "cancelled_count": words.cancelled_count.format(count=len(shown.cancelled)),
                "written": _moment(written_at, language),
                "cards": [card(story, room) for story in shown.in_force[: room.cards]],
                "cancelled": [card(story, room) for story in shown.cancelled[: room.cards]],
                "ended": [card(story, room) for story in shown.ended[: room.ended]],
                "level_rows": _level_rows(language),
            },
        )

    return render


def _mode_mark(mode: Mode, language: str) -> str:
    return MARKS.get(language, MARKS["ja"]).get(mode, "")


def _level_rows(language: str) -> list[dict[str, Any]]:
    return [
        {"number": level.number, "word": level.in_language(language).word, "act": level.in_language(language).act}
        for level in LEVELS.values()
    ]


# ---- One message ----------------------------------------------------------------------------------------------------


def _card(story: Story, language: str, room: Room, *, with_year: bool) -> dict[str, Any]:
    """What both kinds of page say of the latest edition."""
    words, edition = WORDS[language], story.latest
    content = edition.content
    wording = content.wording(language)
    level = content.level if content.level in LEVELS else None
    active = story.standing == Standing.IN_FORCE
    official = LEVELS[level].in_language(language) if level and active else None
    return {
        "identifier": edition.identifier,
        "digest": digest_of(edition, language),
        "title": _plain_title(edition, language),
        "level": level or 0,
        "level_text": words.level.format(level=level) if level else words.notice,
        "word": _top_word(content.areas, level, language) if official else "",
        "act": official.act if official else "",
        "stamp": _stamp(story, words),
        "note": clean(edition.note) if edition.kind in (EditionKind.CORRECTION, EditionKind.CANCEL) else "",
        "groups": [
            # What no longer holds does not shout in the colour of its level.
            group if active else {**group, "level": "x"}
            for group in _groups(content.areas, words, room.names, words.areas_rest if with_year else words.areas_more)
        ],
        "paragraphs": _paragraphs(wording.body) if room.texts else _paragraphs(wording.short),
        "foreign": wording.language != language,
        "sent": _moment(edition.sent_at, language, with_year=with_year),
        "until": _moment(edition.expires_at, language, with_year=with_year)
        if story.standing in (Standing.IN_FORCE, Standing.EXPIRED)
        else None,
        "ended": _moment(story.ended_at, language, with_year=with_year),
        "contact": clean(content.contact),
    }


def _plain_title(edition: FrozenEdition, language: str) -> str:
    """The title with the mark of a drill; a correction or cancellation stands beside it as a stamp."""
    wording = edition.content.wording(language)
    return _mode_mark(edition.mode, wording.language) + (clean(wording.title) or edition.identifier)


def _stamp(story: Story, words: Words) -> str:
    match story.standing:
        case Standing.CANCELLED:
            return words.kinds[EditionKind.CANCEL]
        case Standing.LIFTED:
            return words.lifted
        case Standing.EXPIRED:
            return words.expired
        case Standing.IN_FORCE:
            is_correction = story.latest.kind == EditionKind.CORRECTION
            return words.kinds[EditionKind.CORRECTION] if is_correction else ""


def _paragraphs(text: str) -> list[str]:
    return [paragraph.strip() for paragraph in re.split(r"\n\s*\n", clean(text)) if paragraph.strip()]


def _groups(areas: Iterable[AreaMark], words: Words, names_max: int, more: str) -> list[dict[str, Any]]:
    """The areas by level and official word, highest first, lifted ones last."""
    by_label: dict[tuple[int, str], list[AreaMark]] = {}
    for area in areas:
        level = area.level if area.level in LEVELS and not area_is_lifted(area) else None
        by_label.setdefault((level or 0, area.notice), []).append(area)
    groups = []
    for (level, _notice), marks in sorted(by_label.items(), key=lambda item: -item[0][0]):
        names = [_area_name(area, words.language) for area in marks[:names_max]]
        groups.append(
            {
                "level": level,
                "label": _area_label(marks[0], words),
                "names": words.separator.join(names),
                "more": more.format(count=len(marks) - len(names)) if len(marks) > len(names) else "",
            }
        )
    return groups


def _area_name(area: AreaMark, language: str) -> str:
    return clean({"en": area.name_en, "ja-easy": area.name_easy}.get(language) or area.name)


def _area_label(area: AreaMark, words: Words) -> str:
    """“警戒レベル4 避難指示”: the level and the word of whoever speaks, the city or the weather service."""
    if area_is_lifted(area):
        return words.lifted if words.language != "ja" else clean(area.notice)
    official = LEVELS.get(area.level or 0)
    if official is None:
        return clean(area.notice)
    level = words.level.format(level=official.number)
    if words.language == "ja" and area.notice:
        # The weather service's own names since 2026-05-28 begin with the level: “レベル４大雨危険警報”.
        return clean(area.notice) if "レベル" in area.notice else f"{level} {clean(area.notice)}"
    return f"{level} {_word_of(area, words.language)}".strip()


def _top_word(areas: Iterable[AreaMark], level: int | None, language: str) -> str:
    """The word beside the highest level."""
    return next((_word_of(area, language) for area in areas if area.level == level), "")


def _word_of(area: AreaMark, language: str) -> str:
    """The official word of an area. 緊急安全確保 and its like are the mayor's: they never stand for a warning."""
    official = LEVELS.get(area.level or 0)
    if official is not None and area.notice == official.in_language("ja").word:
        return official.in_language(language).word
    return clean(area.notice_in(language))


def _alert(site: Site, story: Story, language: str) -> Callable[[Room], bytes]:
    words = WORDS[language]
    standing_text = {
        Standing.IN_FORCE: "",
        Standing.LIFTED: words.lifted_now,
        Standing.CANCELLED: words.cancelled_now,
        Standing.EXPIRED: words.expired_now,
    }[story.standing]
    held = {edition.identifier for edition in story.editions}
    earlier = [reference for reference in story.latest.references if reference.identifier not in held]

    def render(room: Room) -> bytes:
        return _page(
            "pages/alert.html",
            {
                **_frame(site, language, ""),
                "mark": "",
                "card": _card(story, language, room, with_year=True),
                "standing": story.standing.value,
                "standing_text": standing_text,
                "corrected": story.latest.kind == EditionKind.CORRECTION,
                "history": _history(story, words, room),
                "earlier": [
                    {
                        "number": number,
                        "sent": _moment(reference.sent_at, language, with_year=True),
                        "cap": cap_name(reference.identifier),
                    }
                    for number, reference in enumerate(earlier, 1)
                ][-room.rows :],
            },
        )

    return render


def _history(story: Story, words: Words, room: Room) -> list[dict[str, Any]]:
    rows = []
    before: FrozenEdition | None = None
    for edition in story.editions:
        wording = edition.content.wording(words.language)
        is_latest = edition is story.latest
        rows.append(
            {
                "number": edition.number,
                "identifier": edition.identifier,
                "digest": digest_of(edition, words.language),
                "kind": words.kinds[edition.kind],
                "serious": edition.kind in (EditionKind.CORRECTION, EditionKind.CANCEL),
                "sent": _moment(edition.sent_at, words.language, with_year=True),
                "note": clean(edition.note),
                "changes": _change_texts(before, edition, words),
                "title": _plain_title(edition, words.language),
                "paragraphs": _paragraphs(wording.body) if room.old_texts and not is_latest else [],
                "cap": cap_name(edition.identifier),
            }
        )
        before = edition
    return rows[-room.rows :][::-1]


def _change_texts(before: FrozenEdition | None, after: FrozenEdition, words: Words) -> list[str]:
    if before is None:
        return [words.first] if after.number == 1 else []
    if after.kind == EditionKind.CANCEL:
        return [words.cancelled_now]
    found = changes(before, after, words.language)
    return [_change_text(change, after, words) for change in found] or [words.nothing_changed]


def _change_text(change: Change, edition: FrozenEdition, words: Words) -> str:
    area = change.after or change.before
    name = _area_name(area, words.language) if area else ""
    match change.turn:
        case Turn.UNTIL:
            return words.until_changed.format(moment=moment_text(edition.expires_at, words.language, with_year=True))
        case Turn.TEXT:
            return words.text_changed
        case Turn.AREA_DROPPED:
            return words.area_dropped.format(area=name)
        case Turn.AREA_LIFTED:
            return words.area_lifted.format(area=name)
        case Turn.AREA_ADDED:
            return words.area_added.format(area=name, level=_label_or_none(change.after, words))
        case Turn.AREA_LEVEL:
            return words.area_level.format(
                area=name, before=_label_or_none(change.before, words), after=_label_or_none(change.after, words)
            )


def _label_or_none(area: AreaMark | None, words: Words) -> str:
    return (_area_label(area, words) if area else "") or words.no_level
