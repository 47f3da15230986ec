"""The desk's pages: what an officer sees and presses, and who is kept out."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.civic.emergency.desk.conftest import NIGHT
from tests.civic.emergency.desk.test_prepare import FUKUI, NOTHING, RAIN_2, RAIN_3, RAIN_4, SAKAI, at_minute, release
from tests.sign_in import sign_in, staff_client
from todoke.civic.emergency.actions.deciding import break_glass, submit
from todoke.civic.emergency.actions.drafts import Changes, edit_draft
from todoke.civic.emergency.actions.prepare import prepare_waiting
from todoke.civic.emergency.models import Draft, DraftState, Incident, Template

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def night():
    with time_machine.travel(NIGHT, tick=False):
        yield


@pytest.fixture
def draft(desk, arrive, made) -> Draft:
    arrive(at_minute(made, 0, {FUKUI: RAIN_4, SAKAI: RAIN_3}))
    prepare_waiting(NIGHT)
    return Draft.objects.get()


@pytest.fixture
def writer(desk) -> Client:
    return sign_in(Client(), desk.accounts[0])


@pytest.fixture
def approver(desk) -> Client:
    return sign_in(Client(), desk.accounts[1])


def text_of(answer):
    return answer.content.decode()


def entered(draft, **changed):
    texts = draft.texts
    values = {f"{language}_{part}": texts[language][part] for language in texts for part in ("title", "short", "body")}
    return {
        **values,
        "expires_at": "2026-11-21T15:00",
        "revision": draft.revision,
        "shelters": "",
        "area-m0": "4",
        "area-m1": "3",
        "to-shown": "1",
        "to": ["public-1", "public-2", "staff-in", "staff-out"],
        **changed,
    }


PAGES = ["desk", "board", "start", "drafts", "incidents", "telegrams", "templates"]
DRAFT_PAGES = ["draft", "submit", "approve", "return", "break-glass", "review", "discard", "take-over"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_an_officer_and_for_nobody_else(name, draft, approver):
    address = reverse(f"emergency:{name}")

    assert approver.get(address).status_code == 200
    assert Client().get(address).status_code == 302
    assert staff_client("audit.read").get(address).status_code == 403


@pytest.mark.parametrize("name", DRAFT_PAGES)
def test_a_page_of_a_draft_opens_for_an_officer_and_for_nobody_else(name, draft, approver):
    address = reverse(f"emergency:{name}", args=[draft.pk])

    assert approver.get(address).status_code == 200
    assert Client().get(address).status_code == 302
    assert staff_client("audit.read").get(address).status_code == 403


def test_the_desk_answers_its_four_questions(draft, writer):
    page = text_of(writer.get(reverse("emergency:desk")))

    assert "「警戒レベル4 大雨危険警報 福井市」の発信案ができています。" in page
    assert "何が起きているか" in page
    assert "市から発信したもので、いま有効なものはありません。" in page
    assert "気象庁の発表より低いか、まだ伝えていない地域" in page
    assert "この2日間に発信したものはありません。" in page


def test_the_desk_is_silent_while_nothing_changes(draft, writer):
    page = text_of(writer.get(reverse("emergency:desk")))
    digest = page.split("seen=")[1].split('"')[0]

    same = writer.get(reverse("emergency:board"), {"mode": "actual", "seen": digest})
    other = writer.get(reverse("emergency:board"), {"mode": "actual", "seen": "old"})

    assert same.status_code == 204
    assert other.status_code == 200


def test_the_desk_asks_the_database_as_often_for_three_drafts_as_for_one(
    desk, arrive, made, writer, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert writer.get(reverse("emergency:board")).status_code == 200
        return len(caught)

    arrive(at_minute(made, 0, {FUKUI: RAIN_4}))
    prepare_waiting(NIGHT)
    release(desk, Draft.objects.get())
    arrive(at_minute(made, 1, {FUKUI: RAIN_3}))
    prepare_waiting(NIGHT)
    queries()  # the map is drawn once
    one = queries()

    for number, office in enumerate(["甲地方気象台", "乙地方気象台"]):
        arrive(at_minute(made, 2, {FUKUI: RAIN_4, SAKAI: RAIN_2}, office=office))
        prepare_waiting(NIGHT)
        release(desk, Draft.objects.get(source__contains=office))
        arrive(at_minute(made, 3, {FUKUI: RAIN_3, SAKAI: RAIN_3}, office=office))
        prepare_waiting(NIGHT)
        assert number in (0, 1)

    assert Draft.objects.filter(state=DraftState.PREPARED).count() == 3
    assert queries() == one


def test_an_officer_mends_the_text_and_asks_for_approval(draft, writer):
    address = reverse("emergency:draft", args=[draft.pk])

    answer = writer.post(address, entered(draft, ja_title="警戒レベル4 大雨危険警報 福井市と坂井市", act="submit"))
    writer.post(reverse("emergency:submit", args=[draft.pk]), {"revision": 2})

    assert answer.headers["Location"] == reverse("emergency:submit", args=[draft.pk])
    draft.refresh_from_db()
    assert draft.state == DraftState.SUBMITTED
    assert draft.title == "警戒レベル4 大雨危険警報 福井市と坂井市"


def test_the_second_to_save_keeps_every_word_and_sees_the_difference(desk, draft, writer):
    seen = draft.revision
    changes = Changes(
        texts={**draft.texts, "ja": {**draft.texts["ja"], "body": "先の人の文。"}},
        areas={"m0": (4, False)}, expires_at=draft.expires_at,
    )  # fmt: skip
    edit_draft(draft.pk, changes, revision=seen, viewer=desk.approver, at=NIGHT)

    answer = writer.post(
        reverse("emergency:draft", args=[draft.pk]), entered(draft, ja_body="後の人の文。", revision=seen)
    )

    page = text_of(answer)
    assert answer.status_code == 409
    assert "後の人の文。</textarea>" in page.replace("\n", "")
    assert "<del>先の人の文。</del><ins>後の人の文。</ins>" in page
    draft.refresh_from_db()
    assert draft.texts["ja"]["body"] == "先の人の文。"
    again = writer.post(
        reverse("emergency:draft", args=[draft.pk]), entered(draft, ja_body="後の人の文。", revision=seen + 1)
    )
    assert again.status_code == 302


def test_the_preview_shows_the_new_words_and_saves_nothing(draft, writer):
    answer = writer.post(
        reverse("emergency:preview", args=[draft.pk]), entered(draft, ja_title="警戒レベル4 試しの題名")
    )

    assert "警戒レベル4 試しの題名" in text_of(answer)
    draft.refresh_from_db()
    assert draft.revision == 1
    assert draft.title == "警戒レベル4 大雨危険警報 福井市"


def test_the_preview_shows_what_is_hard_in_the_plain_japanese(draft, writer):
    easy = {"ja-easy_title": "お知（し）らせ", "ja-easy_short": "", "ja-easy_body": "3/10に 避難所を 使用できます。"}

    page = text_of(writer.post(reverse("emergency:preview", args=[draft.pk]), entered(draft, **easy)))

    assert "日付は「3月10日」のように書きます。" in page
    assert "避難所（ひなんじょ）＜みんなが 逃（に）げる ところ＞" in page


def test_an_approver_reads_ticks_and_releases(desk, draft, approver):
    submit(draft.pk, revision=1, viewer=desk.writer, at=NIGHT)
    address = reverse("emergency:approve", args=[draft.pk])

    page = text_of(approver.get(address))
    slip = approver.post(address, {"revision": 1})
    answer = approver.post(address, {"revision": 1, "seen": "on"})
    again = approver.post(address, {"revision": 1, "seen": "on"})

    assert "住民・報道など 4か所に、「警戒レベル4 大雨危険警報 福井市」を発信します。" in page
    assert slip.status_code == 422
    draft.refresh_from_db()
    assert answer.headers["Location"] == reverse("emergency:edition", args=[draft.edition_id])
    assert again.headers["Location"] == answer.headers["Location"]
    assert draft.message.editions.count() == 1
    assert approver.get(answer.headers["Location"]).status_code == 200


def test_a_drill_differs_in_frame_words_and_button(desk, arrive, made, approver):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4}, status="訓練"))
    prepare_waiting(NIGHT)
    draft = Draft.objects.get()
    submit(draft.pk, revision=1, viewer=desk.writer, at=NIGHT)

    page = text_of(approver.get(reverse("emergency:approve", args=[draft.pk])))

    assert "is-drill" in page
    assert "これは訓練です。" in page
    assert "訓練です。模擬装置と訓練参加職員 2か所に、" in page
    assert "訓練として承認し、訓練の送り先だけに送る" in page
    assert "承認して発信する" not in page


def test_the_real_thing_is_announced_inside_a_drill(draft, writer):
    page = text_of(writer.get(reverse("emergency:desk"), {"mode": "exercise"}))

    assert "本番の発信案があります。" in page


def test_a_draft_is_begun_from_nothing_on_one_page(desk, writer):
    incident = Incident.objects.create(name="台風第10号", group="storm", mode="actual")
    template = Template.objects.get(key="evacuation-4")

    answer = writer.post(
        reverse("emergency:start"), {"incident": incident.pk, "template": template.pk, "area-m0": "4", "area-m1": "4"}
    )

    draft = Draft.objects.get()
    assert answer.headers["Location"] == reverse("emergency:draft", args=[draft.pk])
    assert draft.texts["ja"]["short"] == "警戒レベル4 避難指示。福井市、坂井市。危険な場所から全員避難してください。"


def test_a_weather_draft_proposes_an_order_that_a_person_makes(draft, writer):
    page = text_of(writer.get(reverse("emergency:draft", args=[draft.pk])))
    writer.post(reverse("emergency:propose-order", args=[draft.pk]))

    assert "避難情報を出しますか" in page
    order = Draft.objects.exclude(pk=draft.pk).get()
    assert order.kind == "evacuation"
    assert {(row.area.name, row.level, row.notice) for row in order.areas.all()} == {
        ("福井市", 4, "避難指示"),
        ("坂井市", 3, "高齢者等避難"),
    }


def test_a_message_is_cancelled_from_its_page(desk, draft, writer, approver):
    edition = release(desk, draft)
    address = reverse("emergency:cancel", args=[edition.message.key])

    page = text_of(writer.get(address))
    without_reason = writer.post(address, {"reason": ""})
    writer.post(address, {"reason": "対象地域を誤りました。"})

    assert "取消のお知らせが届きます" in page
    assert without_reason.status_code == 422
    waiting = Draft.objects.get(edition_kind="cancel")
    assert waiting.state == DraftState.SUBMITTED
    approver.post(reverse("emergency:approve", args=[waiting.pk]), {"revision": waiting.revision, "seen": "on"})
    assert list(edition.message.editions.values_list("kind", flat=True)) == ["first", "cancel"]


@pytest.mark.parametrize("way", ["update", "correction", "lift"])
def test_the_next_edition_is_begun_from_the_page_of_the_last(way, desk, draft, writer):
    edition = release(desk, draft)
    address = reverse("emergency:follow", args=[edition.message.key, way])

    assert writer.get(address).status_code == 200
    answer = writer.post(address)

    assert writer.get(answer.headers["Location"]).status_code == 200


def test_one_persons_alert_is_reviewed_by_another(desk, draft, approver):
    break_glass(draft.pk, revision=1, reason="ほかにだれもいません。", viewer=desk.second, at=NIGHT)

    page = text_of(approver.get(reverse("emergency:desk")))
    approver.post(reverse("emergency:review", args=[draft.pk]), {"verdict": "right", "note": ""})

    assert "事後確認をしてください。" in page
    draft.refresh_from_db()
    assert draft.verdict == "right"


def test_a_telegram_shows_its_facts_and_a_quarantined_one_its_reason(draft, arrive, writer):
    good = draft.prepared_from
    bad = arrive(b"<broken")

    assert "レベル４大雨危険警報" in text_of(writer.get(reverse("emergency:telegram", args=[good.pk])))
    assert bad.reason in text_of(writer.get(reverse("emergency:telegram", args=[bad.pk])))
    assert bad.file_name in text_of(writer.get(reverse("emergency:telegrams"), {"standing": "quarantined"}))


def test_an_incident_is_opened_moved_and_closed(desk, writer):
    writer.post(reverse("emergency:incidents"), {"name": "台風第10号", "group": "storm", "mode": "actual"})
    incident = Incident.objects.get()
    writer.post(reverse("emergency:incident", args=[incident.pk]), {"phase": "recovery"})
    writer.get(reverse("emergency:close-incident", args=[incident.pk]))
    writer.post(reverse("emergency:close-incident", args=[incident.pk]))

    incident.refresh_from_db()
    assert incident.phase == "recovery"
    assert incident.closed_at is not None


def test_the_home_of_staff_says_what_waits(draft, writer):
    page = text_of(writer.get("/desk/"))

    assert "発信案1件、承認待ち0件、事後確認待ち0件" in page


def test_nothing_is_lost_when_a_telegram_overtakes_an_officer(desk, draft, arrive, made, writer):
    submit(draft.pk, revision=1, viewer=desk.writer, at=NIGHT)
    arrive(at_minute(made, 10, {FUKUI: NOTHING}))
    prepare_waiting(NIGHT)

    page = text_of(writer.get(reverse("emergency:draft", args=[draft.pk])))
    writer.post(reverse("emergency:take-over", args=[draft.pk]))

    assert "新しい電文が来ています" in page
    draft.refresh_from_db()
    assert draft.state == DraftState.DISCARDED
