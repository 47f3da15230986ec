"""The builder's pages: each act is a post on a draft, two clerks never overwrite each other, all is undone."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.civic.procedures.samples import stall
from tests.sign_in import make_staff, sign_in
from todoke.base.clock import now
from todoke.civic.procedures.actions.drafting import draft_document, save_draft
from todoke.civic.procedures.models import DraftStep, Procedure, ProcedureVersion

NOTIFIED = {"flow": "notification", "route": ""}
AREAS = ("", "-basics", "-form", "-who", "-papers", "-fee", "-handling", "-letters", "-texts", "-tests", "-publish")
AREAS += ("-computed-values", "-offering")


@pytest.fixture
def draft(clerk):
    return save_draft(stall(**NOTIFIED), viewer=clerk, at=now())


@pytest.fixture
def desk(town: None) -> Client:
    return sign_in(Client(), make_staff(["procedures.build"], section="doboku", name="杉本 渉"))


def address(name, **more):
    return reverse(f"procedures:build{name}", kwargs={"procedure": "stall", **more})


def sha():
    return ProcedureVersion.objects.filter(procedure__key="stall").order_by("number").last().sha256


def written():
    return draft_document(Procedure.objects.get(key="stall"))


def words(name, ja, easy="", en=""):
    return {f"{name}_ja": ja, f"{name}_ja-easy": easy, f"{name}_en": en}


def post(client, where, told, based_on=None):
    return client.post(where, {"based_on": based_on or sha(), **told})


@pytest.mark.parametrize("name", [*AREAS, "-history", "-new-test"])
def test_every_part_has_a_page(desk, draft, name):
    assert desk.get(address(name)).status_code == 200


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("-page", {"page": "you"}),
        ("-preview", {"page": "stall"}),
        ("-question", {"question": "applicant.name"}),
        ("-question", {"question": "again"}),
        ("-rule", {"place": "visible:plan"}),
        ("-rule", {"place": "required:plan"}),
        ("-rule", {"place": "page:stall"}),
        ("-rule", {"place": "condition:0"}),
        ("-rule", {"place": "left-out:0"}),
        ("-rule", {"place": "fee:0"}),
        ("-condition", {"number": 0}),
        ("-paper", {"number": 0}),
        ("-test", {"number": 0}),
    ],
)
def test_what_is_there_has_a_page_and_what_is_not_has_none(desk, draft, name, more):
    shown = desk.get(address(name, **more))
    missing = {key: 9 if key == "number" else "ghost" for key in more}

    assert shown.status_code == 200
    assert desk.get(address(name, **missing)).status_code in (404, 200 if name == "-preview" else 404)


def test_another_section_finds_no_such_procedure(draft):
    stranger = sign_in(Client(), make_staff(["procedures.build"], section="kankyo"))

    assert stranger.get(address("")).status_code == 404
    assert post(stranger, address("-act"), {"act": "question-remove:area"}).status_code == 404


def test_a_procedure_is_made_from_its_name(desk):
    told = {
        **words("name", "看板の届出", "かんばんの とどけ", "A sign"),
        **words("summary", "看板を出すときの届出です。"),
        "key": "sign",
        "basis": "見本条例第5条",
        "section": "doboku",
        "flow": "notification",
        "retention": "5-years",
    }

    answer = desk.post(reverse("procedures:build-new"), told)
    again = desk.post(reverse("procedures:build-new"), told)

    assert answer["Location"] == reverse("procedures:build-form", args=["sign"])
    assert again.status_code == 422
    assert "ほかの手続きで使われています" in again.content.decode()


def test_questions_are_added_edited_moved_and_removed(desk, draft):
    page = address("-page", page="stall")
    added = post(
        desk, page, {"what": "add", "add-kind": "paperwork.choice", **words("add-label", "色", "いろ", "Colour")}
    )
    question = address("-question", question="stall.q1")
    told = {**words("label", "旗の色"), **words("row_choices_0_words", "赤"), **words("row_choices_1_words", "青")}
    post(desk, question, {**told, "required": "on"})
    post(desk, address("-act"), {"act": "question-up:stall.q1", "from": "page"})

    assert added["Location"] == question
    questions = written()["form"]["pages"][1]["questions"]
    assert [each["key"] for each in questions] == ["area", "again", "stall.q1", "plan"]
    assert questions[2]["required"] is True
    assert [each["key"] for each in questions[2]["settings"]["choices"]] == ["c1", "c2"]

    post(desk, question, {**words("label", "旗の色"), **words("row_choices_1_words", "青")})
    assert [each["key"] for each in written()["form"]["pages"][1]["questions"][2]["settings"]["choices"]] == ["c2"]
    post(desk, address("-act"), {"act": "question-remove:stall.q1"})
    assert "stall.q1" not in json.dumps(written())


def test_what_holds_unless_said_otherwise_is_shown_ticked_and_can_be_unticked(desk, draft):
    question = address("-question", question="applicant.name")

    assert desk.get(question).context["form"]["set_reading"].value() is True
    post(desk, question, {**words("label", "氏名"), "required": "on"})
    assert written()["form"]["pages"][0]["questions"][0]["settings"] == {"reading": False}


def test_a_question_that_a_condition_needs_stays(desk, draft):
    answer = post(desk, address("-act"), {"act": "question-remove:again"})

    assert answer.status_code == 409
    assert "配置図" in answer.content.decode()
    assert "again" in json.dumps(written())


def test_the_second_of_two_clerks_learns_what_changed_and_loses_nothing(desk, draft):
    fetched = sha()
    told = {"what": "words", **words("title", "あなたのこと")}
    other = sign_in(Client(), make_staff(["procedures.build"], section="doboku", name="堤 実"))
    post(other, address("-page", page="you"), {"what": "words", **words("title", "申込みをする人")})

    refused = post(desk, address("-page", page="you"), told, based_on=fetched)
    shown = refused.content.decode()

    assert refused.status_code == 409
    assert "堤 実" in shown
    assert "申込みをする人" in shown
    assert 'value="あなたのこと"' in shown
    assert written()["form"]["pages"][0]["title"] == {"ja": "申込みをする人"}
    assert f'value="{sha()}"' in shown
    post(desk, address("-page", page="you"), told)
    assert written()["form"]["pages"][0]["title"] == {"ja": "あなたのこと"}


def test_acts_are_undone_one_after_the_other(desk, draft):
    first = sha()
    post(desk, address("-act"), {"act": "fee-remove:"})
    post(desk, address("-act"), {"act": "page-down:you"})

    for _time in range(2):
        post(desk, address("-history"), {})
    assert sha() == first
    refused = post(desk, address("-history"), {})

    assert refused.status_code == 409
    step = DraftStep.objects.get(says="手数料をなしにしました。")
    post(desk, address("-history"), {"step": str(step.pk)})
    assert "fee" not in written()


def test_a_condition_is_chosen_and_said_in_words(desk, draft):
    place = address("-rule", place="visible:plan")
    row = {"name_0": "again", "comparison_0": "yes", "value_0": ""}

    more = post(desk, place, {**row, "more": "1", "new": "area"})
    wrong = post(desk, place, {**row, "name_1": "area", "comparison_1": "more", "value_1": "多い", "joined": "or"})
    post(desk, place, {**row, "name_1": "area", "comparison_1": "more", "value_1": "10", "joined": "or"})

    assert 'name="name_1" value="area"' in more.content.decode()
    assert wrong.status_code == 422
    assert "数字で書いてください" in wrong.content.decode()
    assert written()["form"]["pages"][1]["questions"][2]["visible"] == {
        "op": "or",
        "of": [
            {"op": "equal", "of": [{"name": "again"}, True]},
            {"op": "more", "of": [{"name": "area"}, 10]},
        ],
    }
    assert "または" in desk.get(place).content.decode()
    post(desk, place, {"remove": "1"})
    assert "visible" not in written()["form"]["pages"][1]["questions"][2]


def test_a_line_whose_question_was_removed_meanwhile_is_named_before_anything_is_kept(desk, draft):
    before = sha()
    lines = {"name_0": "again", "comparison_0": "yes", "name_1": "gone", "comparison_1": "yes", "joined": "and"}

    told = post(desk, address("-rule", place="visible:plan"), lines)

    assert told.status_code == 409
    assert "1行は、使っていた質問か計算が消された" in told.content.decode()
    assert 'value="again"' in told.content.decode()
    assert sha() == before
    del lines["name_1"]
    assert post(desk, address("-rule", place="visible:plan"), lines).status_code == 302


def test_a_condition_beyond_the_chooser_is_shown_and_kept(desk, clerk):
    complex_one = {"op": "more", "of": [{"op": "add", "of": [{"name": "area"}, 1]}, 3]}
    says = {"ja": "狭すぎます。"}
    save_draft(stall(**NOTIFIED, conditions=[{"formula": complex_one, "says": says}]), viewer=clerk, at=now())

    shown = desk.get(address("-rule", place="condition:0")).content.decode()
    post(desk, address("-condition", number=0), words("says", "狭いです。"))

    assert "選んで作る形では表せません" in shown
    assert written()["conditions"] == [{"formula": complex_one, "says": {"ja": "狭いです。"}}]


def test_a_fee_is_written_in_lines(desk, draft):
    told = {
        **words("words", "占用料"),
        "basis": "見本条例別表",
        "how": "sum",
        "yen_0": "500",
        "per_0": "area",
        "yen_1": "300",
    }
    post(desk, address("-fee"), told)
    post(
        desk, address("-rule", place="fee:1"), {"name_0": "again", "comparison_0": "no", "value_0": "", "joined": "and"}
    )

    assert written()["fee"]["formula"] == {
        "op": "add",
        "of": [
            {"op": "multiply", "of": [{"name": "area"}, {"yen": 500}]},
            {
                "op": "if",
                "cases": [{"when": {"op": "equal", "of": [{"name": "again"}, False]}, "then": {"yen": 300}}],
                "otherwise": {"yen": 0},
            },
        ],
    }
    assert "直しはじめる前" in desk.get(address("-history")).content.decode()


def test_a_paper_says_on_which_ground_and_what_stands_in_for_it(desk, draft):
    told = {
        "question": "plan",
        **words("name", "図"),
        **words("purpose", "確かめるため"),
        "basis": "見本条例第2条",
        "handling": "show",
        "instead": "held",
        "instead_basis": "",
    }

    refused = post(desk, address("-papers"), told)
    post(desk, address("-papers"), {**told, "instead_basis": "前の年の図面"})

    assert refused.status_code == 422
    assert written()["attachments"][1]["left_out"] is False
    post(desk, address("-act"), {"act": "paper-remove:1"})
    assert len(written()["attachments"]) == 1


def test_a_test_is_the_form_filled_in_and_what_is_expected(desk, draft):
    new = address("-new-test")
    typed = {"test_name": "初めての人", "test_on": "2026-06-01", "area": "3", "again": "no", "plan:kept": "1"}

    looked = post(desk, new, {**typed, "look": "1"}).content.decode()
    empty = post(desk, new, {**typed, "save": "1"})
    chosen = {"expect:fee": "1,500", "expect:asked:plan": "yes", "expect:paper:plan": "brought"}
    post(desk, new, {**typed, **chosen, "save": "1"})

    assert "1,500" in looked
    assert "3 × 500円" in looked
    assert empty.status_code == 422
    assert written()["tests"][1]["expects"] == {"fee": 1500, "asked": ["plan"], "brought": ["plan"], "left_out": []}
    shown = desk.get(address("-tests")).content.decode()
    assert shown.count("合格") == 2
    assert "氏名」に答えるテストがありません" in shown
    same = post(desk, address("-test", number=1), {**typed, "same": "1"}).content.decode()
    assert 'value="1500"' in same


def test_texts_are_translated_side_by_side(desk, draft):
    post(desk, address("-texts"), {"name:ja-easy": "やたい", "form/pages/0/title:en": "You", "name:ja": "別の名"})

    assert written()["name"] == {"ja": "屋台の出店", "ja-easy": "やたい"}
    assert written()["form"]["pages"][0]["title"]["en"] == "You"


def test_nothing_is_published_through_the_shut_gate(desk, clerk):
    save_draft(stall(**NOTIFIED, tests=[]), viewer=clerk, at=now())

    refused = post(desk, address("-publish"), {})

    assert refused.status_code == 409
    assert "テストがありません" in refused.content.decode()


def test_a_second_person_publishes_where_the_city_wants_two(desk, draft, settings):
    settings.PROCEDURES_PUBLISHED_BY_TWO = True
    post(desk, address("-act"), {"act": "fee-remove:"})
    post(desk, address("-act"), {"act": "test-remove:0"})
    post(desk, address("-history"), {})
    post(desk, address("-history"), {})
    refused = post(desk, address("-publish"), {})
    other = sign_in(Client(), make_staff(["procedures.build"], section="doboku", name="堤 実"))

    answer = post(other, address("-publish"), {})

    assert "ほかの人に、確かめて公開" in refused.content.decode()
    assert answer.status_code == 302
    assert ProcedureVersion.objects.get().state == "published"
    assert not DraftStep.objects.exists()


def test_the_page_shows_what_differs_from_what_is_published(desk, version):
    post(desk, address("-act"), {"act": "question-up:again"})
    shown = desk.get(address("-publish")).content.decode()
    stale = post(desk, address("-publish"), {}, based_on="old")
    post(desk, address("-publish"), {})

    assert "質問の順番が変わりました" in shown
    assert stale.status_code == 409
    assert [each.state for each in ProcedureVersion.objects.order_by("number")] == ["retired", "published"]


def test_a_draft_is_thrown_away(desk, version):
    post(desk, address("-act"), {"act": "question-up:again"})

    desk.post(address("-drop"))

    assert ProcedureVersion.objects.get().state == "published"


def test_a_file_goes_out_and_comes_back_under_another_name(desk, draft):
    data = desk.get(address("-export")).content
    file = SimpleUploadedFile("stall.todoke.json", data)

    refused = desk.post(reverse("procedures:build-import"), {"file": file, "section": "doboku", "key": ""})
    file.seek(0)
    desk.post(reverse("procedures:build-import"), {"file": file, "section": "doboku", "key": "stall-two"})

    assert refused.status_code == 422
    assert draft_document(Procedure.objects.get(key="stall-two")) == {**written(), "key": "stall-two"}


def test_the_preview_follows_the_answers_and_keeps_nothing(desk, draft):
    page = address("-preview", page="stall")

    shown = desk.post(page, {"again": "no", "applicant.mail": "nagisa@example.jp"}).content.decode()

    assert "配置図" in shown
    assert "配置図" not in desk.get(page).content.decode()
    assert 'type="hidden" name="applicant.mail" value="nagisa@example.jp"' in shown
