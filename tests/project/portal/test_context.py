import pytest
from django.test import Client

from todoke.ground.places.models import City

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "name"), [("ja", "凪浜市"), ("ja-easy", "凪浜市（なぎはまし）"), ("en", "Nagihama City")]
)
def test_every_page_carries_the_citys_name_in_its_language(client: Client, language: str, name: str) -> None:
    City.objects.create(pk=1, name="凪浜市", name_easy="凪浜市（なぎはまし）", name_en="Nagihama City", code="999999")

    page = client.get("/style/", {"language": language}).content.decode()

    assert f"| {name}</title>" in page
    assert f"<strong>{name}</strong>" in page


def test_a_house_without_a_city_has_a_plain_name(client: Client) -> None:
    assert "<strong>デジタル市役所</strong>" in client.get("/style/").content.decode()
