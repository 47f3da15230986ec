import pytest
from django.http import HttpRequest
from django.test import Client
from tests.sign_in import make_resident, sign_in, staff_client

from todoke.base.registry import Registry
from todoke.base.ui.registry import Panel
from todoke.project.desk import views

pytestmark = pytest.mark.django_db


@pytest.fixture
def panels(monkeypatch: pytest.MonkeyPatch) -> Registry[Panel]:
    registry: Registry[Panel] = Registry("tests.panels")
    monkeypatch.setattr(views, "staff_panels", registry)
    return registry


def test_the_desk_draws_what_waits_for_this_member_of_staff(panels: Registry[Panel]) -> None:
    def draw(request: HttpRequest) -> str | None:
        return "<p>承認待ち 1件</p>" if request.viewer.may("alerts.approve") else None  # type: ignore[attr-defined]

    panels.register(Panel("tests.approval", "承認", 10, draw))

    assert "承認待ち 1件" in staff_client("alerts.approve").get("/desk/").content.decode()
    assert "承認待ち 1件" not in staff_client("alerts.view").get("/desk/").content.decode()


def test_the_desk_says_who_is_signed_in_and_lets_them_out(panels: Registry[Panel]) -> None:
    page = staff_client(name="職員 花子").get("/desk/").content.decode()

    assert "職員 花子 さん" in page
    assert 'action="/accounts/logout/"' in page


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    response = client.get("/desk/")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_a_resident_is_refused(client: Client) -> None:
    assert sign_in(client, make_resident()).get("/desk/").status_code == 403
