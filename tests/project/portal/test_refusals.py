import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, RequestFactory
from django.utils import translation

from todoke.project.portal import views

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "heading"),
    [("ja", "ページが見つかりません"), ("ja-easy", "ページが ありません"), ("en", "Page not found")],
)
def test_a_page_that_is_not_there_is_told_in_the_visitors_language(client: Client, language: str, heading: str) -> None:
    response = client.get("/no/such/page/", {"language": language})

    assert response.status_code == 404
    assert f"<h1>{heading}</h1>" in response.content.decode()


def test_a_refusal_and_a_bad_request_have_their_pages() -> None:
    request = RequestFactory().get("/")

    assert views.refused(request, PermissionDenied("who")).status_code == 403
    assert views.bad_request(request, SuspiciousOperation("what")).status_code == 400
    assert b"what" not in views.bad_request(request, SuspiciousOperation("what")).content


def test_a_form_without_its_mark_says_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})

    assert response.status_code == 403
    assert "前の画面を開き直して" in response.content.decode()


def test_our_own_failure_asks_nothing_of_the_database(django_assert_num_queries: object) -> None:
    request = RequestFactory().get("/")
    request.LANGUAGE_CODE = "en"

    with translation.override("ja"), django_assert_num_queries(0):  # type: ignore[operator]
        response = views.failed(request)

    assert response.status_code == 500
    assert "<h1>This could not be shown</h1>" in response.content.decode()
    assert '<html lang="en">' in response.content.decode()


def test_a_view_that_breaks_shows_the_page_of_our_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("住所は南区1-2-3")

    monkeypatch.setattr(views, "draw_panels", broken)

    response = Client(raise_request_exception=False).get("/?home")

    assert response.status_code == 500
    assert "市のシステムの側で問題が起きました" in response.content.decode()
    assert "南区" not in response.content.decode()
