"""The database goes away between two clicks: nothing that was entered is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.urls import reverse
from tests.sign_in import make_staff

from todoke.base import journal
from todoke.civic.emergency.models import Incident
from todoke.ground.people import gate

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_entered_is_sent_again_when_the_database_is_back(
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Any,
) -> None:
    settings.VAR = tmp_path
    window = open_staff_window(make_staff(["emergency.read", "emergency.draft"]))
    page = window.page
    page.goto(reverse("emergency:incidents"))
    page.get_by_label("事案の名前").fill("台風第10号")

    def refuse(*_arguments: Any) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as away:
        away.setattr(gate, "viewer_for", refuse)
        page.get_by_role("button", name="事案を開く").click()
        assert "いまは保存できません" in page.inner_text("h1")
        keep_picture(page, "away")
        check_page(window, posted=True)
        page.get_by_role("button", name="もう一度送る").click()
        assert "いまは保存できません" in page.inner_text("h1")
    page.get_by_role("button", name="もう一度送る").click()

    assert "台風第10号" in page.inner_text("h1")
    assert Incident.objects.get().name == "台風第10号"
    assert len(journal.names()) == 2
