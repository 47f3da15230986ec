"""The public page: what a stranger with a paper learns, and what not."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.shared.documents.orders import DecidedForTests, a_certificate, a_permit
from todoke.base.clock import now
from todoke.base.registry import Registry
from todoke.shared.documents.actions import issuing
from todoke.shared.documents.actions.issuing import issue_order, withdraw
from todoke.shared.documents.actions.reading import paper_of
from todoke.shared.documents.queries import code_of, document_with_code, in_groups
from todoke.shared.documents.rules.verification import Life, Standing, folded_secret, standing_on
from todoke.shared.documents.views import public


@pytest.fixture(autouse=True)
def decisions(monkeypatch):
    registry = Registry("documents.leaves")
    registry.register(DecidedForTests())
    monkeypatch.setattr(issuing, "leaves", registry)


@pytest.fixture
def permit(doboku, clerk):
    return issue_order(a_permit(), section=doboku, viewer=clerk, at=now())


def page_of(document, **more):
    return Client().get(f"/documents/verify/{code_of(document.pk)}/", **more)


@pytest.mark.parametrize(
    ("state", "days_left", "standing"),
    [
        ("valid", None, Standing.VALID),
        ("valid", 0, Standing.VALID),
        ("valid", 1, Standing.VALID),
        ("valid", -1, Standing.EXPIRED),
        ("withdrawn", 1, Standing.WITHDRAWN),
        ("withdrawn", -1, Standing.WITHDRAWN),
        ("replaced", -1, Standing.REPLACED),
    ],
)
def test_how_a_document_stands(state, days_left, standing):
    today = now().date()
    end = None if days_left is None else today + timedelta(days=days_left)

    assert standing_on(Life(state, end), today) == standing


def test_a_word_from_the_paper_is_compared_without_blanks_and_width():
    assert folded_secret(" 試験　花子 ＡＢＣ") == folded_secret("試験花子abc") == "試験花子abc"


def test_a_code_cannot_be_guessed_from_its_neighbour():
    first, second = code_of(1), code_of(2)

    assert re.fullmatch("[a-z2-7]{32}", first)
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 12


def test_a_valid_document_shows_what_its_letter_allows_and_no_name(permit):
    answer = page_of(permit)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "本物です。いまも有効です。" in text
    assert "8凪土第1号" in text
    assert "道路占用許可書" in text
    assert "土木課" in text
    assert "花子" not in text
    assert "港町" not in text
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_code_may_be_typed_in_groups_and_capitals(permit):
    typed = in_groups(code_of(permit.pk)).upper()

    answer = Client().post("/documents/verify/", {"code": f" {typed} "})

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/documents/verify/{code_of(permit.pk)}/"
    assert document_with_code(typed).pk == permit.pk


@pytest.mark.parametrize("code", ["a" * 32, "x", "0" * 32])
def test_a_code_of_nobody_is_unknown(house, code):
    answer = Client().get(f"/documents/verify/{code}/")

    assert answer.status_code == 404
    assert "発行していません" in answer.content.decode()


def test_a_withdrawn_document_says_so_without_its_reason(permit, clerk):
    withdraw(permit, "試験 花子の申請の取下げ", viewer=clerk, at=now())

    text = page_of(permit).content.decode()

    assert "取り消されています" in text
    assert "取下げ" not in text


def test_a_replaced_document_names_the_new_number(permit, clerk):
    order = a_permit()
    issuing.replace(permit, order, "訂正", viewer=clerk, at=now())

    text = page_of(permit).content.decode()

    assert "差し替えられています" in text
    assert "8凪土第2号" in text


class TestTheHoldersWord:
    def ask(self, document, word):
        return Client().post(f"/documents/verify/{code_of(document.pk)}/", {"secret": word}).content.decode()

    def test_that_is_right_is_confirmed_and_not_repeated(self, permit):
        text = self.ask(permit, "試験花子")

        assert "名前は同じです。" in text

    def test_that_is_wrong_is_told(self, permit):
        assert "名前が違います。" in self.ask(permit, "試験 太郎")

    def test_is_tried_ten_times_in_five_minutes(self, permit):
        answers = [self.ask(permit, f"試験 {number}") for number in range(public.SECRETS_MAX + 1)]

        assert all("名前が違います。" in text for text in answers[:-1])
        assert "一時的に止めています" in answers[-1]


class TestAFile:
    def compare(self, document, content):
        file = SimpleUploadedFile("x.pdf", content, "application/pdf")
        return Client().post(f"/documents/verify/{code_of(document.pk)}/", {"file": file})

    def test_that_the_city_issued_is_the_same(self, permit):
        assert "市が発行したファイルと同じです。" in self.compare(permit, paper_of(permit)).content.decode()

    def test_with_one_byte_more_is_another(self, permit):
        assert "市が発行したファイルと違います。" in self.compare(permit, paper_of(permit) + b" ").content.decode()

    def test_that_is_too_large_is_refused(self, permit):
        answer = self.compare(permit, b"%PDF" + b"x" * 5_000_001)

        assert answer.status_code == 422
        assert "大きすぎます" in answer.content.decode()

    def test_is_stored_nowhere(self, permit, settings, tmp_path):
        content = b"%PDF-1.7 " + b"canary-7c1f" * 50
        self.compare(permit, content)

        digest = hashlib.sha256(content).hexdigest()
        assert not [path for path in tmp_path.rglob("*") if path.is_file() and digest in path.name]


def test_a_visitor_who_looks_too_often_waits(permit):
    answers = [page_of(permit).status_code for _ in range(public.LOOKS_MAX + 1)]

    assert set(answers[:-1]) == {200}
    assert answers[-1] == 429


@pytest.mark.parametrize("language", ["ja", "en", "ja-easy"])
def test_the_page_speaks_three_languages_without_script(permit, language):
    text = page_of(permit, headers={"accept-language": "ja"}, query_params={"language": language}).content.decode()

    assert "<script" not in text
    assert {"ja": "本物です。", "en": "Genuine and valid.", "ja-easy": "本物（ほんもの）です。"}[language] in text


def test_a_certificate_on_the_citys_form_is_verified_too(doboku, clerk):
    document = issue_order(a_certificate(), section=doboku, viewer=clerk, at=now())

    assert "り災証明書" in page_of(document).content.decode()
