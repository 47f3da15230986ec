"""The page on which staff see what the system says by itself, and how sure of it anybody is."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.sign_in import staff_client
from todoke.shared.messaging.phrasebook import BOOKS

pytestmark = pytest.mark.django_db


def page(language=""):
    address = reverse("messaging:phrases") + (f"?phrases={language}" if language else "")
    return staff_client("messaging.read").get(address)


def test_the_page_shows_each_phrase_beside_the_japanese_one_with_its_source():
    shown = page("vi").content.decode()

    assert "Chỉ thị sơ tán" in shown
    assert "避難指示" in shown
    assert "朝来市" in shown
    assert 'lang="vi"' in shown
    assert shown.count("status-tag--good") == sum(phrase.confirmed for phrase in BOOKS["vi"].phrases.values())
    assert "母語とする人の確認なし" in shown


@pytest.mark.parametrize("language", BOOKS)
def test_every_phrase_of_every_language_stands_there(language):
    shown = page(language).content.decode()

    assert shown.count("<tr>") == len(BOOKS[language].phrases) + len(BOOKS) + 14


def test_a_language_that_we_do_not_have_is_answered_in_japanese():
    assert "<h2>日本語</h2>" in page("tlh").content.decode()


def test_the_page_is_closed_to_whoever_may_not_read_the_ledger():
    address = reverse("messaging:phrases")

    assert staff_client("audit.read").get(address).status_code == 403
    assert Client().get(address).status_code == 302
