"""One paper: drafted by one, concurred by another section, decided by a deputy, and read afterwards by who was away."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from tests.cities import SAMPLE_CITY
from tests.journeys.conftest import NARROW, WIDE

from todoke.base.clock import in_japan, now
from todoke.ground.people.models import Account, Posting
from todoke.ground.people.queries import viewer_for
from todoke.ground.places.actions import load_city
from todoke.shared.decisions.actions.office import enter_absence
from todoke.shared.decisions.models import Decision, ReadingTask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
TITLE = "防鳥ネットの購入について"


@pytest.fixture
def nagihama(settings: Any, tmp_path: Any, live_server: Any) -> None:
    """The fictional city with folders of its own."""
    for name in ("VAR", "PUBLIC_ROOT", "FILES_ROOT"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.SITE_ADDRESS = live_server.url
    cache.clear()
    report = load_city(SAMPLE_CITY, by="journey")
    assert not report.faults, [str(fault) for fault in report.faults]


def test_a_paper_is_drafted_concurred_decided_for_somebody_and_read_afterwards(
    nagihama: None,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    def desk(login_name: str, **options: Any) -> Any:
        return open_staff_window(Account.objects.get(login_name=login_name), **options)

    def pictures(window: Any, name: str) -> None:
        for width, size in (("1280", WIDE), ("320", NARROW)):
            window.page.set_viewport_size(size)
            keep_picture(window.page, f"decision-{name}-{width}")
        window.page.set_viewport_size(WIDE)

    # 草野 drafts for 2,000,000 yen and submits, with the keyboard alone and without script.
    author = desk("kusano", java_script_enabled=False)
    page = author.page
    page.goto("/desk/decisions/start/")
    page.get_by_role("link", name="支出負担行為の伺い").click()
    page.get_by_label("件名").focus()
    page.keyboard.type(TITLE)
    page.keyboard.press("Tab")
    page.keyboard.type("2000000")
    page.keyboard.press("Tab")
    page.keyboard.type("港地区の集積所に置く防鳥ネットを、次のとおり購入してよろしいか、伺います。")
    page.get_by_role("button", name="保存する").focus()
    page.keyboard.press("Enter")
    page.get_by_label("回議に付す").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="選んだ処理をする").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="決裁の箱").wait_for()
    paper = Decision.objects.get()

    def act(window: Any, label: str, comment: str = "") -> None:
        window.page.goto(f"/desk/decisions/{paper.pk}/")
        window.page.get_by_label(label).check()
        window.page.get_by_label("意見・理由").fill(comment)
        window.page.get_by_role("button", name="選んだ処理をする").click()
        window.page.get_by_role("heading", name="決裁の箱").wait_for()

    # 係長, 課長, and 財政課 concurs with an opinion.
    act(desk("iwase"), "承認して、次へ回す")
    chief = desk("ebihara")
    act(chief, "承認して、次へ回す")
    act(desk("zaizen"), "合議に同意して、次へ回す", "予算の範囲内です。")

    # 部長 is away: 課長 decides in that place, and nobody else could.
    director = Account.objects.get(login_name="ichikawa")
    day = in_japan(now()).date()
    posting = Posting.objects.get(staff__account=director)
    enter_absence(posting.pk, start_date=day, end_date=day, reason="trip", viewer=viewer_for(director, day), at=now())
    chief.page.goto(f"/desk/decisions/{paper.pk}/")
    check_page(chief)
    pictures(chief, "before")
    act(chief, "市民部 部長に代わって決裁する（代決）")

    # Back at the desk, 部長 finds it to read, and says so.
    away = desk("ichikawa")
    away.page.goto("/desk/decisions/")
    check_page(away)
    pictures(away, "box")
    away.page.get_by_role("link", name=TITLE).click()
    away.page.get_by_text("代決").first.wait_for()
    check_page(away)
    pictures(away, "decided")
    away.page.get_by_text("後閲：まだ読んでいません").wait_for()
    act(away, "読んだことを記録する")

    kinds = list(paper.marks.values_list("kind", flat=True))
    assert kinds == ["submit", "approve", "approve", "concur", "decide-for", "read"]
    assert ReadingTask.objects.filter(reading="later", read_at__isnull=False).count() == 1
    for address, name in (("absences/", "absences"), ("routes/", "routes"), ("start/", "start")):
        away.page.goto(f"/desk/decisions/{address}")
        check_page(away)
        pictures(away, name)
    manager = desk("souda")
    manager.page.goto("/desk/decisions/hand-over/")
    check_page(manager)
    for language in ("en", "ja-easy"):
        away.page.goto(f"/desk/decisions/{paper.pk}/?language={language}")
        check_page(away)
        pictures(away, f"in-{language}")
