"""Staff set the limits of an account, and its page says how long they last."""

import json
from datetime import date, timedelta

import pytest
import time_machine

from tests.shared.messaging import ledger
from tests.shared.social.city import make_account, make_place, make_quota, make_section
from tests.shared.social.test_city import load
from tests.sign_in import make_staff, staff_client
from todoke.base.registry import Registry
from todoke.ground.audit.models import Entry
from todoke.ground.people.queries import viewer_for
from todoke.shared.messaging.actions import release
from todoke.shared.messaging.models import Attempt, Delivery
from todoke.shared.messaging.types import Outcome
from todoke.shared.social.actions.planning import LeavesNothing, NoBeginning, Plan, set_quota
from todoke.shared.social.actions.register import IsClosed, MayNotManage
from todoke.shared.social.models import Quota, SocialAccount
from todoke.shared.social.types import Window

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)
PLAN = Plan(Window.DAY, 50, 40, "契約書")


@pytest.fixture
def keeper(db):
    return viewer_for(make_staff(["social.read", "social.manage"]), DAY)


def put(account, plan, keeper):
    return set_quota(account.pk, plan, by=keeper, why="契約の変更", at=ledger.NIGHT)


def test_a_limit_is_set_and_the_record_holds_the_numbers_before_and_after(keeper):
    account = make_account()
    make_quota(account, limit=100, reserve_percent=20)

    quota = put(account, PLAN, keeper)

    told = json.loads(Entry.objects.get(what="social.quota-set").payload)
    assert (quota.limit, quota.reserve_percent, quota.set_at) == (50, 40, ledger.NIGHT)
    assert told["before"]["limit"] == 100
    assert told["after"] == {
        "window": "day", "limit": 50, "reserve_percent": 40, "since_date": None, "source": "契約書",
    }  # fmt: skip
    assert told["why"] == "契約の変更"


def test_from_then_on_the_citys_file_leaves_that_limit_alone_and_no_other(tmp_path, keeper):
    make_section()
    load(tmp_path, quotas="koho-x,day,50,40,契約,\nkoho-x,month,500,20,契約,\n")
    put(SocialAccount.objects.get(key="koho-x"), Plan(Window.DAY, 30, 50, "新しい契約"), keeper)

    report = load(tmp_path, quotas="koho-x,day,99,10,古い契約,\nkoho-x,month,400,20,契約,\n")
    load(tmp_path, quotas="koho-x,month,400,20,契約,\n")

    kept = {quota.window: (quota.limit, quota.source) for quota in Quota.objects.all()}
    assert report.fault_count == 0
    assert kept == {"day": (30, "新しい契約"), "month": (400, "契約")}


@pytest.mark.parametrize(
    ("plan", "refusal"),
    [
        (Plan(Window.CREDITS, 3000, 30, "契約書"), NoBeginning),
        (Plan(Window.DAY, 0, 30, "契約書"), LeavesNothing),
        (Plan(Window.DAY, 50, 100, "契約書"), LeavesNothing),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(keeper, plan, refusal):
    with pytest.raises(refusal):
        put(make_account(), plan, keeper)

    assert not Quota.objects.exists()


def test_neither_a_closed_account_nor_somebody_without_the_right_sets_a_limit(keeper):
    closed = make_account(closed_date=DAY)
    reader = viewer_for(make_staff(["social.read"]), DAY)

    with pytest.raises(IsClosed):
        put(closed, PLAN, keeper)
    with pytest.raises(MayNotManage):
        put(closed, PLAN, reader)


def test_the_page_says_what_is_left_and_when_it_is_empty_at_this_rate(monkeypatch):
    account = make_account()
    make_quota(account, limit=50, reserve_percent=40)
    posted(15, monkeypatch, since=ledger.NIGHT - timedelta(hours=1))

    with time_machine.travel(ledger.NIGHT, tick=False):
        page = staff_client("social.read").get(f"/desk/social/{account.pk}/").content.decode()

    # 15 in the last three hours: the 35 that are left last seven more, from 3 to 10 o'clock.
    assert "24時間に50件のうち15件を使いました。" in page
    assert "ふだんの投稿はあと15件、命に関わる情報のために20件を残しています。" in page
    assert "このままの調子で使い切る時刻" in page
    assert "10時00分" in page
    assert "上限を決める" not in page


def test_a_limit_is_set_on_the_page_with_its_reason():
    account = make_account()
    keeper = staff_client("social.read", "social.manage")
    address = f"/desk/social/{account.pk}/quota/"
    told = {"window": "credits", "limit": "3000", "reserve_percent": "30", "source": "契約書", "why": "買い足し"}

    refused = keeper.post(address, told)
    answer = keeper.post(address, {**told, "since": "2026-11-01"})
    again = keeper.get(f"{address}?window=credits").content.decode()

    assert refused.status_code == 422
    assert "最後に買い足した日が要ります" in refused.content.decode()
    assert answer["Location"] == f"/desk/social/{account.pk}/"
    assert 'value="3000"' in again
    assert 'value="2026-11-01"' in again
    assert Quota.objects.get().since_date == date(2026, 11, 1)


def test_whoever_may_only_read_sets_nothing():
    account = make_account()

    assert staff_client("social.read").get(f"/desk/social/{account.pk}/quota/").status_code == 403


def posted(number: int, monkeypatch, *, since) -> None:
    """So many posts on the account that the ledger knows of."""
    kinds = Registry("tests.kinds")
    kinds.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", kinds)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    ledger.make_city()
    release.release(ledger.first(ledger.make_officers(), make_place()), at=since)
    delivery = Delivery.objects.get()
    Attempt.objects.bulk_create(
        Attempt(
            delivery=delivery,
            number=one,
            key=f"k{one}",
            started_at=since + timedelta(minutes=one),
            ended_at=since + timedelta(minutes=one),
            outcome=Outcome.ACCEPTED,
        )
        for one in range(1, number + 1)
    )
