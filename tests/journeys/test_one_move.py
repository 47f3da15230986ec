"""A move, from a phone in plain Japanese and without script: asked, advised, kept under a code, and begun."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polib
import pytest
from tests.civic.procedures.conftest import RIGHTS
from tests.journeys.test_one_procedure import PARTS, fill_day
from tests.sign_in import make_staff
from tests.towns import load_town

from todoke.civic.procedures.actions.city_guide import GuidePart
from todoke.civic.procedures.actions.translating import export_texts
from todoke.civic.procedures.models import Filing, ProcedureVersion, Tally
from todoke.ground.people.rules import Level
from todoke.shared.paperwork.models import Response
from todoke.shared.paperwork.queries import filled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PHONE = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
ADDRESS = {"prefecture": "汐音県", "city": "凪浜市", "town": "港町1丁目", "block": "2-3"}
NO = ("card", "health", "child", "dog", "bike", "big_waste")


@pytest.fixture
def city(transactional_db: None, settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEY_STORE = tmp_path / "keys"
    load_town(*PARTS, GuidePart)


def answer(page: Any) -> None:
    page.locator("[name='way'][value='within']").check()
    fill_day(page, "day", "令和", "9", "4", "3")
    for part, value in ADDRESS.items():
        page.locator(f"[name='address:{part}']").fill(value)
    for key in NO:
        page.locator(f"[name='{key}'][value='no']").check()
    page.locator("[name='gas'][value='yes']").check()


def press_enter(page: Any, selector: str) -> None:
    """By keyboard alone."""
    page.locator(selector).focus()
    page.keyboard.press("Enter")


def test_a_move_from_the_guide_into_the_form(
    city: None,
    open_window: Callable[..., Any],
    open_resident_window: Callable[..., Any],
    check_look: Callable[[Any], None],
    keep_picture: Any,
) -> None:
    window = open_window(**PHONE)
    page = window.page
    page.goto("/?language=ja-easy")
    page.locator("a[href='/guide/']").first.click()
    keep_picture(page, "move-1-events")
    page.locator("a[href='/guide/moving/']").click()
    keep_picture(page, "move-2-event")
    press_enter(page, "main form button.button--main")

    keep_picture(page, "move-3-questions")
    page.locator("[name='way'][value='within']").check()
    press_enter(page, "button.button--main[name='next']")
    page.locator(".form-errors").wait_for()
    answer(page)
    page.locator("button.button--main[name='next']").click()

    keep_picture(page, "move-4-advice")
    told = page.locator("main").inner_text()
    names = page.locator(".errand__name").all_inner_texts()
    # 14 days after a Saturday in April: the notice of the move comes before what has no day.
    assert "市（し）の 中（なか）で 引（ひ）っこした とどけ" in names[0]
    assert "2027年（令和9年）4月16日" in told
    assert not any("犬" in name for name in names)
    assert "汐音県" not in page.url
    looking = open_window(viewport=PHONE["viewport"], storage_state=page.context.storage_state())
    looking.page.goto(page.url)
    check_look(looking)

    advice = page.url
    page.locator("a[href$='/keep/']").click()
    page.locator("#pin").fill("K7Q2")
    page.locator("main form button.button--main").click()
    code = page.locator(".code").inner_text()
    # Another phone, whose owner has signed in: the gas works want to know where to write.
    other = open_resident_window(Level.CONTACT, **PHONE).page
    other.goto(advice)
    assert other.locator(".errand").count() == 0
    other.goto("/filings/resume/?language=ja-easy")
    other.locator("#code").fill(code)
    other.locator("#second").fill("k7q2")
    other.locator("main form button").first.click()
    assert other.locator(".errand").count() == len(names)

    gas = other.locator(".errand", has_text="ガス").locator("form button")
    gas.focus()
    other.keyboard.press("Enter")
    other.wait_for_url("**/filings/**/pages/**")
    keep_picture(other, "move-5-form")
    filing = Filing.objects.get()
    carried = filled(filing.response.key)
    assert carried is not None
    assert set(carried.revision.sources) == {"start.address"}
    assert Response.objects.count() == 2
    assert not window.complaints


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_guide_and_the_papers_stand_on_a_phone_in_every_language(
    city: None, open_window: Callable[..., Any], check_look: Callable[[Any], None], keep_picture: Any, language: str
) -> None:
    window = open_window(viewport=PHONE["viewport"])
    for name, address in (("events", "/guide/"), ("event", "/guide/birth/"), ("less-paper", "/less-paper/")):
        window.page.goto(f"{address}?language={language}")
        keep_picture(window.page, f"move-{name}-{language}")
        check_look(window)


def test_a_clerk_asks_at_the_counter(
    city: None, open_staff_window: Callable[..., Any], check_page: Callable[..., None], keep_picture: Any
) -> None:
    window = open_staff_window(make_staff(RIGHTS, section="gas", name="杉本 剛"))
    page = window.page
    page.goto("/desk/counter-guide/")
    keep_picture(page, "move-6-counter")
    page.locator("a[href='/desk/counter-guide/moving/']").click()
    page.locator("main form button.button--main").click()
    answer(page)
    page.locator("button.button--main[name='next']").click()

    keep_picture(page, "move-7-counter-advice")
    check_page(window)
    page.locator(".errand", has_text="ガス").locator("form button").click()
    assert "/desk/counter-filings/filing/" in page.url
    keep_picture(page, "move-8-counter-form")


def test_staff_see_what_was_saved_and_take_translations_in(
    city: None, open_staff_window: Callable[..., Any], check_page: Callable[..., None], keep_picture: Any
) -> None:
    version = ProcedureVersion.objects.select_related("procedure").get(procedure__key="gas-service")
    for year, left_out in ((2025, 120), (2026, 310)):
        Tally.objects.create(
            procedure=version.procedure, month=date(year, 6, 1), channel="web", language="ja", level=1,
            filings=400, papers_brought=90, papers_left_out=left_out,
        )  # fmt: skip
    window = open_staff_window(make_staff((*RIGHTS, "procedures.count"), section="gas", name="杉本 剛"))
    page = window.page
    page.goto("/desk/cases/papers/")
    keep_picture(page, "move-papers")
    check_page(window)
    page.goto("/desk/procedure-texts/")
    check_page(window)
    file = polib.pofile("\n" + export_texts([version], "en"))
    file[0].msgstr, file[1].msgstr = "Gas on and off", "Gas {since when}"
    page.set_input_files(
        "input[type='file']", {"name": "gas.po", "mimeType": "text/plain", "buffer": str(file).encode()}
    )
    page.locator("main form button.button--main").click()
    page.locator(".notice").first.wait_for()
    keep_picture(page, "move-texts")
    check_page(window, posted=True)
