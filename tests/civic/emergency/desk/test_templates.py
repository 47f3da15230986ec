"""文例 from the city folder."""

import pytest

from todoke.civic.emergency.actions.city import TemplatesPart
from todoke.civic.emergency.models import Template
from todoke.civic.emergency.queries.templates import template_for
from todoke.ground.places.registry import LoadReport

pytestmark = pytest.mark.django_db

SOUND = """[[templates]]
key = "order"
name = "避難指示"
kind = "evacuation"
level = 4
ja.title = "警戒レベル4 避難指示"
ja.body = "{areas}"
ja.short = "{warning}。"
ja-easy.title = "逃げて"
ja-easy.body = "{areas}"
ja-easy.short = "逃げて"
en.title = "Evacuate"
en.body = "{areas}"
en.short = "Evacuate"
"""


def load(folder, text):
    (folder / "templates.toml").write_text(text, encoding="utf-8")
    report = LoadReport(folder)
    TemplatesPart().load(folder, report)
    return report


def test_loading_twice_changes_nothing(tmp_path):
    load(tmp_path, SOUND)

    report = load(tmp_path, SOUND)

    assert report.changes() == 0
    assert Template.objects.get().version == 1


def test_new_wording_is_a_new_version_and_the_old_one_stays(tmp_path):
    load(tmp_path, SOUND)

    load(tmp_path, SOUND.replace("Evacuate", "Leave now"))

    assert list(Template.objects.order_by("version").values_list("version", "is_current")) == [(1, False), (2, True)]


def test_a_template_that_is_gone_is_no_longer_offered(tmp_path):
    load(tmp_path, SOUND)

    load(tmp_path, SOUND.replace('"order"', '"other"'))

    assert list(Template.objects.filter(is_current=True).values_list("key", flat=True)) == ["other"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('ja.body = "{areas}"', 'ja.body = "{aeras}"', 7, "{aeras} は使えません"),
        ("level = 4", "level = 2", 5, "使えないレベル"),
        ('kind = "evacuation"', 'kind = "evacuate"', 4, "次のどれか"),
        ('ja.short = "{warning}。"', 'ja.short = "逃げてください。"', 8, "警戒レベル"),
        ('ja.title = "警戒レベル4 避難指示"', 'ja.title = "避難勧告"', 6, "「避難指示」と書いてください"),
        ('en.title = "Evacuate"\n', "", 1, "空か、書かれていません"),
        ('name = "避難指示"', 'name = "避難指示"\nhazzard = "rain"', 4, "知らない項目"),
    ],
)
def test_a_fault_is_told_with_its_line(old, new, line, words, tmp_path):
    report = load(tmp_path, SOUND.replace(old, new, 1))

    assert not Template.objects.exists()
    assert any(words in fault.text for fault in report.faults), [str(fault) for fault in report.faults]
    found = next(fault for fault in report.faults if words in fault.text)
    assert found.place.file == "templates.toml"
    assert found.place.line >= 1
    if "en.title" not in old:
        assert found.place.line == line


def test_a_city_without_templates_loads(tmp_path):
    report = LoadReport(tmp_path)

    TemplatesPart().load(tmp_path, report)

    assert not report.faults


def test_the_sample_city_has_a_template_for_every_level_of_every_notice(templates):
    for kind, levels in {"evacuation": (3, 4, 5), "weather": (2, 3, 4, 5), "flood": (2, 3, 4, 5)}.items():
        for level in levels:
            assert template_for(kind, "", level) is not None


@pytest.mark.parametrize(
    ("kind", "hazard", "level", "notice", "key"),
    [
        ("evacuation", "flood", 4, "", "evacuation-4-flood"),
        ("evacuation", "rain", 4, "", "evacuation-4"),
        ("evacuation", "tsunami", None, "避難指示", "evacuation-tsunami"),
        ("tsunami", "tsunami", None, "津波注意報", "tsunami-advisory"),
        ("tsunami", "tsunami", None, "大津波警報", "tsunami-warning"),
        ("weather", "wind", None, "暴風警報", "weather-other"),
        ("lifting", "rain", None, "避難情報", "lifting-evacuation"),
        ("lifting", "rain", None, "", "lifting"),
        ("rumour", "", None, "", "rumour"),
    ],
)
def test_the_template_that_fits_best(kind, hazard, level, notice, key, templates):
    assert template_for(kind, hazard, level, notice).key == key


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ('ja.board = "{warning}。{areas}。' + "長" * 51 + '"', "50文字までにしてください"),
        ('ja.urgent-title = "レベル４避難指示のとても長い題名です"', "15文字までにしてください"),
        ('ja.post = "{areas}から避難"', "レベルの数字を入れてください"),
        ('ja.speech = "{warning}を発令しました。"', "対象地域の差し込み"),
        ('ja.urgent = "{warning}。{areas}。{contact}"', "緊急速報メールには入れられません: 問い合わせ先"),
        ('ja.urgent = "{warning}。{areas}。０９９０－００－１０００"', "緊急速報メールには入れられません: 電話番号"),
        ('ja.poster = "{warning}。{areas}。"', "知らない項目"),
    ],
)
def test_a_text_for_a_register_that_breaks_its_rules_is_refused(tmp_path, added, words):
    report = load(tmp_path, SOUND + added + "\n")

    assert any(words in str(fault) for fault in report.faults), [str(fault) for fault in report.faults]


def test_a_text_for_a_register_is_kept_with_the_template(tmp_path):
    report = load(tmp_path, SOUND + 'ja.board = "{warning}。{areas}。全員避難。"\n')

    assert [str(fault) for fault in report.faults] == []
    assert Template.objects.get().texts["ja"]["board"] == "{warning}。{areas}。全員避難。"
