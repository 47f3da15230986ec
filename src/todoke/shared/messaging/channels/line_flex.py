"""What LINE shows of an edition: a bubble with level, word and colour together, or plain text.

A bubble is made only of the whole text. What would not fit whole is sent as plain text, which knows how to cut; and
what LINE refuses as a bubble is sent again as that text. Pure: the same edition gives the same bytes.

Sources: https://developers.line.biz/en/reference/messaging-api/#flex-message and
https://developers.line.biz/en/docs/messaging-api/flex-message-elements/ (read in November 2026). The service's own
limits are said to be 30 KB for a bubble and 1,500 characters for `altText`; older pages say 10 KB and 400, and these
smaller ones are kept here, for they hold either way.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from todoke.shared.messaging.channels.clusters import longest_start, utf16_units
from todoke.shared.messaging.channels.phrases import phrases_in
from todoke.shared.messaging.channels.wording import (
    area_lines,
    body_of,
    essentials,
    highest_level,
    level_holds,
    one_line,
    signature,
)
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.types import EditionKind, FrozenEdition

BUBBLE_BYTES_MAX = 10 * 1024
ALT_TEXT_MAX = 400
URI_MAX = 1000

# What is over, cancelled or has no number: no colour of a level may say that it holds.
NEUTRAL = ("#4D4D4D", "#FFFFFF")
PAPER = "#FFFFFF"
INK, WEAK_INK, BUTTON = "#1A1A1A", "#4D4D4D", "#0017C1"

Message = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """One edition as LINE is given it: the text, and the bubble in its place where there is one."""

    text: str
    flex: Message | None = None

    @property
    def plain(self) -> Message:
        """The message as text, understood everywhere."""
        return {"type": "text", "text": self.text}

    @property
    def best(self) -> Message:
        """The bubble, or the text where there is none."""
        return self.flex or self.plain


def said(edition: FrozenEdition, language: str, site: str, text: str, *, ends: Sequence[str] = ()) -> Said:
    """The edition for LINE. `text` is its plain form; `ends` are lines that close every copy (how to leave)."""
    return Said(text, flex_of(edition, language, site, ends=ends))


def flex_of(edition: FrozenEdition, language: str, site: str, *, ends: Sequence[str] = ()) -> Message | None:
    """The Flex message, or None: of a notice without a level, and of what does not fit into a bubble whole."""
    words = highest_level(edition, language)
    if not words:
        return None
    alt = alt_text(edition, language)
    bubble = _bubble(edition, language, site, words=words, ends=ends)
    if alt is None or len(read_on_at(site, edition, language)) > URI_MAX or byte_size(bubble) > BUBBLE_BYTES_MAX:
        return None
    return {"type": "flex", "altText": alt, "contents": bubble}


def alt_text(edition: FrozenEdition, language: str) -> str | None:
    """What a notification and a screen reader say: the essential lines, then areas and what to do as far as there is
    room; None where not even the essential ones fit."""
    first = "\n".join(essentials(edition, language))
    if utf16_units(first) > ALT_TEXT_MAX:
        return None
    whole = "\n".join([first, *area_lines(edition, language), *_act(edition, language)])
    if utf16_units(whole) <= ALT_TEXT_MAX:
        return whole
    return longest_start(whole, ALT_TEXT_MAX - 1, utf16_units) + "…"


def byte_size(bubble: Message) -> int:
    """How large the bubble is in JSON, in UTF-8."""
    return len(json.dumps(bubble, ensure_ascii=False).encode())


def texts_of(bubble: Any) -> list[str]:
    """Every text of a bubble in reading order, labels of buttons with where they lead."""
    if isinstance(bubble, list):
        return [text for part in bubble for text in texts_of(part)]
    if not isinstance(bubble, dict):
        return []
    if bubble.get("type") == "text":
        return [str(bubble.get("text", ""))]
    if bubble.get("type") == "button":
        action = bubble.get("action", {})
        return [f"{action.get('label', '')}: {action.get('uri', '')}"]
    parts = [bubble.get(name) for name in ("header", "hero", "body", "footer", "contents")]
    return [text for part in parts if part for text in texts_of(part)]


def _bubble(edition: FrozenEdition, language: str, site: str, *, words: str, ends: Sequence[str]) -> Message:
    ground, ink = _colours(edition)
    phrases = phrases_in(language)
    if edition.kind is EditionKind.CANCEL:
        words = phrases.cancelled.format(words)
    marks = edition.marks(language).strip()
    notices = [phrases.of_mode(edition.mode), phrases.of_kind(edition.kind)]
    note = phrases.of_note(edition.kind, edition.note)
    flow = [*area_lines(edition, language), *body_of(edition, language).split("\n\n")]
    contact, _more, sent = _signed(edition, language, site)
    label = phrases.more.format("").strip("：: ")
    return {
        "type": "bubble",
        "size": "giga",
        "header": _box(
            [
                *([_text(marks, size="lg", weight="bold", color=ink)] if marks else []),
                _text(words, size="xl", weight="bold", color=ink),
            ],
            ground,
        ),
        "body": _box(
            [
                _text(one_line(edition.title(language)), size="lg", weight="bold", color=INK),
                *(_text(line, weight="bold", color=INK) for line in (*notices, note) if line),
                *(_text(line, weight="bold", color=INK) for line in _act(edition, language)),
                *(_text(line.strip(), color=INK) for line in flow if line.strip()),
            ],
            PAPER,
        ),
        "footer": _box(
            [
                {
                    "type": "button",
                    "style": "primary",
                    "color": BUTTON,
                    "action": {
                        "type": "uri",
                        "label": label,
                        "uri": read_on_at(site, edition, language),
                    },
                },
                *(_text(line, size="sm", color=WEAK_INK) for line in (contact, sent, *ends) if line),
            ],
            PAPER,
        ),
    }


def _box(contents: list[Message], ground: str) -> Message:
    return {
        "type": "box",
        "layout": "vertical",
        "spacing": "md",
        "backgroundColor": ground,
        "contents": contents,
    }


def _text(text: str, **looks: str) -> Message:
    return {"type": "text", "text": text, "wrap": True, **looks}


def _signed(edition: FrozenEdition, language: str, site: str) -> tuple[str, str, str]:
    lines = signature(edition, language, site)
    return (lines[0] if len(lines) == 3 else "", lines[-2], lines[-1])


def _colours(edition: FrozenEdition) -> tuple[str, str]:
    official = LEVELS.get(edition.content.level or 0)
    return (official.ground, official.ink) if official and level_holds(edition) else NEUTRAL


def _act(edition: FrozenEdition, language: str) -> list[str]:
    official = LEVELS.get(edition.content.level or 0)
    return [official.in_language(language).act] if official and level_holds(edition) else []
