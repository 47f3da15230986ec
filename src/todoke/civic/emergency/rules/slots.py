"""Filling the slots of a template: plain replacement, nothing is computed from text."""

import re
from collections.abc import Mapping

# What may stand in braces, and what it is filled with.
SLOTS: Mapping[str, str] = {
    "city": "市の名前",
    "areas": "最も高いレベルの地域の名前",
    "all_areas": "対象地域すべての名前",
    "area_lines": "レベルごとに1行、地域の名前",
    "warning": "レベルと発表の名前（警戒レベル4 避難指示）",
    "lifted_notice": "解除されたものの名前",
    "office": "発表した官署の名前",
    "time": "発表の日時",
    "river": "川の名前",
    "shelters": "開いている避難場所",
    "action": "最も高いレベルで取る行動",
    "contact": "問い合わせ先",
}
_SLOT = re.compile(r"\{([^{}]*)\}")


def unknown_slots(text: str) -> list[str]:
    """The slots of a text that nobody could fill, in their order."""
    return [name for name in _SLOT.findall(text) if name not in SLOTS]


def literal_length(text: str) -> int:
    """The characters of a text apart from its slots."""
    return len(_SLOT.sub("", text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its slots filled. A slot without a value takes its whole line with it.

    A line about shelters that nobody has opened is worse than no line; a line that says nothing else disappears, and
    what the officer has to add is theirs to write.
    """
    lines = []
    for line in text.strip("\n").split("\n"):
        if any(not values.get(name) for name in _SLOT.findall(line)):
            continue
        lines.append(_SLOT.sub(lambda found: values[found[1]], line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
