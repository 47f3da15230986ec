"""The residents' pages: finding, beginning, handing in, following; and somebody else's filing is not there."""

import uuid
from io import BytesIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from tests.civic.procedures.samples import TYPED, stall
from tests.shared.documents.orders import REASONS
from tests.sign_in import resident_client, staff_client
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.drafting import publish, save_draft
from todoke.civic.procedures.actions.filing import Filer, begin, submit
from todoke.civic.procedures.actions.following import ask_correction
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.queries import catalogue
from todoke.ground.people.models import Mandate
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.rules import ANONYMOUS, Level
from todoke.shared.casework.models import Letter
from todoke.shared.documents.actions.issuing import issue
from todoke.shared.documents.registry import Leave, leaves
from todoke.shared.paperwork.actions.responses import Posted, take

AWAY = 404


@pytest.fixture(autouse=True)
def calm(db):
    cache.clear()
    catalogue._cards.clear()


@pytest.fixture
def holder(version):
    """The browser of somebody who has begun without signing in, everything answered."""
    client = Client()
    client.post(reverse("procedures-public:begin", args=["stall"]))
    take(Filing.objects.get().response, Posted(TYPED), at=now())
    return client


def at(name, filing, *more):
    return reverse(f"procedures-public:{name}", args=[filing.response.key, *more])


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("", True),
        ("やたい", False),
        ("屋台", True),
        ("ﾔﾀｲ", False),
        ("STALL", True),
        ("道 許可", True),
        ("道 犬", False),
    ],
)
def test_the_catalogue_is_searched_by_folded_words(client, version, query, is_found):
    answer = client.get(reverse("procedures-public:catalogue"), {"q": query})

    assert ("屋台の出店" in text(answer)) is is_found


def test_the_catalogue_is_narrowed_by_section_and_leaves_out_what_is_not_listed(client, version):
    address = reverse("procedures-public:catalogue")

    assert "屋台の出店" in text(client.get(address, {"section": "doboku"}))
    version.procedure.is_listed = False
    version.procedure.save()
    assert "屋台の出店" not in text(client.get(address))
    assert client.get(reverse("procedures-public:procedure", args=["stall"])).status_code == 200


def test_the_catalogue_asks_as_much_of_the_database_for_many_as_for_one(
    client, clerk, version, django_assert_max_num_queries
):
    for number in range(3):
        draft = save_draft(stall(key=f"stall-{number}", flow="notification", route=""), viewer=clerk, at=now())
        publish(draft.procedure, viewer=clerk, at=now())
    client.get("/procedures/")

    with django_assert_max_num_queries(6):
        assert text(client.get("/procedures/")).count("屋台の出店") == 4


def test_a_procedure_for_staff_is_not_there(client, clerk):
    draft = save_draft(stall(flow="notification", route="", audience="staff"), viewer=clerk, at=now())
    publish(draft.procedure, viewer=clerk, at=now())

    assert "屋台の出店" not in text(client.get("/procedures/"))
    assert client.get("/procedures/stall/").status_code == AWAY
    assert client.post("/procedures/stall/begin/").status_code == AWAY


def test_the_page_says_what_it_costs_what_to_bring_and_what_can_be_left_out(client, version):
    page = text(client.get("/procedures/stall/"))

    for words in ("占用料", "見本条例別表", "配置図", "省略できます", "10日", "見本条例第1条", "手続きを始める"):
        assert words in page


@pytest.mark.parametrize(
    ("change", "words"),
    [({"closes_at": now()}, "受付は終わりました"), ({"responses_max": 1}, "定員に達しました")],
)
def test_what_is_shut_says_so_and_is_not_begun(client, filled_in, change, words):
    submit(filled_in, submit_key="k", viewer=ANONYMOUS, at=now())
    form = filled_in.version.procedure.form
    for name, value in change.items():
        setattr(form, name, value)
    form.save()

    page = text(client.get("/procedures/stall/"))
    answer = client.post("/procedures/stall/begin/")

    assert words in page
    assert "手続きを始める" not in page
    assert answer.status_code == 409
    assert Filing.objects.count() == 1


def test_who_has_to_sign_in_is_sent_there_first(client, clerk):
    draft = save_draft(stall(flow="notification", route="", level="contact"), viewer=clerk, at=now())
    publish(draft.procedure, viewer=clerk, at=now())

    answer = client.post("/procedures/stall/begin/")
    assert answer.status_code == 302
    assert "way=" in answer.url
    assert "サインインして始める" in text(client.get("/procedures/stall/"))

    signed_in = resident_client(Level.CONTACT)
    assert "/pages/you/" in signed_in.post("/procedures/stall/begin/").url


def test_a_mandate_that_is_not_theirs_is_refused(client, version):
    answer = client.post("/procedures/stall/begin/", {"for": "mandate.1"})

    assert answer.status_code == 409
    assert "選んだ代理は、いま使えません" in text(answer)


def test_the_review_shows_the_quote_and_hands_in_once(holder):
    filing = Filing.objects.get()
    page = text(holder.get(at("review", filing)))
    assert "2,000円" in page
    assert "いりません" in page

    for _click in range(2):
        answer = holder.post(at("review", filing), {"submit_key": "k"})
        assert answer.url == at("receipt", filing)

    filing.refresh_from_db()
    assert filing.case is not None
    receipt = text(holder.get(at("receipt", filing)))
    assert "受け付けました" in receipt
    assert "2,000円" in receipt


def test_who_may_not_apply_sees_why_and_no_button(holder):
    filing = Filing.objects.get()
    take(filing.response, Posted({"area": {"": ["0"]}}), at=now())

    page = text(holder.get(at("review", filing)))
    answer = holder.post(at("review", filing), {"submit_key": "k"})

    assert "広さは1平方メートルからです。" in page
    assert "この内容で提出する" not in page
    assert answer.status_code == 409
    filing.refresh_from_db()
    assert filing.case is None


@pytest.fixture
def theirs(version):
    """A filing of a resident who has signed in, handed in; with the resident."""
    resident = new_resident(now())
    filing = begin(version, Filer(ANONYMOUS), at=now())
    Filing.objects.filter(pk=filing.pk).update(resident=resident)
    filing.refresh_from_db()
    take(filing.response, Posted(TYPED), at=now())
    submit(filing, submit_key="k", viewer=ANONYMOUS, at=now())
    filing.refresh_from_db()
    return filing, resident


STRANGERS = {
    "another browser": Client,
    "another resident": lambda: resident_client(Level.CARD),
    "staff of the section": lambda: staff_client(
        "procedures.take", "casework.read", "casework.handle", section="doboku"
    ),
}


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_elses_filing_is_not_there(theirs, stranger, method):
    filing, _resident = theirs
    client = STRANGERS[stranger]()
    names = {
        "get": ("filing", "review", "pause", "receipt", "withdraw"),
        "post": ("write", "withdraw", "review", "pause"),
    }

    found = [getattr(client, method)(at(name, filing)).status_code for name in names[method]]
    found.append(getattr(client, method)(at("page", filing, "you")).status_code)
    found += [client.get(at("document", filing, uuid.uuid4())).status_code]

    assert set(found) == {AWAY}
    assert not Letter.objects.exists()


def test_the_owner_sees_it_and_it_is_in_their_list(theirs):
    filing, resident = theirs
    client = resident_client(Level.CONTACT, resident)

    page = text(client.get(at("filing", filing)))

    assert filing.case.number in page
    assert "受付済み" in page
    assert "屋台の出店" in text(client.get(reverse("procedures-public:mine")))
    assert "屋台の出店" not in text(resident_client(Level.CARD).get(reverse("procedures-public:mine")))


def test_the_receipt_code_opens_it_in_any_browser_and_a_wrong_one_does_not(theirs):
    filing, _resident = theirs
    client, address = Client(), reverse("procedures-public:status")

    assert client.post(address, {"code": "0000-0000-00"}).status_code == 422
    assert client.post(address, {"code": ""}).status_code == 422
    assert client.get(at("filing", filing)).status_code == AWAY
    answer = client.post(address, {"code": filing.response.receipt_code.lower()})
    assert answer.url == at("filing", filing)
    assert client.get(answer.url).status_code == 200


def test_codes_are_not_tried_out_without_end(client, theirs):
    filing, _resident = theirs
    address = reverse("procedures-public:status")
    answers = [client.post(address, {"code": f"{number:010}"}).status_code for number in range(21)]

    assert answers[-1] == 429
    assert client.post(address, {"code": filing.response.receipt_code}).status_code == 429


def test_a_correction_is_read_made_and_handed_in(clerk, holder):
    filing = Filing.objects.get()
    holder.post(at("review", filing), {"submit_key": "k"})
    filing.refresh_from_db()
    told = {"reason": "広さが図と違います。", "revision": filing.case.revision, "viewer": clerk, "at": now()}
    ask_correction(filing, ["area"], **told)

    page = text(holder.get(at("filing", filing)))
    assert "広さが図と違います。" in page
    assert "杉本" not in page
    assert at("page", filing, "stall") in page

    take(filing.response, Posted({"area": {"": ["6"]}}), at=now())
    assert holder.post(at("review", filing), {"submit_key": "k2"}).url == at("receipt", filing)
    filing.case.refresh_from_db()
    assert filing.case.state == "received"
    assert "書き直す" not in text(holder.get(at("filing", filing)))


def test_a_letter_is_written_once_and_an_empty_one_is_refused(holder):
    filing = Filing.objects.get()
    holder.post(at("review", filing), {"submit_key": "k"})
    once = str(uuid.uuid4())

    for _click in range(2):
        assert holder.post(at("write", filing), {"once": once, "body": "いつ終わりますか。"}).status_code == 302
    assert holder.post(at("write", filing), {"once": str(uuid.uuid4()), "body": " "}).status_code == 422

    assert Letter.objects.count() == 1
    assert "いつ終わりますか。" in text(holder.get(at("filing", filing)))


def test_it_is_taken_back_after_a_page_that_says_what_that_means(holder):
    filing = Filing.objects.get()
    holder.post(at("review", filing), {"submit_key": "k"})

    assert "元に戻せません" in text(holder.get(at("withdraw", filing)))
    holder.post(at("withdraw", filing))

    filing.refresh_from_db()
    assert filing.case.outcome == "withdrawn"
    assert holder.get(at("withdraw", filing)).status_code == 302


def test_private_pages_are_kept_by_no_cache(theirs):
    filing, resident = theirs
    answer = resident_client(Level.CONTACT, resident).get(at("filing", filing))

    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


class Always:
    """Gives leave to seal whatever is asked."""

    key = "tests.always"

    def leave(self, key, request):
        return Leave("試験", in_japan(now()).date())


def test_the_owner_alone_gets_the_paper_that_was_issued(clerk, theirs, monkeypatch):
    filing, resident = theirs
    monkeypatch.setattr(leaves, "_items", {Always.key: Always()})
    paper = issue(
        "senyo-fukyoka",
        {"applicant.name": "汐入 渚", "applied.date": in_japan(now()).date(), "place": "凪浜市港町1丁目"},
        section=filing.case.section,
        subject=("procedures.filing", str(filing.response.key)),
        viewer=clerk,
        at=now(),
        addressee=("汐入 渚　様",),
        reasons=REASONS,
        seal="shicho",
        leave=(Always.key, "1"),
        custody=filing.response.custody,
    )
    owner, address = resident_client(Level.CONTACT, resident), at("document", filing, paper.key)

    page = text(owner.get(at("filing", filing)))
    answer = owner.get(address)

    assert address in page
    assert "/documents/verify/" in page
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert {make().get(address).status_code for make in STRANGERS.values()} == {AWAY}


def questions_for(client, address):
    """How many questions to the database this page asks."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_a_page_with_many_letters_asks_as_much_of_the_database_as_with_one(holder):
    filing = Filing.objects.get()
    holder.post(at("review", filing), {"submit_key": "k"})
    for _each in range(2):
        holder.post(at("write", filing), {"once": str(uuid.uuid4()), "body": "いつ終わりますか。"})
    holder.get(at("filing", filing))
    before = questions_for(holder, at("filing", filing))
    for _each in range(4):
        holder.post(at("write", filing), {"once": str(uuid.uuid4()), "body": "もう一度聞きます。"})
    holder.get(at("filing", filing))

    assert questions_for(holder, at("filing", filing)) == before
    assert before <= 30


def test_a_list_of_many_filings_asks_as_much_of_the_database_as_of_one(version):
    client, address = Client(), reverse("procedures-public:mine")
    client.post("/procedures/stall/begin/")
    before = questions_for(client, address)
    for _each in range(3):
        client.post("/procedures/stall/begin/")

    assert questions_for(client, address) == before
    assert text(client.get(address)).count("屋台の出店") == 4


def test_a_photo_is_sent_with_a_page_and_shown_on_the_review(holder):
    filing = Filing.objects.get()
    photo = BytesIO()
    Image.new("RGB", (20, 20), "teal").save(photo, "PNG")
    photo.seek(0)
    photo.name = "配置図.png"
    asked = {"area": "4", "again": "no", "shown@area": "", "shown@again": "", "shown@plan": ""}

    holder.post(at("page", filing, "stall"), {**asked, "next": "1"})
    holder.post(at("page", filing, "stall"), {**asked, "plan": photo, "act@plan@send": "1"})

    assert "配置図.png" in text(holder.get(at("review", filing)))
    assert filing.response.uploads.count() == 1


def test_a_mandate_in_force_can_be_chosen_and_stands_on_the_filing(version):
    agent, principal, today = new_resident(now()), new_resident(now()), in_japan(now()).date()
    mandate = Mandate.objects.create(
        principal=principal,
        agent=agent,
        kind="voluntary",
        scope=["procedures.stall"],
        state="confirmed",
        confirmed_at=now(),
        start_date=today,
        end_date=today,
    )
    client = resident_client(Level.CONTACT, agent)

    page = text(client.get("/procedures/stall/"))
    client.post("/procedures/stall/begin/", {"for": f"mandate.{mandate.pk}"})

    filing = Filing.objects.get()
    assert principal.reference in page
    assert (filing.mandate, filing.proxy, filing.resident) == (mandate, "chosen", agent)
    assert client.post("/procedures/stall/begin/", {"for": "legal"}).status_code == 409
