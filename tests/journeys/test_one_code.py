"""Only the receipt is at hand, and the procedure asks who it is: the words of the state, and the way to sign in."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.civic.procedures.conftest import clerk, folders, town
from tests.civic.procedures.samples import TYPED, stall

from todoke.base.clock import now
from todoke.civic.procedures.actions.drafting import publish, save_draft
from todoke.civic.procedures.actions.filing import Filer, begin, submit
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.rules import Level, Viewer
from todoke.shared.paperwork.actions.responses import Posted, take

__all__ = ["clerk", "folders", "town"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_a_code_tells_where_it_is_and_no_more(
    transactional_db: None,
    clerk: Any,
    open_window: Callable[..., Any],
    open_resident_window: Callable[..., Any],
    check_page: Callable[[Any], None],
    keep_picture: Any,
    language: str,
) -> None:
    owner = new_resident(now())
    viewer = Viewer(None, "", None, frozenset(), frozenset(), owner.pk, Level.ACCOUNT)
    document = stall(flow="notification", route="", level="account")
    version = publish(save_draft(document, viewer=clerk, at=now()).procedure, viewer=clerk, at=now())
    filing = begin(version, Filer(viewer), at=now())
    take(filing.response, Posted(TYPED), at=now())
    code = submit(filing, submit_key="k", viewer=viewer, at=now()).code

    window = open_window(viewport={"width": 320, "height": 640})
    page = window.page
    page.goto(f"/filings/status/?language={language}")
    page.locator("#code").fill(code)
    page.locator("main form button").first.click()
    keep_picture(page, f"code-{language}")
    assert code in page.content()
    assert "textarea" not in page.content()
    check_page(window)
    page.locator("main a.button--main").click()
    assert "/sign-in/" in page.url

    sure = open_resident_window(Level.ACCOUNT, owner).page
    sure.goto(f"/filings/{filing.response.key}/?all=1")
    assert sure.locator("main textarea").count() == 1
