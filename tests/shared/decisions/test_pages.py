"""The desk's pages of decisions, through a browser's requests."""

from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cities import SAMPLE_CITY
from tests.shared.decisions.offices import AT, draft, make_deputy, make_office, make_person, make_route, viewer
from tests.sign_in import sign_in
from todoke.ground.files.actions import store
from todoke.ground.people.models import Account
from todoke.ground.places.actions import load_city
from todoke.shared.decisions.actions.marking import submit
from todoke.shared.decisions.models import Absence, Decision, DeputyRule, Route, RouteVersion
from todoke.shared.decisions.registry import Shown, subjects
from todoke.shared.decisions.rules.values import Phase

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_morning() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def people() -> dict[str, Account]:
    return make_office()


def desk(account: Account) -> Client:
    return sign_in(Client(), account)


def sent(people: dict[str, Account], **more: Any) -> Decision:
    decision = draft(people, **more)
    return submit(decision.pk, revision=1, viewer=viewer(people["kusano"]), at=AT)


def test_a_draft_is_written_and_goes_round(people: dict[str, Account]) -> None:
    make_route()
    client = desk(people["kusano"])
    assert "支出の伺い" in client.get("/desk/decisions/start/").text

    refused = client.post(
        "/desk/decisions/start/spending/", {"title": "購入", "fact_amount": "百円", "body": "伺います"}
    )
    assert refused.status_code == 422
    saved = client.post(
        "/desk/decisions/start/spending/", {"title": "網の購入", "fact_amount": "600000", "body": "伺います。"}
    )
    decision = Decision.objects.get()
    assert saved.headers["Location"] == f"/desk/decisions/{decision.pk}/"
    assert "600,000円" in client.get(saved.headers["Location"]).text

    act = {"act": "submit::kankyo/shuji:-1", "revision": decision.revision, "comment": ""}
    client.post(f"/desk/decisions/{decision.pk}/", act)

    assert "網の購入" in desk(people["kakari"]).get("/desk/decisions/").text
    assert client.get("/desk/decisions/start/nothing/").status_code == 404


def test_the_page_of_a_paper_shows_stamps_and_offers_only_what_is_open(people: dict[str, Account]) -> None:
    decision = sent(people)
    chief = desk(people["kacho"])
    assert "引き上げて、自分のところへ回す" in chief.get(f"/desk/decisions/{decision.pk}/").text

    page = desk(people["kakari"])
    act = {"act": "approve:kankyo/kakaricho:kankyo/kakaricho:-1", "revision": decision.revision, "comment": "よい"}
    assert page.post(f"/desk/decisions/{decision.pk}/", act).status_code == 302
    assert page.post(f"/desk/decisions/{decision.pk}/", act).status_code == 302, "a second click finds its work done"

    text = chief.get(f"/desk/decisions/{decision.pk}/").text
    assert "岩瀬 香" in text
    assert "2026.11.24" in text
    assert "決裁する（専決）" in text
    assert decision.marks.count() == 2


def test_a_stale_page_and_a_missing_reason_are_refused_with_a_sentence(people: dict[str, Account]) -> None:
    decision = sent(people)
    page = desk(people["kakari"])
    remand = {"act": "remand:kankyo/kakaricho:kankyo/kakaricho:-1", "revision": decision.revision, "comment": ""}

    without = page.post(f"/desk/decisions/{decision.pk}/", remand)
    stale = page.post(f"/desk/decisions/{decision.pk}/", {**remand, "revision": 99, "comment": "直す"})
    nothing = page.post(f"/desk/decisions/{decision.pk}/", {"act": "x", "revision": "y"})

    assert [without.status_code, stale.status_code, nothing.status_code] == [422, 422, 422]
    assert "理由を書いてください" in without.text
    assert "この文書が変わりました" in stale.text


def test_somebody_elses_paper_is_not_there(people: dict[str, Account]) -> None:
    stranger = make_person("yosono", "余所野 人", [("zaisei", "shuji")])
    decision = sent(people)

    for address in ("", "amend/", "files/1/"):
        assert desk(stranger).get(f"/desk/decisions/{decision.pk}/{address}").status_code == 404
    assert desk(people["kakari"]).get(f"/desk/decisions/{decision.pk}/amend/").status_code == 404


def test_changing_the_amount_says_what_falls_and_shows_what_changed(people: dict[str, Account]) -> None:
    decision = sent(people)
    client = desk(people["kusano"])
    address = f"/desk/decisions/{decision.pk}/amend/"
    assert "これまでの印はすべて無効になり" in client.get(address).text

    entered = {"title": decision.title, "fact_amount": "20000000", "body": "台数を増やします。", "comment": "台数"}
    assert client.post(address, {**entered, "revision": "1"}).status_code == 422
    assert client.post(address, {**entered, "revision": str(decision.revision)}).status_code == 302

    text = client.get(f"/desk/decisions/{decision.pk}/").text
    assert "<ins>台数を増やします。</ins>" in text
    assert "<del>金額：500,000円</del>" in text
    assert "市長室 市長" in text


def test_many_are_decided_at_once_and_exceptions_stay(people: dict[str, Account]) -> None:
    route = make_route({**DOCUMENT_OF_CHIEF}, "quick")
    papers = [sent(people, route=route) for _each in range(3)]
    client = desk(people["kacho"])
    address = "/desk/decisions/batch/quick/decide/kankyo/kacho/"
    assert address in client.get("/desk/decisions/").text
    assert client.get(address).text.count("checked") == 3

    client.post(address, {"chosen": [str(papers[0].pk), str(papers[2].pk)], "comment": ""})

    phases = [Decision.objects.get(pk=paper.pk).phase for paper in papers]
    assert phases == [Phase.DECIDED, Phase.CIRCULATING, Phase.DECIDED]
    assert client.get("/desk/decisions/batch/quick/approve/kankyo/kacho/").status_code == 404
    assert client.post(address, {"chosen": []}).status_code == 422


DOCUMENT_OF_CHIEF = {
    "title": "課で決める",
    "facts": [{"key": "amount", "kind": "money", "label": "金額"}],
    "levels": [{"key": "kacho", "seats": [{"section": "drafter", "post": "kacho"}]}],
    "deciding": [{"level": "kacho"}],
}


def test_absence_is_entered_shown_and_taken_back(people: dict[str, Account]) -> None:
    make_deputy(("kankyo", "kacho"), ("kankyo", "kakaricho"))
    client = desk(people["kacho"])
    posting = client.get("/desk/decisions/absences/").context["form"].fields["posting"].choices[0][0]
    entry = {"posting": posting, "start_date": "2026-11-24", "end_date": "2026-11-23", "reason": "trip"}
    assert client.post("/desk/decisions/absences/", entry).status_code == 422

    client.post("/desk/decisions/absences/", {**entry, "end_date": "2026-11-25"})

    text = client.get("/desk/decisions/").text
    assert "今日は不在として登録されています" in text
    assert "環境課 係長" in text
    absence = Absence.objects.get()
    other = desk(people["kakari"])
    other.post(f"/desk/decisions/absences/{absence.pk}/take-back/")
    absence.refresh_from_db()
    assert absence.taken_back_at is None
    client.post(f"/desk/decisions/absences/{absence.pk}/take-back/")
    absence.refresh_from_db()
    assert absence.taken_back_at == AT
    assert client.post("/desk/decisions/absences/999/take-back/").status_code == 404


def test_the_manager_sees_what_is_stuck_and_hands_it_over(people: dict[str, Account]) -> None:
    manager = desk(make_person("kanri", "管理 人", [("somu", "shuji")], rights=("decisions.manage",)))
    decision = sent(people)
    people["kakari"].is_active = False
    people["kakari"].save()
    shown = manager.get("/desk/decisions/hand-over/").text
    assert decision.title in shown
    assert "から）" in shown

    manager.post(
        "/desk/decisions/hand-over/", {"source": "kankyo/kakaricho", "target": "zaisei/kacho", "why": "課の統合"}
    )

    assert "止まっている文書はありません" in manager.get("/desk/decisions/hand-over/").text
    assert decision.title in desk(people["zaisei"]).get("/desk/decisions/").text
    assert manager.get("/desk/decisions/absences/").status_code == 200


def test_routes_are_read_in_words(people: dict[str, Account]) -> None:
    make_route()

    text = desk(people["kusano"]).get("/desk/decisions/routes/").text

    assert "起案者の課 課長" in text
    assert "財政課 課長" in text
    assert "この職がない課では省きます" in text


def test_the_box_asks_the_same_number_of_questions_for_one_and_for_three(people: dict[str, Account]) -> None:
    client = desk(people["kakari"])
    sent(people)
    client.get("/desk/decisions/")

    def questions() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/desk/decisions/").status_code == 200
        return len(caught)

    one = questions()
    sent(people)
    sent(people)
    assert questions() == one


def test_an_attachment_and_the_subject_are_shown(
    people: dict[str, Account], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Licence:
        key = "festival.licence"

        def show(self, _viewer: object, key: str) -> Shown:
            return Shown(f"許可 {key}", pairs=(("場所", "港"),))

    settings.FILES_ROOT = tmp_path
    monkeypatch.setitem(subjects._items, "festival.licence", Licence())
    estimate = store(b"estimate", name="見積書.txt")
    decision = sent(people, attachments=[estimate], subject=("festival.licence", "12"))
    client = desk(people["kakari"])

    text = client.get(f"/desk/decisions/{decision.pk}/").text
    assert "見積書.txt" in text
    assert "許可 12" in text
    answer = client.get(f"/desk/decisions/{decision.pk}/files/{estimate.pk}/")
    assert answer.content == b"estimate"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_panel_counts_what_waits(people: dict[str, Account]) -> None:
    sent(people)

    assert "回議・合議を待っているもの：1" in desk(people["kakari"]).get("/desk/").text


def test_the_sample_city_brings_routes_and_deputies_and_loading_twice_changes_nothing() -> None:
    report = load_city(SAMPLE_CITY, by="test")
    assert not report.faults, [str(fault) for fault in report.faults]

    assert set(Route.objects.values_list("key", flat=True)) >= {"spending", "section", "permits"}
    assert DeputyRule.objects.count() == 13
    load_city(SAMPLE_CITY, by="test")
    assert RouteVersion.objects.count() == Route.objects.count()


def test_a_wrong_route_in_the_city_folder_is_told_with_its_place(tmp_path: Path) -> None:
    for name in ("city.toml", "sections.csv", "posts.csv", "areas.csv"):
        (tmp_path / name).write_bytes((SAMPLE_CITY / name).read_bytes())
    (tmp_path / "routes.toml").write_text(
        '[[routes]]\nkey = "a"\ntitle = "い"\n'
        'levels = [{ key = "k", seats = [{ section = "nowhere", post = "kacho" }] }]\n'
        'deciding = [{ level = "k" }]\n[[routes]]\nkey = "a"\n',
        encoding="utf-8",
    )
    (tmp_path / "deputies.csv").write_text(
        "section,post,deputy_section,deputy_post,may_decide,order\nkankyo,kacho,kankyo,kacho,1,1\nx,kacho,kankyo,kacho,1,1\n",
        encoding="utf-8",
    )

    report = load_city(tmp_path, by="test")

    told = [str(fault) for fault in report.faults if "routes" in str(fault) or "deputies" in str(fault)]
    assert any("nowhere" in each for each in told)
    assert len(told) == 4
