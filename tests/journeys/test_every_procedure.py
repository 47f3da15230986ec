"""Every procedure of the sample city, page by page: in three languages, by keyboard, without script, on a cut line.

The answers are those of the procedure's own tests, so that what opens only for some people is seen, too.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from tests.civic.procedures.conftest import PARTS
from tests.civic.procedures.test_sample_city import KEYS, procedure
from tests.towns import load_town

from todoke.base.clock import now
from todoke.civic.procedures.actions.city import ProceduresPart
from todoke.civic.procedures.actions.filing import circumstances
from todoke.civic.procedures.document import ProcedureDocument, StaffTest
from todoke.civic.procedures.types import Audience
from todoke.ground.people.rules import Level
from todoke.shared.paperwork.actions.responses import Posted, take
from todoke.shared.paperwork.models import Response, Revision
from todoke.shared.paperwork.queries import Filled, filled, sheet_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

DOCUMENTS = {key: procedure(key) for key in KEYS}
OF_RESIDENTS = [key for key, document in DOCUMENTS.items() if document.audience == Audience.EVERYONE]
OTHER_LANGUAGES = ("en", "ja-easy")
TEXT_BOX = "main form input[type='text']:visible, main form textarea:visible"


@pytest.fixture
def city(transactional_db: None, settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT, settings.KEY_STORE = tmp_path / "files", tmp_path / "keys"
    load_town(*PARTS, ProceduresPart)


def fullest(document: ProcedureDocument) -> StaffTest:
    """The test of the procedure that answers the most."""
    return max(document.tests, key=lambda test: len(test.typed))


def begin(window: Any, key: str) -> Filled:
    """Begun in the browser, and filled in with the answers of a test."""
    window.page.goto(f"/procedures/{key}/")
    window.page.locator("form[action$='/begin/'] button").first.click()
    window.page.wait_for_url("**/pages/**")
    response = Response.objects.get()
    take(response, Posted(fullest(DOCUMENTS[key]).typed), at=now())
    found = filled(response.key)
    assert found is not None
    return found


@pytest.mark.parametrize("key", OF_RESIDENTS)
def test_each_page_can_be_seen_read_and_reached(
    city: None,
    open_resident_window: Callable[..., Any],
    check_page: Callable[..., None],
    check_look: Callable[[Any], None],
    keep_picture: Callable[..., Any],
    key: str,
) -> None:
    window = open_resident_window(Level(DOCUMENTS[key].level))
    found = begin(window, key)
    pages = found.standing(circumstances(now())).pages
    places = [reverse("procedures-public:page", args=[found.response.key, each.key]) for each in pages]

    for number, place in enumerate([*places, reverse("procedures-public:review", args=[found.response.key])], start=1):
        window.page.goto(f"{place}?language=ja")
        keep_picture(window.page, f"{key}-{number}")
        check_page(window)
        for language in OTHER_LANGUAGES:
            window.page.goto(f"{place}?language={language}")
            check_look(window)
    assert len(pages) > 1


@pytest.mark.parametrize("key", OF_RESIDENTS)
def test_a_cut_line_loses_nothing(city: None, open_resident_window: Callable[..., Any], key: str) -> None:
    window = open_resident_window(Level(DOCUMENTS[key].level))
    found = begin(window, key)
    page = window.page
    page.goto(page.url)

    page.context.set_offline(True)
    box = page.locator(TEXT_BOX).first
    name = box.get_attribute("name")
    box.fill("切れた回線")
    box.blur()
    page.wait_for_timeout(900)
    page.context.set_offline(False)
    page.locator("button.button--main[name='next']").click()
    page.wait_for_load_state("load")

    question, _colon, part = name.partition(":")
    revision = Revision.objects.select_related("response__version", "response__custody").get(response=found.response)
    assert sheet_of(revision)[question].raw[part] == ["切れた回線"]
