"""The staff's pages: each once by somebody who may, and once by somebody who may not."""

import pytest
from django.test import Client

from tests.shared.documents.orders import DecidedForTests, a_permit
from tests.sign_in import make_staff, sign_in
from todoke.base.clock import in_japan, now
from todoke.base.registry import Registry
from todoke.ground.looks.models import Look
from todoke.ground.people.queries import viewer_for
from todoke.shared.documents.actions import issuing
from todoke.shared.documents.actions.issuing import issue_order, shred
from todoke.shared.documents.models import DocumentNumber, DocumentState, NumberState

EVERYTHING = (
    "documents.read",
    "documents.issue",
    "documents.withdraw",
    "documents.numbers",
    "documents.seals",
)


@pytest.fixture(autouse=True)
def decisions(monkeypatch):
    registry = Registry("documents.leaves")
    registry.register(DecidedForTests())
    monkeypatch.setattr(issuing, "leaves", registry)


@pytest.fixture
def account(doboku):
    return make_staff(EVERYTHING, section="doboku", name="杉本 剛")


@pytest.fixture
def desk(account) -> Client:
    return sign_in(Client(), account)


@pytest.fixture
def neighbour(doboku) -> Client:
    return sign_in(Client(), make_staff(EVERYTHING, section="kankyo", name="草野 ゆい"))


@pytest.fixture
def permit(doboku, account):
    return issue_order(a_permit(), section=doboku, viewer=viewer_for(account, in_japan(now()).date()), at=now())


def test_the_register_finds_by_number_section_and_state(desk, permit):
    found = desk.get("/desk/documents/", {"number": "凪土第1号", "section": "doboku", "state": "valid"})
    other = desk.get("/desk/documents/", {"number": "第9号"})

    assert "道路占用許可書" in found.content.decode()
    assert "当てはまる公文書はありません" in other.content.decode()


def test_a_register_of_three_asks_no_more_than_one_of_one(desk, permit, doboku, account, django_assert_max_num_queries):
    viewer = viewer_for(account, in_japan(now()).date())
    for revision in (2, 3):
        issue_order(a_permit(revision=revision), section=doboku, viewer=viewer, at=now())

    with django_assert_max_num_queries(16):
        text = desk.get("/desk/documents/").content.decode()

    assert text.count("道路占用許可書") == 3


def test_another_section_sees_nothing_of_it(neighbour, permit):
    assert "道路占用許可書" not in neighbour.get("/desk/documents/").content.decode()
    for page in ("", "paper.pdf", "withdraw/"):
        assert neighbour.get(f"/desk/documents/{permit.key}/{page}").status_code == 404


def test_one_document_shows_seal_state_and_the_way_to_verify(desk, permit):
    text = desk.get(f"/desk/documents/{permit.key}/").content.decode()

    for said in ("凪浜市長之印", "決裁第7号", "試験 花子", "/documents/verify/", permit.sha256):
        assert said in text


def test_who_reads_addressee_or_paper_leaves_a_look(desk, permit, account):
    for page in ("", "paper.pdf"):
        desk.get(f"/desk/documents/{permit.key}/{page}")

    looks = Look.objects.filter(target_key=str(permit.pk), viewer=f"people.account:{account.pk}").order_by("pk")
    assert [(look.what, look.way) for look in looks] == [("公文書の相手", "page"), ("公文書の全文", "export")]


def test_the_paper_is_handed_out_and_after_its_time_is_not(desk, permit):
    answer = desk.get(f"/desk/documents/{permit.key}/paper.pdf")
    shred(permit, by="test", at=now(), why="保存期間の満了")

    assert answer.content.startswith(b"%PDF")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "花子" not in answer.headers["Content-Disposition"]
    assert desk.get(f"/desk/documents/{permit.key}/paper.pdf").status_code == 404
    assert "内容を消去しました" in desk.get(f"/desk/documents/{permit.key}/").content.decode()


def test_a_document_that_was_withdrawn_still_says_so_when_its_reason_is_gone(desk, permit, account):
    viewer = viewer_for(account, in_japan(now()).date())
    issuing.withdraw(permit, "試験 花子さんの申出", viewer=viewer, at=now())
    shred(permit, by="test", at=now(), why="保存期間の満了")

    text = desk.get(f"/desk/documents/{permit.key}/").content.decode()

    assert "この文書は、いまは使えません" in text
    assert "花子" not in text


def test_a_document_is_withdrawn_with_a_reason(desk, permit):
    address = f"/desk/documents/{permit.key}/withdraw/"

    empty = desk.post(address, {"reason": ""})
    done = desk.post(address, {"reason": "申請の取下げ"})
    again = desk.post(address, {"reason": "もう一度"})

    permit.refresh_from_db()
    assert (empty.status_code, done.status_code, again.status_code) == (422, 302, 422)
    assert (permit.state, permit.end_reason) == (DocumentState.WITHDRAWN, "申請の取下げ")
    assert "申請の取下げ" in desk.get(f"/desk/documents/{permit.key}/").content.decode()
    assert "元に戻すことはできません" in desk.get(address).content.decode()


def test_a_number_is_reserved_and_voided(desk, permit):
    reserved = desk.post("/desk/documents/numbers/", {"series": "doboku", "purpose": "県への照会"})
    number = DocumentNumber.objects.get(state=NumberState.RESERVED)
    asked = desk.get(f"/desk/documents/numbers/{number.pk}/void/")
    voided = desk.post(f"/desk/documents/numbers/{number.pk}/void/", {"reason": "取りやめ"})
    again = desk.post(f"/desk/documents/numbers/{number.pk}/void/", {"reason": "取りやめ"})

    text = desk.get("/desk/documents/numbers/").content.decode()
    assert (reserved.status_code, asked.status_code, voided.status_code, again.status_code) == (302, 200, 302, 422)
    assert "欠番" in text
    assert "取りやめ" in text
    assert desk.post("/desk/documents/numbers/", {"series": "doboku", "purpose": ""}).status_code == 422


def test_another_sections_number_is_not_voided(neighbour, desk):
    desk.post("/desk/documents/numbers/", {"series": "doboku", "purpose": "照会"})
    number = DocumentNumber.objects.get()

    assert neighbour.post(f"/desk/documents/numbers/{number.pk}/void/", {"reason": "x"}).status_code == 404


def test_seals_their_drawing_and_their_uses(desk, permit):
    seals = desk.get("/desk/documents/seals/").content.decode()
    drawing = desk.get("/desk/documents/seals/shicho.svg")
    uses = desk.get("/desk/documents/seals/uses/", {"seal": "shicho"}).content.decode()
    none = desk.get("/desk/documents/seals/uses/", {"seal": "shomei-senyo"}).content.decode()

    assert "凪浜市長職務代理者印" in seals
    assert drawing.headers["Content-Type"] == "image/svg+xml"
    assert "道路占用許可書（8凪土第1号）" in uses
    assert "まだ使われていません" in none
    assert desk.get("/desk/documents/seals/nothing.svg").status_code == 404


def test_clauses_say_whether_they_were_confirmed(desk):
    text = desk.get("/desk/documents/clauses/").content.decode()

    assert "行政不服審査法第18条" in text
    assert "法規担当の確認がまだ" in text


@pytest.mark.parametrize("key", ["senyo-kyoka", "senyo-fukyoka", "risai-shomei", "koen-shonin"])
def test_every_letter_is_shown_as_a_picture(desk, key):
    page = desk.get(f"/desk/documents/letters/{key}/").content.decode()
    picture = desk.get(f"/desk/documents/letters/{key}/1.png")

    assert f"/desk/documents/letters/{key}/1.png" in page
    assert picture.content.startswith(b"\x89PNG")
    assert desk.get(f"/desk/documents/letters/{key}/9.png").status_code == 404
    assert key in desk.get("/desk/documents/letters/").content.decode()
