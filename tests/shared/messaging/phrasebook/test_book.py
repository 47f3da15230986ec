"""The phrasebook: whole in every language, each phrase with its source, honest about what was confirmed."""

import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest

import todoke
from todoke.civic.emergency.rules.notices import Hazard, NoticeKind
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.phrasebook import (
    BOOKS,
    LANGUAGES,
    SOURCES,
    BrokenPhrasebook,
    book,
    read_books,
    read_sources,
    said_at,
    slots_of,
)
from todoke.shared.messaging.phrasebook.book import DATA
from todoke.shared.messaging.types.edition import MARKS


@pytest.fixture
def folder(tmp_path) -> Path:
    """The phrase files, to be spoiled."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_ten_languages_have_a_file_each_and_there_is_no_other():
    files = {path.stem for path in DATA.glob("*.toml")} - {"sources"}

    assert files == set(LANGUAGES) == set(BOOKS)
    assert len(LANGUAGES) == 10


def test_every_language_has_every_phrase_with_the_same_slots():
    japanese = BOOKS["ja"]

    for other in BOOKS.values():
        assert other.phrases.keys() == japanese.phrases.keys()
        for key, phrase in other.phrases.items():
            if not key.startswith("time."):
                assert slots_of(phrase.text) == slots_of(japanese.text(key)), (other.language, key)


def test_every_source_is_explained_and_none_stands_there_for_nothing():
    named = {phrase.source for each in BOOKS.values() for phrase in each.phrases.values()}

    assert named == set(SOURCES)


def test_nothing_that_the_house_wrote_itself_counts_as_confirmed():
    ours = {key for key, source in SOURCES.items() if source.authority == "house"}

    claims = [
        (each.language, phrase.key)
        for each in BOOKS.values()
        for phrase in each.phrases.values()
        if phrase.confirmed and phrase.source in ours
    ]

    assert claims == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_marks_and_no_two_official_words_of_a_level_are_the_same(language):
    assert len(set(MARKS[language].values())) == 5
    assert len({level.in_language(language).word for level in LEVELS.values()}) == 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_of_a_speaker_has_no_sign_that_a_voice_would_stumble_over(language):
    spoken = [phrase.text for key, phrase in book(language).phrases.items() if key.startswith("speech.")]

    assert [text for text in spoken if re.search(r"[【】\[\]「」“”<>#*/|…：:()（）]", text)] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language not in {"ja", "ja-easy"}])
def test_no_kana_is_left_in_a_language_that_has_none(language):
    left = [key for key, phrase in book(language).phrases.items() if re.search(r"[ぁ-んァ-ヶ]", phrase.text)]

    assert left == []


def test_a_language_without_a_book_is_answered_in_japanese():
    assert book("tlh") is BOOKS["ja"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", "11月21日15時05分"),
        ("ja-easy", "11月21日 午後3時5分"),
        ("en", "15:05, 21 November"),
        ("vi", "15:05 ngày 21/11"),
    ],
)
def test_a_moment_is_written_as_its_language_writes_it(language, said):
    assert said_at("said", language, datetime(2026, 11, 21, 15, 5)) == said  # noqa: DTZ001 - a time on a wall clock


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["sent", "said", "taken-back"])
def test_every_moment_names_its_day_and_its_minute(language, key):
    text = said_at(key, language, datetime(2026, 11, 21, 15, 37))  # noqa: DTZ001 - a time on a wall clock

    assert "21" in text
    assert "37" in text


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("vi.toml", 'exercise = { text = "[DIỄN TẬP] "', 'drilled = { text = "[DIỄN TẬP] "', "missing: mark.exercise"),
        ("ko.toml", "경계 레벨 {level} {word}", "경계 레벨 {word}", "level.inline: has the slots"),
        ("pt.toml", 'source = "house-translation"', 'source = "hearsay"', "“hearsay” is not explained"),
        ("tl.toml", '"house-translation", confirmed = false', '"house-translation", confirmed = true', "cannot be"),
        ("ne.toml", 'language = "ne"', 'language = "np"', 'write language = "ne"'),
        ("en.toml", "[mark]", "[mark", "is no TOML"),
        ("sources.toml", 'authority = "ministry"', 'authority = "somebody"', "write one of city, house, ministry"),
        ("zh-Hans.toml", '{ text = "【演习】", source', '{ words = "【演习】", source', "mark.exercise: write { text"),
    ],
)  # fmt: skip
def test_a_file_with_a_fault_is_refused_and_the_fault_is_named(folder, file, old, new, says):
    spoil(folder / file, old, new)

    with pytest.raises(BrokenPhrasebook, match=re.escape(says)):
        read_books(folder)


def test_a_missing_file_is_refused_with_what_to_do(folder):
    (folder / "ne.toml").unlink()

    with pytest.raises(BrokenPhrasebook, match=r"ne\.toml is missing; copy ja\.toml"):
        read_books(folder)


def test_a_source_without_publisher_is_refused(folder):
    spoil(folder / "sources.toml", 'publisher = "気象庁"\n', "")

    with pytest.raises(BrokenPhrasebook, match="needs document, publisher"):
        read_sources(folder)


def test_no_phrase_stands_in_the_books_for_nothing():
    code = "".join(path.read_text(encoding="utf-8") for path in (Path(todoke.__file__).parent).rglob("*.py"))
    tables = {
        *(f"level.{number}.{part}" for number in LEVELS for part in ("word", "act") if part == "act" or number < 3),
        *(f"level.{number}.tight" for number in (3, 4, 5)),
        *(f"action.{number}" for number in LEVELS),
        *(f"hazard.{hazard}" for hazard in Hazard.values if hazard),
        *(f"kind.{kind}" for kind in NoticeKind.values),
        *(f"frame.{kind}.{part}" for kind in NoticeKind.values for part in ("title", "body", "short")),
        *(f"speech.call-{number}" for number in (3, 4, 5)),
        *(f"time.{moment}" for moment in ("sent", "said", "taken-back")),
    }

    idle = [
        key
        for key in BOOKS["ja"].phrases
        if key not in tables and not key.startswith("notice.") and f'"{key}"' not in code
    ]

    assert idle == []
    assert tables <= BOOKS["ja"].phrases.keys()
