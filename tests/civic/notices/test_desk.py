"""The desk's pages: what a writer and an approver see and press, and who is kept out."""

from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.civic.notices.conftest import HOUR, MORNING, TEXTS
from tests.shared.subscriptions.people import make_subscriber
from tests.sign_in import sign_in, staff_client
from todoke.civic.notices.actions.scheduling import release_due
from todoke.civic.notices.models import Notice, NoticeState, Template
from todoke.civic.notices.queries import reach
from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.messaging.models import Delivery, Edition

pytestmark = pytest.mark.django_db
MAIL_EACH = "messaging.mail-each"


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def writer(office) -> Client:
    return sign_in(Client(), office.accounts["writer"])


@pytest.fixture
def approver(office) -> Client:
    return sign_in(Client(), office.accounts["approver"])


def entered(notice: Notice, **changed: object) -> dict[str, object]:
    return {
        "ja_title": TEXTS["ja"]["title"],
        "ja_short": TEXTS["ja"]["short"],
        "ja_body": TEXTS["ja"]["body"],
        "expires_at": "2026-12-04T09:00",
        "send_at": "",
        "revision": notice.revision,
        "topic": ["gomi"],
        "area": ["north"],
        "to": ["page", "subscribers"],
        **changed,
    }


def at(name: str, notice: Notice) -> str:
    return reverse(f"notices:{name}", args=[notice.pk])


def test_a_notice_is_begun_from_a_template_once_however_often_one_clicks(writer, office):
    template = Template.objects.create(key="t", name="ごみ収集日の変更", topics=["gomi"], texts=TEXTS)
    page = writer.get(reverse("notices:start"))
    form = {"section": "koho", "template": template.pk, "key": page.context["form"]["key"].value()}

    first = writer.post(reverse("notices:start"), form)
    second = writer.post(reverse("notices:start"), form)

    notice = Notice.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == at("notice", notice)
    assert (notice.texts, set(notice.destinations)) == (TEXTS, {"page", "subscribers"})


def test_the_editor_offers_topics_areas_and_destinations_that_take_notices(writer, written):
    notice = written()

    page = writer.get(at("notice", notice)).content.decode()

    assert 'name="topic" value="gomi" checked' in page
    assert 'name="area" value="north" checked' in page
    assert 'name="to" value="page" checked' in page
    assert 'name="to" value="list-south">' in page
    assert 'value="alerts"' not in page


def test_the_editor_shows_whom_it_reaches_and_how_each_channel_shows_it(writer, written):
    make_subscriber([("hill", ["gomi"]), ("south", ["event"])], channel=MAIL_EACH)
    make_subscriber([("north", ["gomi"])], channel=MAIL_EACH, language="en")
    make_subscriber([("south", ["gomi"])], channel=MAIL_EACH)
    make_subscriber([("north", ["gomi"])])

    answer = writer.get(at("notice", written()))

    found = answer.context["reach"]
    assert (found.people, found.left_out) == (2, 1)
    assert {line.name: line.number for line in found.by_area} == {"丘町": 1, "北地区": 2}
    assert {line.name: (line.number, line.share) for line in found.by_topic} == {"gomi:name": (3, 100)}
    assert {line.name: line.number for line in found.by_language} == {"日本語": 2, "English": 1}
    shown = {(each.channel, each.language) for each in answer.context["renderings"]}
    assert shown == {("ホームページ（お知らせ）", "ja"), ("メール（登録者）", "ja"), ("メール（登録者）", "en")}
    page = answer.content.decode()
    assert "登録者 <b>2</b> 人" in page
    assert f"/notices/{Notice.objects.get().key}/" in page


def test_nobody_to_reach_is_said_aloud(writer, written):
    page = writer.get(at("notice", written())).content.decode()

    assert "登録者にはひとりも届きません（0人）" in page


def test_a_count_that_takes_too_long_keeps_no_approval_waiting(approver, submitted, monkeypatch):
    def dawdle(*_keys: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(reach, "reach", dawdle)
    monkeypatch.setattr(reach, "PATIENCE_SECONDS", 0.05)

    page = approver.get(at("approve", submitted()))

    assert page.status_code == 200
    assert "人数をいま数えられませんでした" in page.content.decode()
    assert "承認して発信する" in page.content.decode()


def test_the_preview_changes_with_what_is_entered_and_saves_nothing(writer, written):
    notice = written()
    make_subscriber([("south", ["event"])], channel=MAIL_EACH)

    answer = writer.post(at("preview", notice), entered(notice, topic=["event"], area=[], ja_title="市民まつり"))

    notice.refresh_from_db()
    assert (answer.context["reach"].people, answer.context["renderings"][0].title) == (1, "市民まつり")
    assert (notice.topics, notice.revision, notice.title) == (["gomi"], 2, TEXTS["ja"]["title"])


def test_the_preview_shows_what_is_hard_in_the_plain_japanese(writer, written):
    notice = written()
    easy = {"ja-easy_title": "お知（し）らせ", "ja-easy_short": "", "ja-easy_body": "令和8年に 避難所を 使用できます。"}

    page = writer.post(at("preview", notice), entered(notice, **easy)).content.decode()

    assert "元号の年は、西暦で書きます。" in page
    assert "避難所（ひなんじょ）＜みんなが 逃（に）げる ところ＞" in page
    assert 'href="#plain-found-1"' in page
    assert 'id="plain-found-1"' in page


def test_nothing_entered_is_lost_on_a_mistake(writer, written):
    notice = written()

    answer = writer.post(
        at("notice", notice),
        entered(notice, expires_at="あした", ja_body="新しい文です。", topic=["event"], area=["hill"]),
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "新しい文です。" in page
    assert 'name="topic" value="event" checked' in page
    assert 'name="area" value="hill" checked' in page
    assert 'name="topic" value="gomi">' in page


def test_the_second_of_two_writers_keeps_every_word_and_sees_the_others(writer, approver, written):
    notice = written()
    approver.post(at("notice", notice), entered(notice, ja_title="先の題名"))

    refused = writer.post(at("notice", notice), entered(notice, ja_title="後の題名"))

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "三浦 佳代 さんが先に保存しました" in page
    assert "先の題名" in page
    assert 'value="後の題名"' in page
    again = writer.post(at("notice", notice), entered(notice, ja_title="後の題名", revision=3))
    assert again.status_code == 302
    assert Notice.objects.get().title == "後の題名"


def test_keys_that_no_box_has_are_not_kept(writer, written):
    notice = written()

    writer.post(
        at("notice", notice), entered(notice, topic=["gomi", "x" * 500], area=["north", "nowhere"], to=["page", "?"])
    )

    notice.refresh_from_db()
    assert (notice.topics, notice.areas, notice.destinations) == (["gomi"], ["north"], ["page"])


def test_two_people_bring_a_notice_out(writer, approver, written):
    notice = written()

    asked = writer.post(at("submit", notice), {"revision": notice.revision})
    mine = writer.get(at("notice", notice)).content.decode()
    shown = approver.get(at("approve", notice)).content.decode()
    unseen = approver.post(at("approve", notice), {"revision": notice.revision})
    sent = approver.post(at("approve", notice), {"revision": notice.revision, "seen": "on"})
    again = approver.post(at("approve", notice), {"revision": notice.revision, "seen": "on"})

    notice.refresh_from_db()
    assert (asked.status_code, sent.status_code, again.status_code) == (302, 302, 302)
    assert unseen.status_code == 422
    assert "内容を確かめて承認へ" not in mine
    assert "届く人数" in shown
    assert (notice.state, Edition.objects.count()) == ("released", 1)
    page = approver.get(at("notice", notice)).content.decode()
    assert reverse("messaging:message", args=[notice.message.key]) in page


def test_the_submit_page_says_what_is_missing(writer, written):
    page = writer.get(at("submit", written(topics=()))).content.decode()

    assert "分野をひとつ以上選んでください。" in page
    assert 'name="revision"' not in page


def test_a_blank_of_the_template_is_pointed_out_to_writer_and_approver(writer, approver, submitted):
    texts = {**TEXTS, "en": {"title": "On 〇", "short": "", "body": "On 〇"}}
    notice = submitted(texts=texts)

    for page in (writer.get(at("notice", notice)), approver.get(at("approve", notice))):
        assert [str(name) for name in page.context["blanks"]] == ["英語"]
    assert "文に〇が残っています" in approver.get(at("approve", notice)).content.decode()


def test_a_scheduled_notice_says_when_and_can_be_taken_back(writer, approver, submitted):
    notice = submitted(send_at=MORNING + 6 * HOUR)
    approver.post(at("approve", notice), {"revision": notice.revision, "seen": "on"})
    page = writer.get(at("notice", notice)).content.decode()

    taken = writer.post(at("take-back", notice))

    assert "11月20日(金) 15時00分" in page
    assert "予約を取り下げて直す" in page
    assert taken.status_code == 302
    assert release_due(at=MORNING + 6 * HOUR) == []
    assert Notice.objects.get().state == NoticeState.DRAFT


def test_a_returned_notice_shows_its_reason_to_the_writer(writer, approver, submitted):
    notice = submitted()

    approver.post(at("return", notice), {"reason": "曜日が違います"})

    page = writer.get(at("notice", notice)).content.decode()
    assert "曜日が違います" in page
    assert "三浦 佳代" in page


def test_a_correction_and_a_cancellation_begin_at_the_notice_that_went_out(writer, released):
    notice = released()
    key = notice.message.key

    asked = writer.get(reverse("notices:follow", args=[key, "correction"]))
    begun = writer.post(reverse("notices:follow", args=[key, "correction"]))
    second = writer.post(reverse("notices:follow", args=[key, "update"]))
    empty = writer.post(reverse("notices:cancel", args=[key]), {"reason": ""})
    cancelled = writer.post(reverse("notices:cancel", args=[key]), {"reason": "日の誤り"})

    correction = Notice.objects.get(edition_kind="correction")
    assert asked.status_code == 200
    assert begun.headers["Location"] == second.headers["Location"] == at("notice", correction)
    assert "訂正・取消の理由" in writer.get(at("notice", correction)).content.decode()
    assert (empty.status_code, cancelled.status_code) == (422, 302)
    assert Notice.objects.get(edition_kind="cancel").state == NoticeState.SUBMITTED
    assert writer.get(reverse("notices:follow", args=[uuid4(), "update"])).status_code == 404


def test_the_list_shows_each_notice_with_its_state_and_narrows_by_it(writer, written, submitted):
    written()
    submitted()
    page = writer.get(reverse("notices:list")).content.decode()
    narrowed = writer.get(reverse("notices:list"), {"state": "submitted"})

    assert page.count('class="line"') == 2
    assert [notice.state for notice, _tone in narrowed.context["rows"]] == ["submitted"]


def test_three_notices_cost_the_list_no_more_queries_than_one(writer, written, django_assert_num_queries):
    written()
    with CaptureQueriesContext(connection) as one:
        writer.get(reverse("notices:list"))
    written()
    written()

    with django_assert_num_queries(len(one)):
        writer.get(reverse("notices:list"))


def test_who_may_only_read_sees_and_changes_nothing(written):
    reader = staff_client("notices.read", section="koho")
    notice = written()

    page = reader.get(at("notice", notice))
    posted = reader.post(at("notice", notice), entered(notice, ja_title="別の題名"))

    assert page.status_code == 200
    assert "<textarea" not in page.content.decode()
    assert posted.status_code == 302
    assert Notice.objects.get().title == TEXTS["ja"]["title"]
    assert reader.get(reverse("notices:start")).status_code == 403


def test_who_may_not_read_the_ledger_is_not_sent_there(released):
    notice = released()

    page = staff_client("notices.read").get(at("notice", notice)).content.decode()

    assert reverse("messaging:message", args=[notice.message.key]) not in page
    assert reverse("notices-public:notice", args=[notice.message.key]) in page


def test_an_approver_of_another_section_is_told_so(office, submitted):
    stranger = sign_in(Client(), office.accounts["stranger"])
    notice = submitted()

    page = stranger.get(at("approve", notice)).content.decode()
    refused = stranger.post(at("approve", notice), {"revision": notice.revision, "seen": "on"})

    assert "この課のお知らせを承認する権限がありません。" in page
    assert refused.status_code == 422
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_the_pages_speak_the_other_languages(writer, written, language):
    page = writer.get(at("notice", written()), {"language": language}).content.decode()

    assert {"ja-easy": "お知（し）らせを 書（か）く", "en": "Write a notice"}[language] in page
    assert {"ja-easy": "gomi:name_easy", "en": "gomi:name_en"}[language] in page


def test_the_home_of_staff_says_what_waits(approver, submitted):
    submitted()

    page = approver.get("/desk/").content.decode()

    assert "承認待ち 1件" in page


def test_each_channel_is_drawn_in_the_frame_of_its_reader_and_subscribers_in_every_language(writer, written):
    page = writer.get(at("notice", written())).content.decode()

    assert 'class="frame frame--page"' in page
    assert 'class="frame frame--text"' in page
    assert page.count("<h3>メール（登録者）</h3>") == len(TEXTS)


def test_a_notice_is_heard_before_it_is_sent_by_staff_alone(writer, written, monkeypatch, tmp_path):
    sound = tmp_path / "a.wav"
    sound.write_bytes(b"RIFFspeech")
    monkeypatch.setattr("todoke.shared.loudspeakers.playing.trial_of", lambda edition, root: sound)
    address = at("speech", written())

    heard = writer.get(address)

    assert heard.headers["Content-Type"] == "audio/wav"
    assert b"".join(heard.streaming_content) == b"RIFFspeech"
    assert Client().get(address).status_code == 302
    assert staff_client(()).get(address).status_code == 403


def test_a_house_without_a_voice_answers_in_words(writer, written, monkeypatch):
    def away(edition, root):
        raise SpeechAway

    monkeypatch.setattr("todoke.shared.loudspeakers.playing.trial_of", away)

    answer = writer.get(at("speech", written()))

    assert answer.status_code == 503
    assert "pyopenjtalk-plus" in answer.content.decode()
