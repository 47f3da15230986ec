import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.civic.voices.made import AT, answered, make_survey, sheet, token_of
from tests.sign_in import make_staff, sign_in, staff_client
from todoke.civic.voices.actions.inviting import invite
from todoke.civic.voices.actions.surveys import close, publish_results
from todoke.civic.voices.models import Invitation, NamedAnswer, Survey, UnlinkableAnswer
from todoke.civic.voices.queries.surveys import opened
from todoke.ground.looks.models import Look
from todoke.ground.people.queries import viewer_for

pytestmark = pytest.mark.django_db
GOOD = sheet(how="good", again="yes", text="ありがとう")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    for module in ("views.public", "views.desk"):
        monkeypatch.setattr(f"todoke.civic.voices.{module}.now", lambda: AT)


@pytest.fixture
def desk(clerk):
    return staff_client("voices.read", "voices.manage")


def typed(**said):
    """What a browser posts: the answers, and what the page showed."""
    shown = {f"shown@{key}": "" for key in ("how", "again", "text", *(["why"] if "why" in said else []))}
    return {**shown, **said, "send": "1"}


# Everybody's pages


def test_an_invitation_is_answered_without_an_account_and_leaves_nothing_behind(invited, clerk):
    [link] = invite(invited, 1, viewer=clerk)
    address = f"/surveys/invited/{token_of(link)}/"
    visitor = Client()

    page = visitor.get(address)
    sent = visitor.post(address, typed(how="good", again="yes", text="明るい"))

    assert page.status_code == 200
    assert "だれの回答か、市にも分かりません" in page.content.decode()
    assert "<script" not in page.content.decode()
    # The link goes to no other site. (“no-referrer” would have the browser post without an origin.)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert (sent.status_code, sent.headers["Location"]) == (302, "/surveys/counter/thanks/")
    assert "sessionid" not in visitor.cookies
    told = opened(invited, UnlinkableAnswer.objects.get().sealed)
    assert told.values == {"how": "good", "again": True, "text": "明るい"}
    assert Invitation.objects.get().used_on == AT.date()
    assert visitor.get("/surveys/counter/thanks/").status_code == 200

    again = visitor.post(address, typed(how="good"))
    assert again.status_code == 404
    assert "もう回答できません" in again.content.decode()
    assert UnlinkableAnswer.objects.count() == 1


def test_what_is_missing_is_said_and_nothing_is_lost(for_all):
    page = Client().post("/surveys/counter/", typed(text="これは残る"))

    # Once above all, with a link, and once at its place.
    assert page.content.decode().count("「どうでしたか」に答えてください") == 2
    assert "これは残る" in page.content.decode()
    assert UnlinkableAnswer.objects.count() == 0


def test_a_question_that_comes_with_an_answer_is_asked_before_anything_is_kept(for_all):
    visitor = Client()

    grown = visitor.post("/surveys/counter/", typed(how="bad"))
    sent = visitor.post("/surveys/counter/", typed(how="bad", why=["wait"]))

    assert "質問が増えました" in grown.content.decode()
    assert "わるかったもの" in grown.content.decode()
    assert sent.status_code == 302
    assert opened(for_all, UnlinkableAnswer.objects.get().sealed).values == {"how": "bad", "why": ["wait"]}


def test_a_my_number_is_not_kept(for_all):
    # A number made up for tests whose check digit holds.
    page = Client().post("/surveys/counter/", typed(how="good", text="番号は123456789018です"))

    assert page.status_code == 400
    assert UnlinkableAnswer.objects.count() == 0
    assert "123456789018" not in page.content.decode()


@pytest.mark.parametrize(("language", "says"), [("en", "Send my answers"), ("ja-easy", "答（こた）えを 送（おく）る")])
def test_the_questions_stand_in_every_language(for_all, language, says):
    page = Client().get(f"/surveys/counter/?language={language}").content.decode()

    assert says in page
    assert {"en": "How was it?", "ja-easy": "どう でしたか"}[language] in page


def test_a_named_survey_says_so(named, clerk):
    [link] = invite(named, 1, viewer=clerk)

    page = Client().get(f"/surveys/invited/{token_of(link)}/").content.decode()

    assert "記名のアンケートです" in page
    assert "市にも分かりません" not in page


def test_the_list_shows_what_everybody_can_answer_and_read(for_all, clerk):
    assert "窓口のアンケート" in Client().get("/surveys/").content.decode()
    assert "令和8年(2026年)11月30日まで" in Client().get("/surveys/").content.decode()
    assert "Until 30 November 2026" in Client().get("/surveys/?language=en").content.decode()
    for _each in range(6):
        Client().post("/surveys/counter/", typed(how="good"))
    close("counter", viewer=clerk, at=AT)
    assert "窓口のアンケート" not in Client().get("/surveys/").content.decode()
    assert Client().get("/surveys/counter/").status_code == 404
    assert Client().get("/surveys/counter/results/").status_code == 404

    publish_results("counter", viewer=clerk, at=AT)

    page = Client().get("/surveys/counter/results/").content.decode()
    assert 'href="/surveys/counter/results/"' in Client().get("/surveys/").content.decode()
    assert "100.0*" in page
    assert "n=6" in page


def test_an_invited_survey_is_not_open_under_its_key(invited):
    assert Client().get("/surveys/counter/").status_code == 404
    assert Client().get("/surveys/nothing/thanks/").status_code == 404
    assert "counter" not in Client().get("/surveys/").content.decode()


# The desk


def test_the_desk_shows_counts_before_the_end_and_tables_after_it(invited, clerk, desk):
    answered(invited, clerk, *[GOOD] * 9, *[sheet(how="bad", again="no")] * 3)

    before = desk.get("/desk/surveys/counter/").content.decode()
    assert "結果は、受付を終えてから見られます" in before
    assert "回収率100.0％" in before
    assert "回答受付中" in desk.get("/desk/surveys/").content.decode()
    assert desk.get("/desk/surveys/counter/results.csv").status_code == 404
    assert "受付を終える" in desk.get("/desk/surveys/counter/close/").content.decode()

    assert desk.post("/desk/surveys/counter/close/").status_code == 302
    after = desk.get("/desk/surveys/counter/").content.decode()
    assert "集計表" in after
    assert "非表示" in after
    assert desk.get("/desk/surveys/counter/publish/").status_code == 200
    assert desk.post("/desk/surveys/counter/publish/").status_code == 302
    assert Survey.objects.get().published_on == AT.date()
    assert "結果を公表" in desk.get("/desk/surveys/").content.decode()


def test_publishing_before_the_end_says_why_not(invited, desk):
    answer = desk.post("/desk/surveys/counter/publish/", follow=True)

    assert "受付が終わるまで、結果は出せません" in answer.content.decode()
    assert Survey.objects.get().published_on is None


def test_the_files_hide_what_the_page_hides(invited, clerk, desk):
    answered(invited, clerk, *[GOOD] * 9, *[sheet(how="bad", again="no")] * 3)
    close("counter", viewer=clerk, at=AT)

    told = desk.get("/desk/surveys/counter/results.csv").content.decode()
    book = desk.get("/desk/surveys/counter/codebook.csv").content.decode()

    assert told.startswith("\ufeff")
    lines = list(csv.DictReader(io.StringIO(told.removeprefix("\ufeff"))))
    how = [(each["option"], each["n"], each["count"], each["percent"]) for each in lines if each["question"] == "how"]
    assert how == [("good", "12", "x", "x"), ("bad", "12", "x", "x"), ("_none", "12", "0", "0.0")]
    assert {each["count"] for each in lines if each["question"] == "why"} == {"x"}
    assert not any(each["count"].isdigit() and 0 < int(each["count"]) < 5 for each in lines)
    names = {(each["name"], each["value"]) for each in csv.DictReader(io.StringIO(book.removeprefix("\ufeff")))}
    assert {(each["question"], "") for each in lines} <= names
    assert {(each["question"], each["option"]) for each in lines if each["option"][0] != "_"} <= names
    assert ("count", "x") in names
    assert "ありがとう" not in told + book


def test_two_questions_against_each_other(invited, clerk, desk):
    answered(invited, clerk, *[GOOD] * 9, *[sheet(how="bad", again="no")] * 7)
    close("counter", viewer=clerk, at=AT)

    page = desk.get("/desk/surveys/counter/?row=how&column=again").content.decode()
    same = desk.get("/desk/surveys/counter/?row=how&column=how").content.decode()

    assert page.count("<caption>クロス集計</caption>") == 1
    assert "ちがう質問を2つ選んでください" in same
    assert "<caption>クロス集計</caption>" not in same


def test_links_are_made_once_as_a_file(invited, desk):
    answer = desk.post("/desk/surveys/counter/links/", {"count": "3"})

    lines = answer.content.decode().removeprefix("\ufeff").split()
    assert lines[0] == "案内のリンク"
    assert len(lines) == 4
    assert answer.headers["Cache-Control"] == "no-store"
    assert Invitation.objects.count() == 3
    assert desk.post("/desk/surveys/counter/links/", {"count": "0"}).status_code == 422
    assert desk.post("/desk/surveys/counter/mail/", {"address": "x", "language": "ja"}).status_code == 422


def test_links_after_the_end_are_refused_with_the_reason(invited, clerk, desk):
    close("counter", viewer=clerk, at=AT)

    answer = desk.post("/desk/surveys/counter/links/", {"count": "3"})

    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_free_texts_are_seen_by_name_of_the_viewer(invited, clerk, desk):
    answered(invited, clerk, *[GOOD] * 6)
    assert desk.get("/desk/surveys/counter/texts/").status_code == 404
    close("counter", viewer=clerk, at=AT)

    page = desk.get("/desk/surveys/counter/texts/").content.decode()

    assert page.count("ありがとう") == 6
    assert Look.objects.get().what == "自由記述"


def test_named_answers_are_listed_and_opened_with_a_look(named, clerk, desk):
    answered(named, clerk, GOOD)
    held = NamedAnswer.objects.get()

    assert "回答1" in desk.get("/desk/surveys/counter/answers/").content.decode()
    page = desk.get(f"/desk/surveys/counter/answers/{held.key}/").content.decode()

    assert "ありがとう" in page
    assert "よい" in page
    assert sorted(Look.objects.values_list("what", flat=True)) == sorted(["回答の一覧", "記名の回答"])


def test_an_unlinkable_survey_has_nobody_to_list(invited, clerk, desk):
    answered(invited, clerk, GOOD)

    page = desk.get("/desk/surveys/counter/answers/")

    assert "記名の回答はありません" in page.content.decode()
    assert not Look.objects.exists()


@pytest.mark.parametrize("page", ["", "close/", "publish/", "results.csv", "codebook.csv", "texts/", "answers/"])
def test_another_section_finds_nothing(invited, clerk, page):
    stranger = staff_client("voices.read", "voices.manage", section="koho")

    assert stranger.get(f"/desk/surveys/counter/{page}").status_code == 404
    assert "窓口のアンケート" not in stranger.get("/desk/surveys/").content.decode()


def test_a_reader_reads_and_does_nothing(invited, clerk):
    account = make_staff(["voices.read"])
    reader = sign_in(Client(), account)

    page = reader.get("/desk/surveys/counter/").content.decode()

    assert "受付を終える" not in page
    assert "案内を作る" not in page
    assert reader.post("/desk/surveys/counter/close/").status_code == 403
    assert reader.post("/desk/surveys/counter/links/", {"count": "1"}).status_code == 403
    assert not viewer_for(account, AT.date()).may("voices.manage")


def test_a_manager_of_another_section_may_not_end_what_they_only_read(invited, clerk):
    """Rights in two sections do not add up."""
    account = make_staff(["voices.read"])
    other = make_staff(["voices.manage"], section="koho")
    posting = other.staff.postings.get()
    posting.staff = account.staff
    posting.is_concurrent = True
    posting.save()

    answer = sign_in(Client(), account).post("/desk/surveys/counter/close/", follow=True)

    assert "権限がありません" in answer.content.decode()
    assert Survey.objects.get().closed_on is None


def test_the_list_asks_as_many_questions_for_three_as_for_one(invited, clerk, desk):
    def count():
        with CaptureQueriesContext(connection) as asked:
            assert desk.get("/desk/surveys/").status_code == 200
        return len(asked)

    desk.get("/desk/surveys/")
    one = count()
    answered(invited, clerk, GOOD)
    make_survey("open", "named", key="second")
    make_survey("open", "unlinkable", key="third")

    assert count() == one
