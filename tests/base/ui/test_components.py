from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from lxml import html

from todoke.base.plain_japanese import reviewed
from todoke.base.registry import Registry
from todoke.base.ui import registry
from todoke.base.ui.levels import LEVELS
from todoke.base.ui.registry import MenuItem
from todoke.base.ui.values import Step


def drawn(source: str, **values: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(values))


def tree(source: str, **values: Any) -> Any:
    return html.fragment_fromstring(drawn(source, **values), create_parent="div")


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5, "警戒レベル5 緊急安全確保"),
        (4, "警戒レベル4 避難指示"),
        (3, "警戒レベル3 高齢者等避難"),
        (2, "警戒レベル2 注意報"),
        (1, "警戒レベル1 早期注意情報"),
    ],
)
def test_a_level_mark_says_number_and_official_word(number: int, text: str) -> None:
    assert words(tree("{% level_mark number %}", number=number)) == text


@pytest.mark.parametrize("wrong", [0, 6, "", None, "4.5"])
def test_a_level_that_does_not_exist_is_refused(wrong: object) -> None:
    with pytest.raises(LookupError, match="警戒レベル"):
        drawn("{% level_mark number %}", number=wrong)


def test_there_are_five_levels_in_falling_order() -> None:
    assert list(LEVELS) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
@pytest.mark.parametrize(("mode", "word"), [("exercise", "訓練"), ("test", "試験")])
@pytest.mark.parametrize("tag", ["mode_mark", "mode_banner"])
def test_exercise_and_test_say_their_japanese_word_in_every_language(
    tag: str, mode: str, word: str, language: str
) -> None:
    with translation.override(language):
        assert word in drawn(f"{{% {tag} mode %}}", mode=mode)


@pytest.mark.parametrize("tag", ["mode_mark", "mode_banner"])
def test_the_real_thing_carries_no_mark(tag: str) -> None:
    assert words(tree(f"{{% {tag} mode %}}", mode="actual")) == ""


def test_a_mode_nobody_knows_is_never_taken_for_the_real_thing() -> None:
    with pytest.raises(LookupError, match="drill"):
        drawn("{% mode_mark mode %}", mode="drill")


def test_a_moment_has_its_machine_time_with_the_japanese_offset() -> None:
    instant = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)

    with time_machine.travel(instant, tick=False):
        moment = tree("{% moment at %}", at=instant).find("time")

    assert moment.get("datetime") == "2026-11-21T03:05:00+09:00"
    assert moment.text == "11月21日(土) 3時05分"


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (datetime(2026, 11, 20, 17, 30, tzinfo=UTC), "11月21日(土) 3時05分 あと35分"),
        (datetime(2026, 11, 20, 18, 5, tzinfo=UTC), "11月21日(土) 3時05分 あと1分未満"),
        (datetime(2026, 11, 20, 20, 15, tzinfo=UTC), "11月21日(土) 3時05分 2時間10分過ぎています"),
    ],
)
def test_a_deadline_says_how_long_it_is(now: datetime, text: str) -> None:
    with time_machine.travel(now, tick=False):
        assert words(tree("{% deadline at %}", at=datetime(2026, 11, 20, 18, 5, tzinfo=UTC))) == text


def test_what_people_wrote_cannot_become_markup() -> None:
    bad = "<script>alert(1)</script>"

    page = drawn(
        "{% status_tag bad %}{% notice title=bad %}{{ bad }}{% endnotice %}{% table bad columns rows %}"
        "{% definition_list pairs %}{% empty_state bad %}{% button bad %}{% progress steps %}",
        bad=bad,
        columns=[bad],
        rows=[[bad]],
        pairs=[(bad, bad)],
        steps=[Step(bad, "current", bad)],
    )

    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 12


@pytest.mark.parametrize(
    "source", ['{% status_tag "x" "pink" %}', '{% button "x" "huge" %}', '{% breadcrumb "a" "/" %}']
)
def test_a_component_used_wrongly_says_so(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        drawn(source)


class OneOfEach(forms.Form):
    name = forms.CharField(label="名前", help_text="姓と名を書いてください。")
    ward = forms.ChoiceField(label="地区", choices=[("n", "北区"), ("s", "南区")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="確かめました")


ALL_FIELDS = "{% for bound in form %}{% field bound %}{% endfor %}"


def test_a_refused_field_says_why_and_keeps_what_was_entered() -> None:
    class Numbered(forms.Form):
        number = forms.IntegerField(label="人数", help_text="数字で書いてください。")

    page = tree(ALL_FIELDS, form=Numbered({"number": "12a"}))

    control = page.xpath("//input")[0]
    assert control.get("value") == "12a"
    assert control.get("aria-invalid") == "true"
    described = [words(page.get_element_by_id(key)) for key in control.get("aria-describedby").split()]
    assert described == ["＊整数を半角の数字で入力してください（例 12）。", "数字で書いてください。"]


def test_every_control_has_its_label_and_says_whether_it_is_needed() -> None:
    page = tree(ALL_FIELDS, form=OneOfEach())

    assert words(page.xpath("//label[@for='id_name']")[0]) == "名前 ※必須"
    assert words(page.xpath("//fieldset/legend")[0]) == "地区 ※必須"
    assert words(page.xpath("//label[input[@type='checkbox']]")[0]) == "確かめました ※必須"


def test_the_summary_of_a_refused_form_leads_to_every_place() -> None:
    source = "{% form_errors form %}" + ALL_FIELDS

    page = tree(source, form=OneOfEach({}))

    targets = [link.get("href").removeprefix("#") for link in page.xpath("//div[@role='alert']//a")]
    assert targets == ["id_name", "id_ward_group", "id_agree"]
    assert all(page.xpath(f"//*[@id='{target}']") for target in targets)


def test_a_form_nobody_has_sent_shows_no_summary() -> None:
    assert words(tree("{% form_errors form %}", form=OneOfEach())) == ""


def test_paging_keeps_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/", {"ward": "南区", "page": "2"})

    page = tree("{% paging page %}", page=Paginator(range(30), 10).page(2), request=request)

    assert [link.get("href") for link in page.xpath("//a")] == [
        "?ward=%E5%8D%97%E5%8C%BA&page=1",
        "?ward=%E5%8D%97%E5%8C%BA&page=3",
    ]


def test_one_page_needs_no_paging() -> None:
    assert words(tree("{% paging page %}", page=Paginator(range(3), 10).page(1))) == ""


def test_the_staff_menu_shows_what_this_person_may_do(monkeypatch: pytest.MonkeyPatch) -> None:
    menu: Registry[MenuItem] = Registry("tests.menu")
    menu.register(MenuItem("tests.style", "部品", "ui:style", 10, "tests.look"))
    menu.register(MenuItem("tests.desk", "机", "desk:home", 20, "tests.work"))
    menu.register(MenuItem("tests.gone", "なくなった部屋", "gone:home", 30))
    monkeypatch.setattr(registry, "staff_menu", menu)
    request = RequestFactory().get("/style/")
    request.viewer = SimpleNamespace(may=lambda permission: permission == "tests.look")  # type: ignore[attr-defined]

    page = tree("{% staff_menu %}", request=request)

    assert [(link.get("href"), link.text, link.get("aria-current")) for link in page.xpath("//a")] == [
        ("/style/", "部品", "page")
    ]


def test_a_stranger_sees_no_menu_item_that_asks_for_a_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    menu: Registry[MenuItem] = Registry("tests.menu")
    menu.register(MenuItem("tests.style", "部品", "ui:style", 10, "tests.look"))
    monkeypatch.setattr(registry, "staff_menu", menu)

    assert words(tree("{% staff_menu %}", request=RequestFactory().get("/"))) == ""


def test_a_checked_text_has_numbers_that_lead_to_its_findings() -> None:
    node = tree('{% plain_japanese review "easy" %}', review=reviewed("<b>令和8年です。"))

    (number,) = node.xpath(".//a")
    assert (number.get("href"), number.text, number.get("aria-label")) == ("#easy-1", "1", "指摘1")
    assert node.get_element_by_id("easy-1") is not None
    assert words(node).startswith("<b>")


def test_a_plain_text_says_so() -> None:
    assert "直すところは見つかりませんでした。" in drawn("{% plain_japanese review %}", review=reviewed("です。"))
