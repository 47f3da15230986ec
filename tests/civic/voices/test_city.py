"""surveys.toml of the city folder."""

from pathlib import Path

import pytest

from tests.civic.voices.made import AT
from todoke.civic.voices.actions.city import SurveysPart
from todoke.civic.voices.actions.inviting import invite
from todoke.civic.voices.models import Survey
from todoke.ground.people.models import Section
from todoke.ground.places.registry import LoadReport

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parents[3] / "city" / "sample" / "surveys.toml"


@pytest.fixture(autouse=True)
def office(three_years):
    Section.objects.create(key="koho", name="広報課", reading="こうほうか", name_en="Public Relations")


@pytest.fixture
def text():
    return SAMPLE.read_text(encoding="utf-8")


@pytest.fixture
def load(tmp_path):
    def load_text(text):
        (tmp_path / "surveys.toml").write_text(text, encoding="utf-8")
        report = LoadReport(tmp_path)
        SurveysPart().load(tmp_path, report)
        return report

    return load_text


def test_the_sample_city_asks_four_questions_after_a_case_and_loading_again_changes_nothing(load, text):
    assert load(text).faults == []

    survey = Survey.objects.get()
    assert (survey.after_closing, survey.mode, survey.anonymity) == (True, "invited", "unlinkable")
    assert [each.key for each in survey.form_version.read().questions] == ["satisfied", "quick", "hard", "wish"]
    assert all({"ja", "en", "ja-easy"} <= set(each.label) for each in survey.form_version.read().questions)
    assert load(text).changes() == 0


def test_what_may_change_is_changed(load, text):
    load(text)

    report = load(text.replace("closes_on = 2027-03-31", "closes_on = 2027-04-30"))

    assert report.faults == []
    assert Survey.objects.get().closes_on.isoformat() == "2027-04-30"


def test_questions_change_until_somebody_was_invited(load, text, clerk):
    load(text)
    other = text.replace('key = "quick"\nkind', 'key = "days"\nkind')
    assert load(other).faults == []
    survey = Survey.objects.get()
    assert "days" in [each.key for each in survey.form_version.read().questions]

    survey.section = Section.objects.get(key="kiki")
    invite(survey, 1, viewer=clerk)
    report = load(text)

    assert "もう案内や回答があります" in report.faults[0].text
    assert "days" in [each.key for each in Survey.objects.get().form_version.read().questions]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('section = "koho"', 'section = "nowhere"', "「nowhere」"),
        ('retention_class = "3-years"', 'retention_class = "7-years"', "「7-years」"),
        ('mode = "invited"', 'mode = "sample"', "open, invited"),
        ('mode = "invited"', 'mode = "open"', "手続きのあと"),
        ('anonymity = "unlinkable"', 'anonymity = "named"', "手続きのあと"),
        ("closes_on = 2027-03-31", "closes_on = 2025-03-31", "始まりの日より前"),
        ("opens_on = 2026-04-01", 'opens_on = "2026-04-01"', "引用符なし"),
        ('kind = "long-text"', 'kind = "person-name"', "無記名のアンケートでは使えない質問"),
        ('kind = "choices"', 'kind = "no-such-kind"', "無記名のアンケートでは使えない質問"),
        ("required = true", "requierd = true", "知らない項目"),
        ("after_closing = true", "after_closing = 1", "trueかfalse"),
        ('letter = "手続きが', 'letter_x = "手続きが', "知らない項目"),
        ('title = "手続きについて', 'title_en_ = "手続きについて', "空か、書かれていません"),
        ('key = "very"', 'key = "rather"', "同じ名前の選択肢"),
    ],
)
def test_a_slip_is_told_with_its_line(load, text, old, new, says):
    assert old in text

    report = load(text.replace(old, new, 1))

    assert any(says in fault.text for fault in report.faults), [str(fault) for fault in report.faults]
    assert all(fault.place.line for fault in report.faults)


def test_the_promise_cannot_be_changed_in_the_file(load, text):
    load(text)

    report = load(text.replace("after_closing = true", "after_closing = false").replace('"unlinkable"', '"named"'))

    assert "あとから変えられません" in report.faults[0].text


def test_two_with_one_key_and_one_without_questions(load, text):
    assert any("2つあります" in fault.text for fault in load(text + text.partition("\n\n")[2]).faults)
    assert any("1つ以上" in fault.text for fault in load(text.partition("[[surveys.questions]]")[0]).faults)


def test_no_file_no_surveys(tmp_path):
    report = LoadReport(tmp_path)
    SurveysPart().load(tmp_path, report)

    assert (report.faults, Survey.objects.count(), AT.year) == ([], 0, 2026)
