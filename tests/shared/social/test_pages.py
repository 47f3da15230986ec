import pytest
from django.test import Client
from django.utils.html import escape

from tests.shared.social.city import make_account, make_place, make_quota, make_section
from tests.sign_in import staff_client
from todoke.base.clock import now
from todoke.ground.audit.models import Entry
from todoke.shared.social.models import Held, SocialAccount
from todoke.shared.social.simulators.timeline import timelines

SECRET = "TODOKE_SOCIAL_SECRET_X"


def written(**changed):
    section = make_section()
    told = {
        "service": "social.x",
        "handle": "@aoba_koho",
        "name": "青葉市 広報",
        "section": section.pk,
        "purpose": "市政",
        "rule": "要綱第3条",
        "contact": "広報課",
        "poster_sections": [section.pk],
        "is_listed": "on",
        "why": "広報の開始",
    }
    return {**told, **changed}


@pytest.mark.django_db
def test_the_register_lists_open_accounts_before_closed_ones():
    make_account("old", handle="@a_old", name="古い", address="", closed_date=now().date())
    make_account()

    page = staff_client("social.read").get("/desk/social/").content.decode()

    assert page.index("青葉市 防災") < page.index("古い")
    assert "アカウントを登録する" not in page


@pytest.mark.django_db
def test_the_register_asks_the_database_as_often_for_three_accounts_as_for_one(django_assert_num_queries):
    client = staff_client("social.read")
    make_account()
    make_place()
    client.get("/desk/social/")
    with django_assert_num_queries(_queries(client)):
        client.get("/desk/social/")
    before = _queries(client)
    for number in range(2):
        make_account(f"more-{number}", handle=f"@more{number}", address=f"@more{number}")
        make_place(f"more-{number}", address=f"@more{number}")

    assert _queries(client) == before


def _queries(client: Client) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        client.get("/desk/social/")
    return len(captured)


@pytest.mark.django_db
def test_an_account_shows_everything_but_its_secret():
    account = make_account(secret_name="", sealed_secret=b"sealed-bytes")
    make_quota(account)

    page = staff_client("social.read").get(f"/desk/social/{account.pk}/").content.decode()

    assert "要綱第3条" in page
    assert "封印して保管" in page
    assert "sealed-bytes" not in page
    assert "24時間に50件のうち0件" in page
    assert "台帳を変更する" not in page


@pytest.mark.django_db
def test_an_account_is_opened_changed_and_closed_on_its_pages():
    keeper = staff_client("social.read", "social.manage")

    opened = keeper.post("/desk/social/open/", written())
    account = SocialAccount.objects.get()
    changed = keeper.post(f"/desk/social/{account.pk}/change/", written(name="青葉市 市長室", why="改称"))
    closed = keeper.post(f"/desk/social/{account.pk}/close/", {"why": "廃止"})

    assert [answer.status_code for answer in (opened, changed, closed)] == [302, 302, 302]
    account.refresh_from_db()
    assert account.name == "青葉市 市長室"
    assert not account.is_open
    assert set(Entry.objects.filter(what__startswith="social.").values_list("what", flat=True)) == {
        "social.account-opened",
        "social.account-changed",
        "social.account-closed",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"why": ""}, "必須"),
        ({"address": "nagihama"}, "Xのアカウント名を、@ から書いてください"),
        ({"secret_name": "AAAA-the-secret-itself"}, "鍵そのものは書けません"),
        ({"secret_name": SECRET, "secret": "x"}, "どちらか1つにしてください"),
        ({"service": "social.line", "address": "@x"}, "Todokeから投稿できません"),
        ({"poster_sections": []}, "必須"),
    ],
)
def test_a_wrong_entry_is_refused_with_what_to_mend(wrong, says):
    answer = staff_client("social.read", "social.manage").post("/desk/social/open/", written(**wrong))

    assert answer.status_code == 422
    assert escape(says) in answer.content.decode()
    assert SocialAccount.objects.count() == 0


@pytest.mark.django_db
def test_a_secret_that_was_typed_is_not_sent_back_with_a_refused_form():
    wrong = written(secret="typed-secret", why="")
    answer = staff_client("social.read", "social.manage").post("/desk/social/open/", wrong)

    assert "typed-secret" not in answer.content.decode()


@pytest.mark.django_db
def test_who_only_reads_cannot_open_change_or_close():
    account = make_account()
    reader = staff_client("social.read")

    assert reader.get("/desk/social/open/").status_code == 403
    assert reader.post(f"/desk/social/{account.pk}/change/", written()).status_code == 403
    assert reader.post(f"/desk/social/{account.pk}/close/", {"why": "x"}).status_code == 403


@pytest.mark.django_db
def test_residents_see_which_accounts_are_the_citys_own():
    make_account()
    make_account("hidden", handle="@inner", address="", is_listed=False)

    page = Client().get("/social/").content.decode()

    assert "https://x.com/aoba_bosai" in page
    assert "市のものではありません" in page
    assert "@inner" not in page
    assert SECRET not in page


@pytest.mark.django_db
def test_the_quotas_are_shown_with_bars_and_with_what_was_held():
    account = make_account()
    make_quota(account)
    Held.objects.create(
        account=account,
        delivery_key="k",
        title="花火大会のお知らせ",
        reason="残すので、見送りました。",
        is_dropped=True,
    )

    page = staff_client("social.read").get("/desk/social/quotas/").content.decode()

    assert 'aria-label="24時間：使った0件、上限50件、右の端は緊急のための20件"' in page
    assert '<rect x="600" y="1" width="400"' in page
    assert "このままの調子では、使い切りません。" in page
    assert "命に関わる情報のために20件を残しています" in page
    assert "花火大会のお知らせ" in page
    assert "見送り" in page


@pytest.mark.django_db
def test_a_simulated_timeline_shows_edits_and_deletions(settings, tmp_path):
    settings.SIMULATORS, settings.SIMULATOR_ROOT = True, tmp_path
    kept = timelines(tmp_path)["mastodon"]
    first = kept.add("mastodon", "【訓練】誤った文")
    kept.edit(first.number, "【訓練】正しい文")
    kept.delete(kept.add("mastodon", "消した文").number)

    page = staff_client("messaging.read").get("/simulators/social/mastodon/").content.decode()

    assert "編集されました" in page
    assert "【訓練】誤った文" in page
    assert "<s><p>消した文</p></s>" in page


@pytest.mark.django_db
def test_a_fault_is_ordered_from_a_running_simulator_and_recorded(settings, simulator):
    settings.SIMULATORS, settings.SOCIAL_SIMULATOR_PORT = True, simulator.port
    operator = staff_client("messaging.read", "messaging.operate")

    operator.post("/simulators/social/x/faults/", {"kind": "answer", "status": "429", "calls": "2"})
    ordered = simulator.faults.in_force()["x"]
    operator.post("/simulators/social/x/faults/", {"clear": "1", "kind": "answer", "status": "429", "calls": "2"})

    assert (ordered.status, ordered.calls, ordered.retry_after) == (429, 2, 60)
    assert simulator.faults.in_force() == {}
    assert Entry.objects.filter(what="social.fault-ordered").count() == 1


@pytest.mark.django_db
def test_there_are_no_timelines_where_the_real_services_are_connected(settings):
    settings.SIMULATORS = False

    assert staff_client("messaging.read").get("/simulators/social/x/").status_code == 404


@pytest.mark.django_db
def test_a_service_that_nobody_simulates_is_not_there(settings):
    settings.SIMULATORS = True

    assert staff_client("messaging.read").get("/simulators/social/myspace/").status_code == 404


def test_a_timeline_keeps_the_newest(tmp_path, monkeypatch):
    monkeypatch.setattr("todoke.shared.social.simulators.timeline.POSTS_KEPT", 3)
    kept = timelines(tmp_path)["x"]

    for number in range(5):
        kept.add("x", str(number))

    assert [post.text for post in kept.posts()] == ["4", "3", "2"]
