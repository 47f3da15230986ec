"""How a reader meets an edition, drawn: `{% load renderings %}{% reader_frame rendering %}`."""

from typing import Any

from django import template

from todoke.base.ui.languages import language_tag
from todoke.shared.messaging.queries.renderings import Rendering

register = template.Library()


@register.inclusion_tag("messaging/parts/frame.html")
def reader_frame(
    rendering: Rendering, level: int | None = None, word: str = "", sound: str = "", speechless: object = ""
) -> dict[str, Any]:
    """`{% reader_frame each level=4 word="避難指示" sound=address %}`: one rendering in the frame of its channel.

    `level` and `word` stand as a mark in a page of the web, as they do there. `sound` is the address at which a
    broadcast can be heard, `speechless` says why it cannot. Style: `messaging/frames.css`.
    """
    return {
        "rendering": rendering,
        "looks": rendering.looks.value,
        "lang": language_tag(rendering.language),
        "level": level,
        "word": word,
        "sound": sound,
        "speechless": speechless,
        "lines": [line for line in rendering.text.splitlines() if line.strip()],
    }
