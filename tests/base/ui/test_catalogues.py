from pathlib import Path

import pytest

from todoke.base.ui.catalogues import compile_catalogues, faults_of_rooms

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    room = tmp_path / "ground" / "post"
    (room / "templates" / "post").mkdir(parents=True)
    (room / "apps.py").write_text("")
    (tmp_path / "base" / "ui").mkdir(parents=True)
    (tmp_path / "base" / "ui" / "apps.py").write_text("")
    return tmp_path


def write_catalogues(source: Path, entries: str, room: str = "ground/post") -> None:
    for locale in ("en", "ja_Easy"):
        folder = source / room / "locale" / locale / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "django.po").write_text(HEAD + entries, encoding="utf-8")


def told(source: Path, room: str = "ground/post") -> list[str]:
    return [str(fault) for fault in faults_of_rooms(source)[room]]


def test_a_room_whose_sentences_are_translated_is_well(source: Path) -> None:
    (source / "ground/post/views.py").write_text('from x import gettext_lazy as _\nWORD = _("届く")\n')
    write_catalogues(source, 'msgid "届く"\nmsgstr "arrives"\n')

    assert told(source) == []


@pytest.mark.parametrize(
    "call", ['_("届く")', 'gettext("届く")', 'gettext_lazy("届く")', 'translation.gettext("届" "く")']
)
def test_a_sentence_in_python_without_translation_is_told_with_its_place(source: Path, call: str) -> None:
    (source / "ground/post/views.py").write_text(f"\n{call}\n")
    write_catalogues(source, "")

    assert told(source) == [
        f"ground/post/views.py:2: “届く” has no translation in ground/post/locale/{locale}/LC_MESSAGES/django.po; "
        "add an entry there"
        for locale in ("en", "ja_Easy")
    ]


@pytest.mark.parametrize(
    "markup",
    [
        '{% translate "届く" %}',
        "{% trans '届く' as x %}",
        "{% blocktranslate %}届く{% endblocktranslate %}",
        '{{ x|default:_("届く") }}',
        '{% notice title=_("届く") %}',
    ],
)
def test_a_sentence_in_a_template_without_translation_is_told(source: Path, markup: str) -> None:
    (source / "ground/post/templates/post/page.html").write_text(markup)
    write_catalogues(source, "")

    assert len(told(source)) == 2
    assert "ground/post/templates/post/page.html:1: “届く”" in told(source)[0]


def test_a_fuzzy_or_empty_translation_is_none(source: Path) -> None:
    (source / "ground/post/views.py").write_text('_("届く")\n_("着く")\n')
    write_catalogues(source, '#, fuzzy\nmsgid "届く"\nmsgstr "arrives"\n\nmsgid "着く"\nmsgstr ""\n')

    assert len(told(source)) == 4


def test_a_translation_of_what_nobody_says_any_more_is_told(source: Path) -> None:
    write_catalogues(source, 'msgid "届く"\nmsgstr "arrives"\n')

    assert len(told(source)) == 2
    assert all("is said nowhere in this room any more" in fault for fault in told(source))


def test_slots_that_differ_are_told(source: Path) -> None:
    (source / "ground/post/views.py").write_text('_("%(count)d通が{place}に届く")\n')
    write_catalogues(source, 'msgid "%(count)d通が{place}に届く"\nmsgstr "%(number)d letters in {place}"\n')

    assert len(told(source)) == 2
    assert all("different slots; use ['count', 'place']" in fault for fault in told(source))


def test_a_sentence_glued_together_is_told(source: Path) -> None:
    (source / "ground/post/views.py").write_text('_(f"{name}が届く")\n')

    assert told(source) == [
        "ground/post/views.py:1: _(…) needs one plain text, not an f-string or a sum; put slots into the text"
    ]


def test_a_plural_is_one_entry(source: Path) -> None:
    (source / "ground/post/views.py").write_text('ngettext("%(n)d通", "%(n)d通", 3)\n')
    write_catalogues(
        source, 'msgid "%(n)d通"\nmsgid_plural "%(n)d通"\nmsgstr[0] "one letter"\nmsgstr[1] "%(n)d letters"\n'
    )

    assert told(source) == []


def test_two_rooms_that_translate_one_sentence_differently_are_told(source: Path) -> None:
    for room, word in (("base/ui", "none"), ("ground/post", "nothing")):
        (source / room / "views.py").write_text('_("なし")\n')
        write_catalogues(source, f'msgid "なし"\nmsgstr "{word}"\n', room)

    assert len(told(source)) == 2
    assert all("“なし” is translated differently in base/ui/locale/" in fault for fault in told(source))


def test_what_the_house_says_need_not_be_repeated(source: Path) -> None:
    for room in ("base/ui", "ground/post"):
        (source / room / "views.py").write_text('_("なし")\n')
    write_catalogues(source, 'msgid "なし"\nmsgstr "none"\n', "base/ui")

    assert told(source) == []


def test_catalogues_are_compiled_once_and_again_after_a_change(source: Path) -> None:
    write_catalogues(source, 'msgid "届く"\nmsgstr "arrives"\n')

    assert compile_catalogues(source) == 2
    assert compile_catalogues(source) == 0

    po = source / "ground/post/locale/en/LC_MESSAGES/django.po"
    mo = po.with_suffix(".mo")
    before = mo.read_bytes()
    po.write_text(HEAD + 'msgid "届く"\nmsgstr "is delivered"\n', encoding="utf-8")
    assert compile_catalogues(source) == 1
    assert mo.read_bytes() != before
