import pytest
from django.test import Client
from django.utils import translation

from todoke.base.ui.languages import language_tag


@pytest.mark.parametrize(("code", "tag"), [("ja", "ja"), ("ja-easy", "ja-simple"), ("en", "en"), (None, "ja")])
def test_a_language_has_its_registered_tag(code: str | None, tag: str) -> None:
    assert language_tag(code) == tag


def test_easy_japanese_is_a_language_of_its_own() -> None:
    with translation.override("ja-easy"):
        assert translation.gettext("避難指示") == "避難指示（ひなん しじ）"
        assert translation.get_language_info("ja-easy")["name_local"] == "やさしい日本語"


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "tag"), [("ja", "ja"), ("ja-easy", "ja-simple"), ("en", "en")])
def test_a_link_shows_the_page_in_its_language_and_remembers_it(client: Client, asked: str, tag: str) -> None:
    first = client.get("/style/", {"language": asked})
    second = client.get("/style/", headers={"accept-language": "ja"})

    assert first.headers["Content-Language"] == second.headers["Content-Language"] == tag
    assert f'<html lang="{tag}">' in second.content.decode()
    assert "private" in first.headers["Cache-Control"]


@pytest.mark.django_db
def test_an_unknown_language_in_the_address_changes_nothing(client: Client) -> None:
    response = client.get("/style/", {"language": "xx<script>"})

    assert response.headers["Content-Language"] == "ja"
    assert not response.cookies


@pytest.mark.django_db
def test_a_browser_that_prefers_english_gets_english_and_a_cache_is_told_why(client: Client) -> None:
    response = client.get("/style/", headers={"accept-language": "en-AU,en;q=0.9"})

    assert response.headers["Content-Language"] == "en"
    assert {"Cookie", "Accept-Language"} <= {name.strip() for name in response.headers["Vary"].split(",")}


@pytest.mark.django_db
def test_the_switch_keeps_the_rest_of_the_address(client: Client) -> None:
    page = client.get("/style/", {"page": "2"}).content.decode()

    assert 'href="?page=2&amp;language=ja-easy"' in page
