"""A survey in a real browser: by a link, on an old phone, without script, in three languages; then what staff see."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.civic.voices.made import make_survey, sheet, token_of
from tests.sign_in import make_staff

from todoke.base.clock import in_japan, now
from todoke.civic.voices.actions.answering import answer
from todoke.civic.voices.actions.inviting import invite
from todoke.civic.voices.models import Invitation, Survey, UnlinkableAnswer
from todoke.civic.voices.queries.surveys import opened
from todoke.ground.people.models import Account
from todoke.ground.people.queries import viewer_for
from todoke.ground.retention.models import RetentionClass

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def account(transactional_db: None, settings: Any, tmp_path: Any) -> Account:
    settings.KEY_STORE = tmp_path / "keys"
    RetentionClass.objects.create(
        code="3-years", name="3年", years=3, counts_from="fiscal_year", then="delete", basis="規程"
    )
    return make_staff(["voices.read", "voices.manage"])


@pytest.fixture
def survey(account: Account) -> Survey:
    today = in_japan(now()).date()
    return make_survey("invited", "unlinkable", opens_on=today - timedelta(days=1), closes_on=today + timedelta(days=9))


@pytest.fixture
def addresses(survey: Survey, account: Account) -> list[str]:
    links = invite(survey, 8, viewer=viewer_for(account, in_japan(now()).date()))
    return [f"/surveys/invited/{token_of(link)}/" for link in links]


def test_somebody_answers_by_a_link_and_staff_see_numbers(
    window: Any,
    open_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
    survey: Survey,
    account: Account,
    addresses: list[str],
) -> None:
    page = window.page
    page.goto(addresses[0])
    keep_picture(page, "survey")
    check_page(window)

    page.get_by_role("button", name="回答を送る").click()
    keep_picture(page, "survey-refused")
    check_page(window, posted=True)
    page.get_by_role("group", name="どうでしたか").get_by_label("わるい").check()
    page.get_by_role("button", name="回答を送る").click()
    page.get_by_role("group", name="わるかったもの").get_by_label("待ち時間").check()
    page.get_by_role("button", name="回答を送る").click()
    assert page.get_by_role("heading", name="回答を受け取りました").is_visible()
    keep_picture(page, "survey-thanks")
    check_page(window)
    page.goto(addresses[0])
    assert page.get_by_text("もう回答できません").is_visible()

    # Without script, and as narrow as a small phone.
    plain = open_window(java_script_enabled=False, viewport={"width": 320, "height": 640}).page
    plain.goto(addresses[1])
    plain.get_by_label("よい").check()
    keep_picture(plain, "survey-320")
    plain.get_by_role("button", name="回答を送る").click()
    assert plain.get_by_role("heading", name="回答を受け取りました").is_visible()
    assert [opened(survey, each.sealed).values["how"] for each in UnlinkableAnswer.objects.all()].count("bad") == 1
    assert Invitation.objects.filter(used_on__isnull=False).count() == 2

    for address in addresses[2:]:
        answer(survey, sheet(how="good", again="yes"), token=token_of(address), at=now())
    staff = open_staff_window(account)
    desk = staff.page
    desk.goto("/desk/surveys/")
    keep_picture(desk, "surveys-desk")
    check_page(staff)
    desk.get_by_role("link", name="窓口のアンケート").click()
    keep_picture(desk, "survey-desk")
    check_page(staff)
    desk.get_by_role("link", name="受付を終える").click()
    desk.get_by_role("button", name="受付を終える").click()
    desk.get_by_label("縦の質問").select_option("how")
    desk.get_by_label("横の質問").select_option("again")
    desk.get_by_role("button", name="表を作る").click()
    keep_picture(desk, "survey-results")
    check_page(staff)
    desk.get_by_role("link", name="結果を公表する").click()
    desk.get_by_role("button", name="結果を公表する").click()

    page.goto("/surveys/")
    keep_picture(page, "surveys")
    check_page(window)
    page.get_by_role("link", name="窓口のアンケート").click()
    # One of eight said so: neither this number nor the other one is shown.
    assert page.get_by_text("非表示").first.is_visible()
    keep_picture(page, "survey-published")
    check_page(window)


@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_the_pages_in_the_other_languages(
    window: Any,
    check_look: Callable[[Any], None],
    keep_picture: Callable[..., Any],
    addresses: list[str],
    language: str,
) -> None:
    page = window.page
    page.goto(f"{addresses[0]}?language={language}")
    keep_picture(page, f"survey-{language}")
    check_look(window)
    page.locator(".acts button[name=send]").click()
    check_look(window)
