"""Translations out and in: what goes into the file, what comes back as a draft, and which rows are refused, and why."""

from json import loads
from random import Random

import polib
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.civic.procedures.conftest import RIGHTS
from tests.civic.procedures.samples import stall
from tests.sign_in import make_staff, sign_in
from todoke.base.clock import now
from todoke.base.codes.my_number import invent
from todoke.civic.procedures.actions.drafting import save_draft
from todoke.civic.procedures.actions.translating import export_texts, import_texts
from todoke.civic.procedures.building.texts import percentage_done
from todoke.civic.procedures.models import ProcedureVersion
from todoke.civic.procedures.texts import FILE_BYTES_MAX, Translated, UnreadableTexts, read_file, why_not
from todoke.ground.audit.models import Entry
from todoke.shared.paperwork.types import Words

LANGUAGES = ["ja", "ja-easy", "en"]
NAME = "stall:name"


def newest():
    return ProcedureVersion.objects.exclude(state="retired").order_by("-number").first()


def translated(version, language="en", **texts):
    """The exported file with these texts, by context."""
    file = polib.pofile("\n" + export_texts([version], language))
    for entry in file:
        if entry.msgctxt in texts:
            entry.msgstr = texts[entry.msgctxt]
    return file


def back(file):
    return str(file).encode()


def entry_of(file, context):
    return next(entry for entry in file if entry.msgctxt == context)


def test_the_file_names_every_text_of_residents_by_its_place(version):
    file = polib.pofile("\n" + export_texts([version], "ja-easy"))

    contexts = [entry.msgctxt for entry in file]
    assert {NAME, "stall:form/pages/1/questions/0/label", "stall:attachments/0/purpose", "stall:fee/words"} <= {
        *contexts
    }
    assert not any("tests" in each for each in contexts)
    assert file.metadata["Language"] == "ja_Easy"
    assert entry_of(file, NAME).msgid == "屋台の出店"
    assert entry_of(file, NAME).comment == "屋台の出店"


def test_what_comes_back_is_a_draft_and_nothing_is_published(version, clerk):
    before = percentage_done(loads(version.text), "en")
    file = translated(version, **{"stall:attachments/0/name": "Plan"})

    taken = import_texts(back(file), viewer=clerk, at=now())

    draft = newest()
    assert (draft.state, draft.number) == ("draft", 2)
    assert loads(draft.text)["attachments"][0]["name"] == {"ja": "配置図", "en": "Plan"}
    assert (taken.taken, taken.refused) == ({"stall": 1}, ())
    assert taken.percent["stall"] > before
    version.refresh_from_db()
    assert version.state == "published"
    assert Entry.objects.filter(what="procedures.translations-taken").count() == 1


def test_a_computed_value_with_a_full_stop_in_its_key_is_found_again(version, clerk):
    document = stall(flow="notification", route="")
    value = {"label": {"ja": "広さの倍"}, "formula": {"op": "add", "of": [{"name": "area"}, {"name": "area"}]}}
    document["form"]["computed"] = {"area.twice": value}
    draft = save_draft(document, viewer=clerk, at=now())
    file = translated(draft, **{"stall:form/computed/area.twice/label": "Twice"})

    import_texts(back(file), viewer=clerk, at=now())

    assert loads(newest().text)["form"]["computed"]["area.twice"]["label"]["en"] == "Twice"


def test_a_file_without_news_makes_no_draft(version, clerk):
    taken = import_texts(back(translated(version)), viewer=clerk, at=now())

    assert taken.taken == {}
    assert newest().state == "published"


def test_a_text_that_has_changed_since_is_refused_and_the_others_are_taken(version, clerk):
    file = translated(version, **{NAME: "Stalls", "stall:fee/words": "Fee"})
    save_draft(stall(flow="notification", route="", name={"ja": "屋台", "en": "Booth"}), viewer=clerk, at=now())

    taken = import_texts(back(file), viewer=clerk, at=now())

    assert [each.entry.place for each in taken.refused] == ["name"]
    assert str(taken.refused[0].says).startswith("日本語の文が、書き出したあとに変わりました。")
    assert loads(newest().text)["name"]["en"] == "Booth"
    assert loads(newest().text)["fee"]["words"]["en"] == "Fee"


def test_what_is_gone_and_what_is_not_ours_is_refused(version, clerk):
    file = translated(version)
    for context in ("stall:form/pages/7/title", "dog:name"):
        file.append(polib.POEntry(msgctxt=context, msgid="犬", msgstr="Dog"))

    taken = import_texts(back(file), viewer=clerk, at=now())

    assert ["いまの手続きにありません" in str(each.says) for each in taken.refused] == [True, False]
    assert "扱う権限がありません" in str(taken.refused[1].says)


@pytest.mark.parametrize(
    ("japanese", "text", "says"),
    [
        ("{name}さん", "Dear {name}", ""),
        ("{name}さん", "Dear you", "「{name}」がありません"),
        ("%(count)s件", "{count} pieces", "「%(count)s」がありません"),
        ("犬", "{dog}", "元の文にない「{dog}」"),
        ("https://a.example/を見る", "See https://a.example/", ""),
        ("https://a.example/を見る", "See https://b.example/", "がありません"),
        ("犬", f"Dog {invent(Random(7))}", "マイナンバー"),
        ("犬", "x" * 10_001, "長すぎます"),
        ("猫", "Cat", "書き出したあとに変わりました"),
    ],
)
def test_a_translation_keeps_what_has_to_stay(japanese, text, says):
    there = Words(ja="犬" if japanese == "猫" else japanese)

    found = str(why_not(Translated("stall", "name", japanese, text), there))

    assert says in found if says else found == ""


def test_an_unsure_translation_is_refused_until_somebody_has_looked(version, clerk):
    file = translated(version, **{NAME: "Stalls"})
    entry_of(file, NAME).flags.append("fuzzy")

    taken = import_texts(back(file), viewer=clerk, at=now())

    assert "fuzzy" in str(taken.refused[0].says)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff\xfe", "読めません"),
        ("これは翻訳ではない".encode(), "読めません"),
        (b"/etc/hostname", "読めません"),
        (b'msgid ""\nmsgstr ""\n"Language: fr\\n"\n\nmsgid "a"\nmsgstr "b"\n', "何語の翻訳か"),
        (b'msgid ""\nmsgstr ""\n"Language: ja\\n"\n\nmsgid "a"\nmsgstr "b"\n', "何語の翻訳か"),
        (b'msgid ""\nmsgstr ""\n"Language: en\\n"\n', "一つもありません"),
        (b"x" * (FILE_BYTES_MAX + 1), "大きすぎます"),
    ],
)
def test_what_is_no_file_of_texts_is_refused_in_words(data, says):
    with pytest.raises(UnreadableTexts, match=says):
        read_file(data, LANGUAGES)


# The staff's page


@pytest.fixture
def desk(version):
    return sign_in(Client(), make_staff(RIGHTS, section="doboku"))


def test_the_page_tells_how_much_is_done_and_gives_the_file(desk, version):
    page = desk.get(reverse("procedures:texts")).content.decode()
    file = desk.get(reverse("procedures:texts-file", args=["en"]), {"procedure": "stall"})

    assert f"{percentage_done(loads(version.text), 'en')}%" in page
    assert file.headers["Content-Disposition"] == 'attachment; filename="stall.en.po"'
    assert NAME in file.content.decode()


def test_the_page_takes_a_file_in_and_shows_what_was_refused(desk, version):
    file = translated(version, **{NAME: "Stalls {today}", "stall:fee/words": "Fee"})
    upload = SimpleUploadedFile("stall.en.po", back(file), content_type="text/x-gettext-translation")

    page = desk.post(reverse("procedures:texts"), {"file": upload}).content.decode()

    assert "取り込めなかった文が1件あります" in page
    assert "元の文にない「{today}」" in page
    assert loads(newest().text)["fee"]["words"]["en"] == "Fee"


def test_a_file_that_cannot_be_read_is_told_beside_its_field(desk):
    answer = desk.post(reverse("procedures:texts"), {"file": SimpleUploadedFile("a.po", b"\xff")})

    assert answer.status_code == 422
    assert "読めません" in answer.content.decode()


@pytest.mark.parametrize("address", [("en", "booth"), ("fr", "stall"), ("ja", "stall")])
def test_no_file_for_what_is_not_theirs_or_no_language(desk, address):
    language, key = address

    assert desk.get(reverse("procedures:texts-file", args=[language]), {"procedure": key}).status_code == 404


def test_another_section_neither_sees_nor_changes_our_texts(version):
    other = sign_in(Client(), make_staff(RIGHTS, section="kankyo"))

    assert "屋台の出店" not in other.get(reverse("procedures:texts")).content.decode()
    assert other.get(reverse("procedures:texts-file", args=["en"])).status_code == 404
