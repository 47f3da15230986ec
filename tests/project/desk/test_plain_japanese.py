import pytest
from django.test import Client
from lxml import html
from tests.sign_in import make_resident, sign_in, staff_client

from todoke.base.plain_japanese import morphology
from todoke.ground.places.models import Area

pytestmark = pytest.mark.django_db

PAGE = "/desk/plain-japanese/"


def checked(text: str, **entered: str) -> str:
    return staff_client().post(PAGE, {"text": text, **entered}).content.decode()


def test_any_member_of_staff_finds_the_page_in_the_menu() -> None:
    member = staff_client()

    assert f'href="{PAGE}"' in member.get("/desk/").content.decode()
    assert "文は保存されません" in member.get(PAGE).content.decode()


def test_residents_and_strangers_do_not_get_it(client: Client) -> None:
    assert client.get(PAGE).status_code == 302

    sign_in(client, make_resident())
    assert client.get(PAGE).status_code == 403


def test_a_text_comes_back_with_numbered_marks_findings_and_a_proposal() -> None:
    page = checked("令和8年に 避難所を 使用できます。")

    tree = html.fromstring(page)
    assert [mark.text for mark in tree.xpath("//mark")] == ["令和8年", "避難所", "使用できます"]
    assert [link.get("href") for link in tree.xpath("//a[@class='plain-japanese__number']")] == [
        f"#found-{number}" for number in (1, 2, 3)
    ]
    assert {line.get("id") for line in tree.xpath("//ol[@class='plain-japanese__lines']/li")} == {
        f"found-{number}" for number in (1, 2, 3)
    }
    assert tree.get_element_by_id("better-text").text == (
        "2026年（ねん）に 避難所（ひなんじょ）＜みんなが 逃（に）げる ところ＞を 使（つか）う ことが できます。"
    )
    assert tree.get_element_by_id("id_text").text.strip() == "令和8年に 避難所を 使用できます。"


def test_a_plain_text_is_praised_and_nothing_is_proposed() -> None:
    page = checked("きょうは やすみです。")

    assert "直すところは見つかりませんでした。" in page
    assert "better-text" not in page


def test_the_citys_places_are_read_as_the_city_says() -> None:
    Area.objects.create(
        key="kofun", name="青葉町字上田", reading="あおばちょうあざうわだ", kind=Area.Kind.choices[0][0]
    )

    page = checked("青葉町字上田です。")

    assert "青葉町字上田（あおばちょうあざうわだ）" in page


def test_a_disaster_asks_for_fewer_kanji() -> None:
    text = "山田（やまだ）川（がわ）の 水（みず）が 道（みち）に 来（き）ます。"

    assert "直すところは見つかりませんでした。" in checked(text)
    assert "4字までにします" in checked(text, disaster="on")


def test_what_is_entered_is_escaped_and_kept_on_a_mistake() -> None:
    assert "<b>" not in checked("<b>x</b>令和8年")
    too_long = staff_client().post(PAGE, {"text": "あ" * 4001})

    assert too_long.status_code == 422
    assert "あ" * 4001 in too_long.content.decode()


def test_without_the_dictionary_the_page_says_what_was_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(morphology, "_dictionary", lambda: None)

    page = checked("令和8年です。")

    assert "元号の年" in page
    assert "SudachiPy" in page
