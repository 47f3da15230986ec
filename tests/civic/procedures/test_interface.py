"""The JSON interface: what a programme reads and files, with the rights of the pages; and what is thrown at it."""

import json
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from tests.civic.procedures.conftest import RIGHTS
from tests.civic.procedures.samples import MAIL, TYPED, stall
from tests.ground.files import hostile
from tests.sign_in import make_staff, resident_client
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.drafting import publish, save_draft
from todoke.civic.procedures.actions.exporting import save_layout
from todoke.civic.procedures.actions.following import ask_correction
from todoke.civic.procedures.actions.interfaces import give_key
from todoke.civic.procedures.models import Filing, InterfaceKey, ProcedureVersion
from todoke.civic.procedures.queries import catalogue
from todoke.civic.procedures.views.interface.api import described
from todoke.ground.files.models import Document
from todoke.ground.looks.models import Look
from todoke.ground.people.models import Posting
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.rules import Level
from todoke.shared.paperwork.filling.receipts import PLACE_MAX
from todoke.shared.paperwork.queries import filled

ROOT = "/api/v1/"
PROBLEM = "application/problem+json"
COLUMNS = [{"from": "case.number", "heading": "番号"}, {"from": "area", "heading": "広さ"}]
ANSWERS = {**TYPED, "area": "4", "again": "yes", "applicant.mail": [MAIL]}


@pytest.fixture(autouse=True)
def calm(db):
    cache.clear()
    catalogue._cards.clear()


class Programme:
    """A programme that speaks JSON, with the token of its filing and a language."""

    def __init__(self, client: Client | None = None, language: str = "ja") -> None:
        self.client, self.token, self.language = client or Client(), "", language

    def ask(self, method: str, path: str, told: Any = None) -> Any:
        headers = {"X-Filing-Token": self.token, "Accept-Language": self.language}
        body = {} if told is None else {"data": json.dumps(told), "content_type": "application/json"}
        return getattr(self.client, method)(ROOT + path, headers=headers, **body)

    def begin(self) -> str:
        begun = self.ask("post", "procedures/stall/filings", {})
        assert begun.status_code == 201, begun.content.decode()
        self.token = begun.json()["token"]
        return str(begun.json()["key"])


@pytest.fixture
def programme(version: ProcedureVersion) -> Programme:
    return Programme()


def sure(clerk: Any, level: str = "account") -> ProcedureVersion:
    draft = save_draft(stall(flow="notification", route="", level=level), viewer=clerk, at=now())
    return publish(draft.procedure, viewer=clerk, at=now())


def test_what_the_city_offers_is_read_in_the_reader_s_language(programme):
    listed = programme.ask("get", "procedures?q=屋台").json()
    one = Programme(language="en").ask("get", "procedures/stall").json()
    form = programme.ask("get", "procedures/stall/form")

    assert [card["key"] for card in listed["procedures"]] == ["stall"]
    assert (one["name"], one["level"], one["opening"]) == ("A stall", "none", "open")
    assert form.json()["pages"][1]["questions"][0]["key"] == "area"
    assert programme.ask("get", "procedures/stall/form?version=1").json() == form.json()
    assert programme.ask("get", "procedures/stall/form?version=2").status_code == 404


def test_what_is_for_staff_or_not_published_is_not_there(programme, clerk):
    staff = save_draft(stall(key="review", flow="notification", route="", audience="staff"), viewer=clerk, at=now())
    publish(staff.procedure, viewer=clerk, at=now())

    for path in ("procedures/review", "procedures/review/form", "procedures/nothing"):
        answer = programme.ask("get", path)
        assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert programme.ask("post", "procedures/review/filings", {}).status_code == 404


def test_a_filing_from_its_beginning_to_its_correction(programme, clerk):
    key = programme.begin()

    wrong = programme.ask("patch", f"filings/{key}/answers", {"answers": {"area": "四"}}).json()
    assert not wrong["is_complete"]
    assert {"area", "again"} <= {fault["where"].partition(":")[0] for fault in wrong["faults"]}
    early = programme.ask("post", f"filings/{key}/submission", {"submit_key": "k"})
    assert (early.status_code, early.json()["code"]) == (409, "incomplete")

    right = programme.ask("patch", f"filings/{key}/answers", {"answers": ANSWERS, "page": "you"}).json()
    assert (right["is_complete"], right["fee_yen"], right["refusals"]) == (True, 2000, [])
    first = programme.ask("post", f"filings/{key}/submission", {"submit_key": "k"}).json()
    again = Programme()
    status = again.ask("post", "status", {"code": first["code"].lower()}).json()
    assert (status["number"], status["awaits"], status["is_open"]) == (first["number"], "office", True)

    filing = Filing.objects.get()
    ask_correction(filing, ["area"], reason="図と違います。", revision=filing.case.revision, viewer=clerk, at=now())
    told = again.ask("post", "status", {"code": first["code"]}).json()
    assert (told["awaits"], told["reason"]) == ("correction", "図と違います。")


def test_handing_in_twice_is_one(programme):
    key = programme.begin()
    programme.ask("patch", f"filings/{key}/answers", {"answers": ANSWERS})

    first = programme.ask("post", f"filings/{key}/submission", {"submit_key": "k"}).json()
    filing = Filing.objects.get()

    assert first["is_new"]
    assert filing.case.number == first["number"]
    # What has been handed in is opened by the code or a sign-in; the draft's token has done its work.
    assert programme.ask("get", f"filings/{key}").status_code == 404


def test_who_may_not_apply_reads_why(programme):
    key = programme.begin()
    programme.ask("patch", f"filings/{key}/answers", {"answers": {**ANSWERS, "area": "0"}})

    refused = programme.ask("post", f"filings/{key}/submission", {"submit_key": "k"})

    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-apply")
    assert refused.json()["faults"][0]["says"] == "広さは1平方メートルからです。"


def test_a_file_comes_with_it_and_a_hostile_one_is_told(programme):
    key = programme.begin()
    programme.ask("patch", f"filings/{key}/answers", {"answers": {**ANSWERS, "again": "no"}})
    headers = {"X-Filing-Token": programme.token}
    svg, photo = BytesIO(hostile.SVG), BytesIO(hostile.picture_with_place())
    svg.name, photo.name = "map.svg", "map.jpg"

    refused = programme.client.post(f"{ROOT}filings/{key}/files/plan", {"file": svg}, headers=headers).json()
    assert "SVG" in next(fault["says"] for fault in refused["faults"] if fault["where"] == "plan")
    assert not Document.objects.exists()
    kept = programme.client.post(f"{ROOT}filings/{key}/files/plan", {"file": photo}, headers=headers).json()
    assert kept["is_complete"]
    assert programme.client.post(f"{ROOT}filings/{key}/files/area", {"file": photo}, headers=headers).status_code == 404


def test_nobody_names_another_s_file_in_an_answer(programme):
    key = programme.begin()
    forged = {"kept": [json.dumps({"file": "1", "name": "x", "size": 1, "type": "x"})]}

    programme.ask("patch", f"filings/{key}/answers", {"answers": {"again": "no", "plan": forged}})

    assert "plan" not in filled(key).sheet or not filled(key).sheet["plan"].raw.get("kept")


def test_without_its_token_a_draft_is_not_there(programme):
    key = programme.begin()
    stranger = Programme()

    for method, path, told in (
        ("get", f"filings/{key}", None),
        ("patch", f"filings/{key}/answers", {"answers": {}}),
        ("post", f"filings/{key}/submission", {"submit_key": "k"}),
    ):
        for token in ("", "a" * 32, programme.token[:-1] + "a"):
            stranger.token = token
            assert stranger.ask(method, path, told).status_code == 404


def test_a_procedure_that_asks_who_it_is_wants_a_session_and_its_mark(clerk):
    sure(clerk)
    owner = new_resident(now())
    assert Programme().ask("post", "procedures/stall/filings", {}).json()["code"] == "level-too-low"
    low = Programme(resident_client(Level.CONTACT, owner))
    assert low.ask("post", "procedures/stall/filings", {}).status_code == 403

    strict = Client(enforce_csrf_checks=True)
    strict.cookies = resident_client(Level.ACCOUNT, owner).cookies
    without = Programme(strict).ask("post", "procedures/stall/filings", {})
    assert (without.status_code, without.json()["code"]) == (403, "csrf")
    assert not Filing.objects.exists()

    signed_in = Programme(resident_client(Level.ACCOUNT, owner))
    key = signed_in.begin()
    signed_in.ask("patch", f"filings/{key}/answers", {"answers": ANSWERS})
    code = signed_in.ask("post", f"filings/{key}/submission", {"submit_key": "k"}).json()["code"]

    assert "reason" in signed_in.ask("get", f"filings/{key}").json()
    assert "reason" not in low.ask("get", f"filings/{key}").json()
    alone = Programme().ask("post", "status", {"code": code}).json()
    assert alone["state"]
    assert "documents" not in alone


def test_codes_are_not_tried_out_by_page_and_interface_together(programme):
    for number in range(PLACE_MAX - 1):
        Client().post(reverse("procedures-public:status"), {"code": f"{number:010}"})
    assert programme.ask("post", "status", {"code": "0"}).status_code == 404

    refused = programme.ask("post", "status", {"code": "0"})

    assert (refused.status_code, refused["Retry-After"]) == (429, "300")


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "見つかりません"), ("en", "not found"), ("ja-easy", "みつかりません")]
)
def test_a_refusal_is_a_problem_in_the_language_of_whoever_asks(programme, language, words):
    programme.language = language
    answer = programme.client.get(f"{ROOT}procedures/nothing?language={language}")

    assert answer["Content-Type"] == PROBLEM
    assert words in answer.json()["detail"].replace("Not", "not")
    assert answer.json()["status"] == 404


def test_what_is_misshapen_is_told_by_its_place_and_never_repeated(programme):
    key = programme.begin()

    misshapen = programme.ask("patch", f"filings/{key}/answers", {"answers": {"area": 4, "applicant.name": [1]}})
    broken = programme.client.post(f"{ROOT}status", b"{", content_type="application/json")

    assert misshapen.status_code == 422
    assert misshapen.json()["faults"][0]["where"].startswith("body.told.answers.")
    assert (broken.status_code, broken.json()["code"]) == (400, "unreadable")


def test_a_my_number_is_a_problem_and_is_not_kept(programme):
    key = programme.begin()

    refused = programme.ask("patch", f"filings/{key}/answers", {"answers": {"applicant.name": "123456789018"}})

    assert (refused.status_code, refused["Content-Type"], refused.json()["code"]) == (400, PROBLEM, "my-number")
    assert "123456789018" not in refused.content.decode()


def test_private_answers_are_kept_by_no_cache(programme):
    key = programme.begin()

    assert "no-store" in programme.ask("get", f"filings/{key}")["Cache-Control"]


@pytest.fixture
def given(version: ProcedureVersion, clerk: Any) -> tuple[InterfaceKey, str, Any]:
    """A key for one layout, its secret, and the account of whoever gave it."""
    layout = save_layout(version.procedure, "standard", "標準", COLUMNS, viewer=clerk, at=now())
    account = make_staff((*RIGHTS, "procedures.export"), section="doboku")
    today = in_japan(now()).date()
    key, secret = give_key(layout, "基幹系", ends_on=today, viewer=viewer_for(account, today), at=now())
    return key, secret, account


def exported(secret: str, path: str = "exports/stall/standard") -> Any:
    day = in_japan(now()).date()
    query = {"start": day - timedelta(days=1), "end": day, "why": "夜間の連携"}
    return Client().get(ROOT + path, query, headers={"Authorization": f"Bearer {secret}"})


def test_a_partner_reads_its_export_and_it_is_on_the_record(programme, given):
    _key, secret, _account = given
    filing = programme.begin()
    programme.ask("patch", f"filings/{filing}/answers", {"answers": ANSWERS})
    programme.ask("post", f"filings/{filing}/submission", {"submit_key": "k"})

    told = exported(secret).json()

    assert told == {"columns": ["番号", "広さ"], "rows": [[Filing.objects.get().case.number, "4"]]}
    assert Look.objects.get().way == "export"
    assert exported(secret, "exports").json()[0]["key"] == "standard"


def test_a_key_opens_its_own_layout_as_long_as_its_giver_may(given):
    key, secret, account = given
    assert exported("wrong").status_code == 401
    assert exported("")["WWW-Authenticate"] == "Bearer"
    assert exported(secret, "exports/stall/other").status_code == 404

    Posting.objects.filter(staff__account=account).update(end_date=in_japan(now()).date() - timedelta(days=1))
    assert exported(secret).status_code == 403

    key.ended_at = now()
    key.save()
    assert exported(secret).status_code == 401


def test_keys_are_given_listed_and_ended_by_command(version, clerk):
    save_layout(version.procedure, "standard", "標準", COLUMNS, viewer=clerk, at=now())
    giver = make_staff((*RIGHTS, "procedures.export"), section="doboku", login_name="key-giver").login_name
    stranger = make_staff((*RIGHTS, "procedures.export"), section="kankyo", login_name="key-stranger").login_name
    said = StringIO()

    with pytest.raises(CommandError):
        call_command("interface_keys", "give", "stall", "standard", "基幹系", "--by", stranger, stdout=said)
    call_command("interface_keys", "give", "stall", "standard", "基幹系", "--by", giver, stdout=said)
    secret = said.getvalue().splitlines()[1]
    assert exported(secret).status_code == 200
    call_command("interface_keys", "end", str(InterfaceKey.objects.get().pk), "--by", giver, stdout=said)
    call_command("interface_keys", "list", stdout=said)

    assert exported(secret).status_code == 401
    assert "停止" in said.getvalue()
    assert "最後に使われた日" in said.getvalue()


# ---- whatever comes -----------------------------------------------------------------------------------------------

schema = schemathesis.openapi.from_dict(described())
EXAMPLES = 12
application = WSGIHandler()


@pytest.fixture
def one_connection(monkeypatch):
    """The application is called as a server calls it, in the transaction of the test: it closes no connection here."""
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


@pytest.mark.django_db
@pytest.mark.usefixtures("one_connection")
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_nothing_that_is_sent_brings_it_down(case, given):
    cache.clear()
    case.call_and_validate(app=application, base_url="http://localhost", checks=[not_a_server_error])
    programme = Programme()
    real = {"uuid": programme.begin(), "slug": "stall"}
    _key, secret, _account = given
    parameters = case.path_parameters or {}
    is_filing = "/filings/" in case.path
    if "key" in parameters:
        parameters["key"] = real["uuid" if is_filing else "slug"]
    if "question" in parameters:
        parameters["question"] = "plan"
    parameters |= {name: word for name, word in (("procedure", "stall"), ("layout", "standard")) if name in parameters}
    case.path_parameters = parameters
    headers = {"X-Filing-Token": programme.token, "Authorization": f"Bearer {secret}"}
    case.call_and_validate(app=application, base_url="http://localhost", headers=headers, checks=[not_a_server_error])


@pytest.mark.parametrize("letter", ["\x00", "\ud800", "\u202e", "\U0010ffff"])
def test_letters_that_no_database_keeps_are_taken_or_told(programme, letter):
    key = programme.begin()
    typed = {"applicant.name": {"family": f"汐{letter}入", letter: ["x"]}, "applicant.mail": letter, letter: letter}

    kept = programme.ask("patch", f"filings/{key}/answers", {"answers": typed, "page": letter})
    asked = programme.ask("post", "status", {"code": letter})
    begun = programme.ask("post", "procedures/stall/filings", {"acting": letter})
    page = reverse("procedures-public:page", args=[key, "you"])
    posted = {"held": programme.token, "shown@applicant.mail": "", "applicant.mail": "a\x00b", "next": "1"}

    assert kept.status_code in (200, 422)
    assert asked.status_code in (404, 422)
    assert begun.status_code in (409, 422)
    assert programme.client.post(page, posted).status_code in (200, 302, 400)


def test_every_address_stands_in_the_description(client):
    told = client.get(f"{ROOT}openapi.json").json()

    assert told["openapi"].startswith("3.")
    assert len(told["paths"]) == 11
    assert all(path.startswith(ROOT) for path in told["paths"])
