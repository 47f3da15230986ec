"""A dog is registered from a phone in plain Japanese: found, filled in, handed in, corrected, followed to its end."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.civic.procedures.conftest import RIGHTS
from tests.sign_in import make_staff
from tests.towns import load_town

from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.city import ProceduresPart, StandardFlowsPart
from todoke.civic.procedures.actions.following import ask_correction
from todoke.civic.procedures.models import Filing
from todoke.ground.people.city import PeoplePart
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Level
from todoke.ground.retention.city import RetentionPart
from todoke.shared.decisions.city import DecisionsPart
from todoke.shared.documents.city import DocumentsPart

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PHONE = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
PARTS = (PeoplePart, RetentionPart, DecisionsPart, DocumentsPart, StandardFlowsPart, ProceduresPart)


@pytest.fixture
def clerk(transactional_db: None, settings: Any, tmp_path: Any) -> Any:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEY_STORE = tmp_path / "keys"
    load_town(*PARTS)
    return viewer_for(make_staff(RIGHTS, section="kankyo", name="杉本 剛"), in_japan(now()).date())


def fill_applicant(page: Any) -> None:
    for name, value in {
        "applicant.name:family": "汐入",
        "applicant.name:given": "渚",
        "applicant.name:family_reading": "シオイリ",
        "applicant.name:given_reading": "ナギサ",
        "applicant.address:prefecture": "見本県",
        "applicant.address:city": "凪浜市",
        "applicant.address:town": "港町1丁目",
        "applicant.address:block": "2-3",
        "applicant.telephone": "022-261-1111",
        "applicant.mail": "nagisa@example.jp",
    }.items():
        box = page.locator(f"[name='{name}']")
        if box.count():
            box.fill(value)
    fill_day(page, "applicant.birth_date", "昭和", "60", "4", "1")


def fill_day(page: Any, key: str, era: str, year: str, month: str, day: str) -> None:
    if not page.locator(f"[name='{key}:year']").count():
        return
    page.locator(f"select[name='{key}:era']").select_option(era)
    for part, value in {"year": year, "month": month, "day": day}.items():
        page.locator(f"[name='{key}:{part}']").fill(value)


def fill_dog(page: Any, name: str) -> None:
    page.locator("[name='dog.first'][value='yes']").check()
    for key, value in {"name": name, "breed": "雑種", "colour": "白"}.items():
        page.locator(f"[name='dog.{key}']").fill(value)
    page.locator("[name='dog.sex'][value='female']").check()
    fill_day(page, "dog.birth_date", "令和", "7", "12", "1")


def press_next(page: Any) -> None:
    page.locator("button.button--main[name='next']").click()


def test_a_dog_from_the_catalogue_to_its_registration(
    clerk: Any,
    open_resident_window: Callable[..., Any],
    open_window: Callable[..., Any],
    check_look: Callable[[Any], None],
    keep_picture: Any,
) -> None:
    window = open_resident_window(Level.CONTACT, **PHONE)
    page = window.page
    page.goto("/procedures/?language=ja-easy")
    page.locator("#q").fill("イヌ")
    page.locator("form[role='search'] button").click()
    page.goto("/procedures/?q=犬&language=ja-easy")
    keep_picture(page, "procedure-1-catalogue")
    page.locator("a[href='/procedures/dog-registration/']").click()
    keep_picture(page, "procedure-2-page")
    page.locator("form[action$='/begin/'] button").click()

    fill_applicant(page)
    keep_picture(page, "procedure-3-form")
    press_next(page)
    fill_dog(page, "コロ")
    press_next(page)
    page.locator("[name='vaccination.done'][value='no']").check()
    press_next(page)
    keep_picture(page, "procedure-4-review")
    looking = open_window(viewport=PHONE["viewport"], storage_state=page.context.storage_state())
    looking.page.goto(page.url)
    check_look(looking)
    assert "3,000円" in page.content()
    page.locator("button.button--main").last.click()
    keep_picture(page, "procedure-5-receipt")
    code = page.locator(".code").inner_text()
    assert "/receipt/" in page.url

    filing = Filing.objects.select_related("case").get()
    assert filing.case is not None
    told = {"reason": "犬の名前を確かめてください。", "revision": filing.case.revision, "viewer": clerk, "at": now()}
    ask_correction(filing, ["dog.name"], **told)

    # Another day, another phone: only the receipt is at hand.
    other = open_resident_window(Level.CONTACT, **PHONE).page
    other.goto("/filings/status/?language=ja-easy")
    other.locator("#code").fill(code)
    other.locator("main form button").first.click()
    keep_picture(other, "procedure-6-status")
    assert "犬の名前を確かめてください。" in other.content()
    other.locator("a.button--main").first.click()
    other.locator("[name='dog.name']").fill("ポチ")
    keep_picture(other, "procedure-7-correction")
    press_next(other)
    while "/review/" not in other.url:
        press_next(other)
    other.locator("button.button--main").last.click()

    filing.case.refresh_from_db()
    assert filing.case.state == "received"
    page.goto(f"/filings/{filing.response.key}/")
    keep_picture(page, "procedure-8-status")
    assert "杉本" not in page.content()
    looking = open_window(viewport=PHONE["viewport"], storage_state=page.context.storage_state())
    for name in ("", "receipt/", "withdraw/"):
        looking.page.goto(f"/filings/{filing.response.key}/{name}")
        check_look(looking)
    assert not window.complaints


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_pages_stand_on_a_phone_in_every_language(
    clerk: Any, open_resident_window: Callable[..., Any], check_look: Callable[[Any], None], language: str
) -> None:
    window = open_resident_window(Level.CONTACT, viewport={"width": 320, "height": 640})
    for address in ("/procedures/", "/procedures/dog-registration/", "/filings/", "/filings/status/"):
        window.page.goto(f"{address}?language={language}")
        check_look(window)
