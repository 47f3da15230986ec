"""Any edition that the desk could release, and what no rendering of it may ever lose."""

import re
import unicodedata
from functools import cache

from hypothesis import strategies as st

from tests.shared.messaging.editions import content, edition
from todoke.shared.messaging.channels.matter import plain
from todoke.shared.messaging.channels.phrases import area_name, official_word, phrases_in
from todoke.shared.messaging.channels.speech import spoken
from todoke.shared.messaging.phrasebook import LANGUAGES, book
from todoke.shared.messaging.types import AreaMark, EditionKind, Mode, Register, Wording

WORDS = st.sampled_from(
    [
        (5, "緊急安全確保", "evacuation"),
        (4, "避難指示", "evacuation"),
        (3, "高齢者等避難", "evacuation"),
        (5, "大雨特別警報", "weather"),
        (4, "土砂災害危険警報", "weather"),
        (3, "氾濫警報", "flood"),
        (2, "高潮注意報", "weather"),
        (None, "暴風警報", "weather"),
        (None, "避難指示", "evacuation"),
        (None, "大津波警報", "tsunami"),
        (None, "津波注意報", "tsunami"),
        (None, "震度６強", "earthquake"),
        (None, "噴火警報（居住地域）", "volcano"),
        (None, "", "rumour"),
        (None, "", "other"),
        (None, "", ""),
    ]
)
LETTERS = st.sampled_from("東西南北中央港町一二三字区ヶ崎あかサ髙﨑𠮷葛AbZé149🍎 ー")
NAMES = st.text(LETTERS, min_size=1, max_size=40).map(str.strip).filter(lambda name: len(plain(name)) > 0)
HAZARDS = st.sampled_from(["", "rain", "landslide", "flood", "storm-surge", "wind", "tsunami", "volcano", "fire"])
OWN_TEXTS = st.one_of(
    st.just({}),
    st.dictionaries(st.sampled_from([each.value for each in Register]), st.text(LETTERS, max_size=260), max_size=6),
)


@st.composite
def editions(draw):
    """Any edition that the desk could release, and some that it could not."""
    level, notice, kind = draw(WORDS)
    count = draw(st.integers(min_value=1, max_value=60))
    names = draw(st.lists(NAMES, min_size=1, max_size=4))
    second = draw(WORDS.filter(lambda each: (each[0] or 0) < (level or 0))) if level and draw(st.booleans()) else None
    is_over = draw(st.booleans()) if second is None and notice else False
    areas = tuple(
        AreaMark(
            key=str(number),
            name=f"{names[number % len(names)]}{number}",
            name_en=draw(st.sampled_from(["", f"Place {number}"])),
            level=None if is_over else second[0] if second and number % 2 else level,
            notice="解除" if is_over else second[1] if second and number % 2 else notice,
        )
        for number in range(count)
    )
    facts = {"kind": kind, "hazard": draw(HAZARDS), "lifted": "yes" if is_over else ""}
    if is_over and draw(st.booleans()):
        facts["lifted_levels"] = f"{level or ''}:{notice}"
    title = draw(NAMES)
    number = draw(st.integers(min_value=1, max_value=2))
    edition_kind = draw(st.sampled_from([EditionKind.FIRST] if number == 1 else list(EditionKind)[1:]))
    return edition(
        number=number,
        kind=edition_kind,
        mode=draw(st.sampled_from(Mode)),
        note="理由",
        content=content(
            wordings=tuple(
                Wording(language, title, "本文です。", "短い文です。", draw(OWN_TEXTS) if language == "ja" else {})
                for language in LANGUAGES
            ),
            areas=areas,
            level=max((area.level or 0 for area in areas), default=0) or None,
            facts=facts,
        ),
    )


def everything_to_do(language):
    """Every sentence by which the phrasebook tells people what to do."""
    said = book(language).phrases
    keys = [key for key in said if key.startswith("action.") or re.fullmatch(r"level\.\d\.(act|tight)", key)]
    return [*(said[key].text for key in keys), said["said.cancel"].text]


@cache
def heard_or_read(text):
    """The text as it is compared: without readings, blanks, case and accents."""
    letters = unicodedata.normalize("NFD", plain(text).lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@cache
def by_ear(text, language):
    """The text as it is compared, signs and pauses left away."""
    return heard_or_read(spoken(text, language)).replace("、", "")


def assert_whole(text, what, language, register, *, acts_by_phrase=True):
    """Nothing of what must be said is missing; what to do may stand there in a template's own words."""
    shown = heard_or_read(text)
    top = min(what.content.areas, key=lambda area: (area.notice == "解除", -(area.level or 0)))
    marked = any(mark in shown for mark in marks_of(what, language, register))
    assert marked, (language, register, text)
    own = what.content.wording(language).said_in(register)
    if own and heard_or_read(own) in shown:
        return
    if top.notice and top.notice != "解除":
        assert by_ear(official_word(top.notice, language), language) in by_ear(text, language), (
            language,
            register,
            text,
        )
        assert top.level is None or str(top.level) in shown
    if top.notice == "解除" and (lifted_word := what.content.facts.get("lifted_levels", "").partition(":")[2]):
        assert by_ear(official_word(lifted_word, language), language) in by_ear(text, language), (
            language,
            register,
            text,
        )
    if register is Register.URGENT_TITLE:
        return
    places = [phrases_in(language).areas_announced, book(language).text("speech.announced")]
    places += [area_name(area, language) for area in what.content.areas]
    places += [area.name_en for area in what.content.areas if area.name_en]
    assert any(by_ear(place, language) in by_ear(text, language) for place in places), (
        language,
        register,
        text,
    )
    acts = any(by_ear(sentence, language) in by_ear(text, language) for sentence in everything_to_do(language))
    assert acts or not acts_by_phrase, (language, register, text)


def marks_of(what, language, register):
    """The ways in which the text may carry its marks; an ordinary edition has none."""
    if register is Register.SPEECH:
        key = {Mode.EXERCISE: "speech.drill", Mode.TEST: "speech.test"}.get(what.mode)
        return [heard_or_read(book(language).text(key)) if key else ""]
    marks = heard_or_read(what.marks(language))
    return [marks, *([re.sub(r"[【】\[\]]", "", marks)] if register is Register.URGENT_TITLE else [])]
