"""What the room reads from the city folder."""

import pytest

from tests.cities import SAMPLE_CITY
from tests.shared.subscriptions.people import make_topics
from todoke.civic.notices.actions.city import NoticeTemplatesPart
from todoke.civic.notices.models import Template
from todoke.ground.places.registry import LoadReport
from todoke.shared.subscriptions.city import TopicsPart

pytestmark = pytest.mark.django_db

GOOD = """
[[templates]]
key = "gomi-day"
name = "ごみ収集日の変更"
topics = ["gomi"]
[templates.ja]
title = "ごみの日"
short = "変わります"
body = "変わります"
"""


def load(folder) -> LoadReport:
    report = LoadReport(folder)
    NoticeTemplatesPart().load(folder, report)
    return report


def test_the_sample_city_has_templates_in_three_languages_and_loads_twice_the_same():
    TopicsPart().load(SAMPLE_CITY, LoadReport(SAMPLE_CITY))

    first, second = load(SAMPLE_CITY), load(SAMPLE_CITY)

    assert [str(fault) for fault in first.faults] == []
    assert second.changes() == 0
    assert Template.objects.count() >= 8
    assert all(set(template.texts) == {"ja", "ja-easy", "en"} for template in Template.objects.all())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('["gomi"]', '["gomu"]', "「gomu」という分野はtopics.tomlにありません。"),
        ('["gomi"]', "[]", "分野をひとつ以上書いてください。"),
        ('"gomi-day"', '"ごみ"', "半角の英小文字"),
        ("[templates.ja]", "[templates.en]", "日本語の文がありません"),
        ('title = "ごみの日"', f'title = "{"ご" * 101}"', "100文字まで"),
        ("topics", "valid_days = 0\ntopics", "1から366まで"),
        ("body", "boddy", "boddy"),
        ("[[templates]]", "[templates]", "[[templates]]"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_stored(tmp_path, old, new, words):
    make_topics("gomi")
    (tmp_path / "notices.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")

    report = load(tmp_path)

    assert words in "\n".join(str(fault) for fault in report.faults)
    assert Template.objects.count() == 0


def test_two_templates_of_one_key_are_refused(tmp_path):
    make_topics("gomi")
    (tmp_path / "notices.toml").write_text(GOOD + GOOD, encoding="utf-8")

    assert "同じkey" in "\n".join(str(fault) for fault in load(tmp_path).faults)


def test_a_template_that_is_gone_is_offered_no_longer(tmp_path):
    make_topics("gomi")
    (tmp_path / "notices.toml").write_text(GOOD, encoding="utf-8")
    load(tmp_path)
    (tmp_path / "notices.toml").write_text(GOOD.replace("gomi-day", "gomi-stop"), encoding="utf-8")

    load(tmp_path)

    assert list(Template.objects.filter(is_active=True).values_list("key", flat=True)) == ["gomi-stop"]
