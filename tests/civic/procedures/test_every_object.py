"""Every address that names a thing of somebody, tried by everybody whose it is not: nothing opens, leaks or changes."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver, reverse
from PIL import Image

from tests.civic.procedures.conftest import RIGHTS
from tests.civic.procedures.samples import MAIL, TYPED, stall
from tests.civic.procedures.test_pages_resident import Always
from tests.house.test_every_url import SAMPLE_VALUES, every_address
from tests.shared.documents.orders import REASONS
from tests.sign_in import make_staff, resident_client, sign_in
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions import deciding
from todoke.civic.procedures.actions.drafting import publish, save_draft
from todoke.civic.procedures.actions.exporting import save_layout
from todoke.civic.procedures.actions.filing import Filer, begin, submit
from todoke.civic.procedures.actions.interfaces import give_key
from todoke.civic.procedures.actions.originals import keep_original
from todoke.civic.procedures.models import Filing, InterfaceKey, PaperOriginal
from todoke.ground.files.actions import store
from todoke.ground.files.models import Document
from todoke.ground.looks.models import Look
from todoke.ground.people.models import Account, Mandate, Posting, Section
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.rules import Level, Viewer
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.models import Case, EffectRun, Letter, Task
from todoke.shared.decisions.models import Absence, Attachment, Decision, Mark
from todoke.shared.documents.actions import numbers
from todoke.shared.documents.actions.issuing import issue
from todoke.shared.documents.models import DocumentNumber, OfficialDocument, Series
from todoke.shared.documents.queries import code_of
from todoke.shared.documents.registry import leaves
from todoke.shared.paperwork.actions.responses import Posted, take
from todoke.shared.paperwork.models import Response, Revision

ROOMS = (
    "procedures",
    "procedures-public",
    "procedures-interface",
    "paperwork",
    "casework",
    "decisions",
    "documents",
    "files",
    "people",
)
HERE, ELSEWHERE = "doboku", "kankyo"
# What is held in a section. What is held for the whole city (decisions.manage, people.counter) opens by right alone.
SECTIONAL = (*RIGHTS, "casework.arrange", "procedures.export", "documents.withdraw", "documents.numbers")
SAID, WRITTEN, FILE_NAME = "秘密の手紙です", "許可してよろしいか伺います", "ひみつの配置図.png"
FIRST_CASE, SECOND_CASE = "own section", "head of the section"
OWNER, TOO_LOW, OTHER, ANYBODY = "owner", "owner at too low a level", "another resident", "anonymous"
WITH_CODE, OTHER_WITH_CODE = "anonymous with the receipt code", "another resident with the receipt code"
MANDATE_OVER, AGENT = "agent whose mandate is over", "who asks to act for the owner"
NO_RIGHT, NEIGHBOUR, MOVED = "own section without a right", "another section", "moved to another section"


@dataclass(frozen=True)
class Row:
    """One address: the thing it names, what is posted to it, who gets in, and who sees the words of its state alone."""

    thing: str
    let_in: tuple[str, ...]
    words_alone: tuple[str, ...] = ()
    gets: bool = True
    posts: dict[str, Any] | None = None
    more: dict[str, Any] = field(default_factory=dict)
    # Who posts a second time is told that it is done, and so is who has nothing to do there.
    says_nothing: bool = False


CODES = (TOO_LOW, WITH_CODE, OTHER_WITH_CODE)
CLERKS = (FIRST_CASE, SECOND_CASE)
FILED = {"thing": "filing", "let_in": (OWNER,)}
CASE = {"thing": "case", "let_in": CLERKS}
TYPING = {"thing": "filing", "let_in": CLERKS}
PAPER = {"thing": "document", "let_in": CLERKS}
DRAFT: dict[str, Any] = {"thing": "procedure", "let_in": CLERKS, "posts": {}}
# The builder's pages, and what they name of the draft.
BUILDING: dict[str, dict[str, Any]] = {
    **{name: {} for name in ("-basics", "-fee", "-form", "-handling", "-history", "-letters", "-new-test")},
    **{name: {} for name in ("-papers", "-publish", "-texts", "-who")},
    **{name: {"number": 0} for name in ("-condition", "-paper", "-test")},
    **{name: {"page": "you"} for name in ("-page", "-preview")},
    "-question": {"question": "area"},
    "-rule": {"place": "visible:plan"},
    **{name: {} for name in ("-new-computed", "-new-table", "-offering")},
    "-computed": {"computed": "sum1"},
    "-table": {"table": "fees"},
}

TABLE: dict[str, Row] = {
    "procedures-public:filing": Row(**FILED, words_alone=CODES),
    "procedures-public:page": Row(**FILED, more={"page": "you"}, posts={"shown@applicant.mail": "", "next": "1"}),
    "procedures-public:review": Row(**FILED, posts={"submit_key": "k9"}),
    "procedures-public:pause": Row(**FILED, posts={"kind": "pin", "pin": "4711"}),
    "procedures-public:receipt": Row(**FILED),
    "procedures-public:write": Row(**FILED, gets=False, posts={"body": "開けて", "once": str(uuid.uuid4())}),
    "procedures-public:withdraw": Row(**FILED, posts={"yes": "1"}),
    "procedures-public:document": Row(**FILED, more={"document": "paper"}),
    "procedures-interface:filing": Row(**FILED, words_alone=(TOO_LOW,)),
    "procedures-interface:answers": Row(**FILED, gets=False, posts={"answers": {"area": "6"}}),
    "procedures-interface:file": Row(**FILED, gets=False, more={"question": "plan"}, posts={"file": FILE_NAME}),
    "procedures-interface:submission": Row(**FILED, gets=False, posts={"submit_key": "k7"}),
    "procedures:case": Row(**CASE),
    "procedures:compare": Row(**CASE),
    "procedures:attachment": Row(**CASE, more={"revision": 1, "question": "plan", "place": 0}),
    "procedures:case-original": Row(**CASE, more={"pk": "original"}),
    "procedures:assign": Row(**CASE, gets=False, posts={"handler": ""}),
    "procedures:transfer": Row("case", (FIRST_CASE,), posts={"section": ELSEWHERE, "reason": "移す"}),
    "procedures:letter": Row(**CASE, posts={"body": "開けて", "once": str(uuid.uuid4())}),
    "procedures:payment": Row(**CASE, gets=False, posts={"note": "領収1"}),
    "procedures:do": Row(**CASE, more={"action": "withdraw"}, posts={"reason": "なし", "revision": "3"}),
    "procedures:counter-start": Row("procedure", CLERKS, posts={"channel": "counter", "language": "ja"}),
    "procedures:counter-go-on": Row(**TYPING),
    "procedures:counter-review": Row(**TYPING, posts={"submit_key": "k8"}),
    "procedures:counter-receipt": Row(**TYPING),
    "procedures:counter-original": Row(**TYPING, more={"pk": "original"}),
    "procedures:counter-page": Row(**TYPING, more={"page": "stall"}, posts={"shown@area": "4", "area": "6"}),
    "procedures:away-form": Row("procedure", CLERKS, posts={}),
    "procedures:away-send": Row("procedure", CLERKS, gets=False, posts={}),
    "procedures:table": Row("procedure", CLERKS, posts={}),
    "procedures:table-headings": Row("procedure", CLERKS),
    "procedures:layout": Row("procedure", CLERKS, posts={}),
    "procedures:layout-file": Row("procedure", CLERKS),
    "procedures:key-end": Row("key", (FIRST_CASE,), gets=False, posts={}),
    "procedures:findings": Row("procedure", CLERKS, posts={}),
    **{f"procedures:build{name}": Row(**DRAFT, more=more) for name, more in BUILDING.items()},
    "procedures:build": Row("procedure", CLERKS),
    "procedures:build-tests": Row("procedure", CLERKS),
    "procedures:build-computed-values": Row("procedure", CLERKS),
    "procedures:build-act": Row(**DRAFT, gets=False),
    "procedures:build-drop": Row(**DRAFT, gets=False),
    "procedures:build-export": Row("procedure", CLERKS),
    "casework:effect-again": Row("effect", CLERKS, gets=False, posts={}),
    "decisions:decision": Row("decision", CLERKS, posts={"act": "approve:x/y:x/y:1", "revision": "2"}),
    "decisions:amend": Row(
        "decision", (FIRST_CASE,), posts={"title": "x", "body": "x", "revision": "2", "comment": "x"}
    ),
    "decisions:attachment": Row("decision", CLERKS, more={"document": "attached"}),
    "decisions:batch": Row(
        "batch",
        (),
        posts={"chosen": "decision"},
        says_nothing=True,
    ),
    "decisions:take-back": Row("absence", (FIRST_CASE,), gets=False, posts={"yes": "1"}),
    "documents:document": Row(**PAPER),
    "documents:paper": Row(**PAPER),
    "documents:withdraw": Row("document", (FIRST_CASE,), posts={"reason": "誤り"}),
    "documents:void-number": Row("number", (FIRST_CASE,), posts={"reason": "誤り"}),
    "people:confirm-mandate": Row("mandate", (OWNER, AGENT), posts={"yes": "1"}),
    "people:withdraw-mandate": Row("mandate", (OWNER, TOO_LOW, AGENT), gets=False, posts={"yes": "1"}),
}

# Addresses whose argument names nobody's thing, and why.
NOBODYS = {
    "procedures-public:procedure": "what the city offers to everybody",
    "procedures-public:begin": "what the city offers to everybody",
    "procedures-interface:procedure": "what the city offers to everybody",
    "procedures-interface:form": "what the city offers to everybody",
    "procedures-interface:begin": "what the city offers to everybody",
    "procedures-interface:export": "a key opens its own layout, no session any; test_interface.py",
    "procedures-public:guide-event": "what the city tells everybody",
    "procedures:guide-event": "what the city tells everybody",
    **dict.fromkeys(
        (
            *(f"procedures-public:{name}" for name in ("advice", "guide-keep", "guide-page", "guide-start")),
            *(f"procedures:{name}" for name in ("guide-advice", "guide-page", "guide-start")),
        ),
        "answers of nobody, for the browser or the code that holds them; test_guide.py",
    ),
    **dict.fromkeys(
        ("procedures:batch", "procedures:batch-again", "procedures:batch-begin", "procedures:batch-pack"),
        "many filings of a section; test_tables.py tries another one",
    ),
    "procedures:texts-file": "texts of one's own section; test_texts.py",
    "decisions:draft": "a kind of paper of the city, by right",
    "documents:verify": "what everybody may know who holds the paper; tried below",
    "documents:seal-drawing": "the city's seals, by the right to keep them",
    "documents:letter": "a letter of the city with invented facts, by right",
    "documents:letter-picture": "a letter of the city with invented facts, by right",
    "people:counter-confirm-mandate": "every counter of the city, by right",
    "people:counter-refuse-mandate": "every counter of the city, by right",
    "people:mail-link": "the secret itself is the key",
    "people:openid": "a provider",
    "people:openid-back": "a provider's answer to a question of the same session",
}


def addresses_with_things() -> Iterator[str]:
    for address in every_address(get_resolver()):
        if address.name.partition(":")[0] in ROOMS and address.name in SAMPLE_VALUES:
            yield address.name


def test_every_address_that_names_something_stands_in_the_table():
    assert set(addresses_with_things()) == set(TABLE) | set(NOBODYS), "give a new address a row, or say why it has none"
    assert not set(TABLE) & set(NOBODYS)


@dataclass
class World:
    """One of everything, who may have it, and what none of the others may read."""

    things: dict[str, dict[str, Any]]
    visitors: dict[str, Client]
    marks: tuple[str, ...]
    codes: tuple[str, ...]

    def path(self, name: str, role: str) -> str:
        row = TABLE[name]
        own = {"filing": "delegated"} if role == MANDATE_OVER else {}
        given = dict(self.things[own.get(row.thing, row.thing)])
        for argument, value in row.more.items():
            given[argument] = self.things[value]["value"] if value in self.things else value
        return reverse(name, kwargs=given)


def staff(section: str, name: str, rights: tuple[str, ...] = SECTIONAL) -> tuple[Account, Viewer]:
    account = make_staff(rights, section=section, name=name)
    return account, viewer_for(account, in_japan(now()).date())


def holding(client: Client, code: str) -> Client:
    assert client.post(reverse("procedures-public:status"), {"code": code}).status_code == 302
    return client


def picture(name: str) -> BytesIO:
    drawn = BytesIO()
    Image.new("RGB", (20, 20), "teal").save(drawn, "PNG")
    drawn.seek(0)
    drawn.name = name
    return drawn


def reckoned(document: Any) -> Any:
    """The same with a computed value and a table of prices, to be opened in the builder."""
    computed = {"sum1": {"label": {"ja": "倍"}, "formula": {"op": "add", "of": [{"name": "area"}, {"name": "area"}]}}}
    rows = [{"when": [[True]], "then": 100}, {"when": [[False]], "then": 200}]
    table = {"columns": ["truth"], "gives": "money", "rows": rows}
    look_up = {"op": "look-up", "table": "fees", "of": [{"name": "again"}]}
    fee = {**document["fee"], "formula": {"tables": {"fees": table}, "value": look_up}}
    return {**document, "form": {**document["form"], "computed": computed}, "fee": fee}


@pytest.fixture
def world(town: None, monkeypatch: pytest.MonkeyPatch) -> World:
    cache.clear()
    today = in_japan(now()).date()
    first, clerk = staff(HERE, "杉本 剛")
    head = Account.objects.get(name="堤 重信")
    neighbour, _viewer = staff(ELSEWHERE, "隣野 人")
    powerless, _viewer = staff(HERE, "無力 人", ())
    mover, moving = staff(HERE, "移川 人")
    document = stall(level="account", letters={"granted": "senyo-kyoka", "refused": "senyo-fukyoka"})
    version = publish(save_draft(document, viewer=clerk, at=now()).procedure, viewer=clerk, at=now())
    save_draft(reckoned(document), viewer=clerk, at=now())

    columns = [{"from": "case.number", "heading": "番号"}]
    layout = save_layout(version.procedure, "standard", "標準", columns, viewer=clerk, at=now())
    key, _secret = give_key(layout, "基幹系", ends_on=today, viewer=clerk, at=now())
    owner = new_resident(now())
    browser = resident_client(Level.ACCOUNT, owner)
    browser.post(reverse("procedures-public:begin", args=["stall"]))
    filing = Filing.objects.get()
    take(filing.response, Posted({**TYPED, "again": {"": ["no"]}}), at=now())
    page = reverse("procedures-public:page", args=[filing.response.key, "stall"])
    shown = {"shown@plan": "", "act@plan@send": "1"}
    browser.post(page, {**shown, "plan": picture(FILE_NAME)})
    browser.post(reverse("procedures-public:review", args=[filing.response.key]), {"submit_key": "k"})
    filing.refresh_from_db()
    assert filing.case is not None
    browser.post(
        reverse("procedures-public:write", args=[filing.response.key]), {"body": SAID, "once": str(uuid.uuid4())}
    )
    original = keep_original(filing, picture("kami.png"), viewer=clerk, at=now())
    filing.case = act(filing.case.key, "examine", viewer=clerk, revision=Case.objects.get().revision, at=now())
    proposal = deciding.propose(
        filing,
        outcome="granted",
        body=WRITTEN,
        reasons=["支障がないため。"],
        facts={},
        revision=filing.case.revision,
        viewer=moving,
        at=now(),
    )
    Posting.objects.filter(staff__account=mover).update(end_date=today - timedelta(days=1))
    old = Posting.objects.get(staff__account=mover)
    Posting.objects.create(
        staff=old.staff, section=Section.objects.get(key=ELSEWHERE), post=old.post, role=old.role, start_date=today
    )
    attached = store(b"estimate", name="見積書.txt")
    Attachment.objects.create(content=proposal.decision.contents.latest("pk"), document=attached)
    monkeypatch.setattr(leaves, "_items", {Always.key: Always()})
    paper = issue(
        "senyo-fukyoka",
        {"applicant.name": "汐入 渚", "applied.date": today, "place": "凪浜市港町1丁目"},
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
    stopped = EffectRun.objects.create(
        case=filing.case, seq=1, effect="procedures.issue-letter", once="stopped", next_at=now(), state="gave-up"
    )
    series = Series.objects.filter(section__key=HERE).first()
    number = numbers.reserve(series, "別の紙", viewer=clerk, at=now())
    absence = Absence.objects.create(
        posting=Posting.objects.get(staff__account=first),
        start_date=today + timedelta(days=9),
        end_date=today + timedelta(days=9),
        entered_by=first,
        entered_at=now(),
    )
    agent, asking = new_resident(now()), new_resident(now())
    mandate = {"principal": owner, "kind": "voluntary", "scope": ["*"], "start_date": today, "end_date": today}
    held = Mandate.objects.create(agent=agent, state="confirmed", confirmed_at=now(), asked_at=now(), **mandate)
    asked = Mandate.objects.create(agent=asking, state="asked", asked_at=now(), **mandate)
    acting = Viewer(None, "", None, frozenset(), frozenset(), agent.pk, Level.ACCOUNT)
    delegated = begin(version, Filer(acting, "chosen", held), at=now())
    take(delegated.response, Posted(TYPED), at=now())
    submit(delegated, submit_key="k2", viewer=acting, at=now())
    delegated.refresh_from_db()
    held.state, held.withdrawn_at = "withdrawn", now()
    held.save()

    filing.refresh_from_db()
    filing.response.refresh_from_db()
    code = filing.response.receipt_code
    paper.refresh_from_db()
    return World(
        {
            "filing": {"key": filing.response.key},
            "delegated": {"key": delegated.response.key},
            "case": {"key": filing.case.key},
            "original": {"value": original.pk},
            "document": {"key": paper.key},
            "paper": {"value": paper.key},
            "decision": {"pk": proposal.decision_id},
            "attached": {"value": attached.pk},
            "batch": {"route": "section", "kind": "decide", "section": HERE, "post": "kacho"},
            "absence": {"pk": absence.pk},
            "effect": {"pk": stopped.pk},
            "number": {"pk": number.pk},
            "mandate": {"pk": asked.pk},
            "procedure": {"procedure": "stall"},
            "key": {"number": key.pk},
            "verify": {"value": code_of(paper.pk)},
        },
        {
            ANYBODY: Client(),
            OTHER: resident_client(Level.SIGNED),
            TOO_LOW: resident_client(Level.CONTACT, owner),
            OWNER: browser,
            WITH_CODE: holding(Client(), code),
            OTHER_WITH_CODE: holding(resident_client(Level.SIGNED), code),
            MANDATE_OVER: resident_client(Level.ACCOUNT, agent),
            AGENT: resident_client(Level.ACCOUNT, asking),
            NO_RIGHT: sign_in(Client(), powerless),
            NEIGHBOUR: sign_in(Client(), neighbour),
            MOVED: sign_in(Client(), mover),
            FIRST_CASE: sign_in(Client(), first),
            SECOND_CASE: sign_in(Client(), head),
        },
        ("汐入", "シオイリ", MAIL, SAID, WRITTEN, FILE_NAME, "支障がないため", paper.number.text, number.text),
        (filing.case.number, delegated.case.number, code),
    )


KEPT = (
    *(Case, Task, Letter, EffectRun, Filing, PaperOriginal, Response, Revision, Document),
    *(Decision, Mark, Absence, OfficialDocument, DocumentNumber, Mandate, InterfaceKey),
)


def everything() -> dict[str, list[Any]]:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in KEPT}


def said(answer: HttpResponseBase) -> str:
    body = b"".join(answer) if answer.streaming else answer.content
    return body.decode(errors="replace") + "\n".join(f"{name}: {value}" for name, value in answer.items())


def is_refused(answer: HttpResponseBase) -> bool:
    doors = (reverse("account_login") + "?next=", reverse("people:sign-in") + "?way=")
    return answer.status_code in (403, 404) or (answer.status_code == 302 and answer["Location"].startswith(doors))


def tries(world: World, wanted: Callable[[Row, str], bool]) -> Iterator[tuple[str, str, Row, HttpResponseBase]]:
    """Every address asked, and posted to, by every visitor of whom that is wanted."""
    for name, row in TABLE.items():
        for role, client in world.visitors.items():
            if not wanted(row, role):
                continue
            path = world.path(name, role)
            if row.gets:
                yield f"GET {name} by {role}", role, row, client.get(path)
            if row.posts is not None:
                yield f"POST {name} by {role}", role, row, posted(client, name, path, row.posts)


def posted(client: Client, name: str, path: str, told: dict[str, Any]) -> HttpResponseBase:
    """As a form, or as the interface wants it."""
    if not name.startswith("procedures-interface:"):
        return client.post(path, told)
    if name.endswith(":file"):
        return client.post(path, {"file": picture(FILE_NAME)})
    ask = client.patch if name.endswith(":answers") else client.post
    return ask(path, json.dumps(told), content_type="application/json")


def test_nothing_of_somebody_else_opens_leaks_or_changes(world):
    before = everything()
    wrong = []
    for what, role, row, answer in tries(world, lambda row, role: role not in row.let_in):
        words = role in row.words_alone
        is_told_nothing = row.says_nothing and answer.status_code == 422
        if answer.status_code == 200 if not words else answer.status_code != 200:
            wrong.append(f"{what}: {answer.status_code}")
        elif not (words or is_told_nothing or is_refused(answer)):
            wrong.append(f"{what}: {answer.status_code} {answer.headers.get('Location', '')}")
        marks = world.marks if words else (*world.marks, *world.codes)
        wrong += [f"{what} tells “{mark}”" for mark in marks if mark in said(answer)]

    assert not wrong, "\n".join(wrong)
    assert everything() == before


def test_whose_it_is_gets_in(world):
    """Else the table above would be kept by a house whose every door is shut."""
    shut = [
        f"{name} by {role}: {answer.status_code}"
        for name, row in TABLE.items()
        if row.gets
        for role in row.let_in
        if is_refused(answer := world.visitors[role].get(world.path(name, role)))
    ]

    assert shut == []


def test_a_clerk_saves_a_file_as_it_was_sent_and_that_is_a_look(world):
    answer = world.visitors[FIRST_CASE].get(world.path("procedures:attachment", FIRST_CASE))

    assert answer.content.startswith(b"\x89PNG")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert answer["Content-Disposition"].startswith("attachment")
    assert Look.objects.latest("pk").what == "添付書類"


def test_what_everybody_may_know_of_a_paper_is_no_name(world):
    answer = Client().get(reverse("documents:verify", args=[world.things["verify"]["value"]]))

    assert answer.status_code == 200
    assert not [mark for mark in ("汐入", MAIL, WRITTEN) if mark in said(answer)]


def test_the_browser_of_a_draft_goes_on_and_no_other(world):
    """Its level is asked when it is handed in; signing in at a lower one elsewhere does not show what was typed."""
    browser = world.visitors[OWNER]
    browser.post(reverse("procedures-public:begin", args=["stall"]))
    draft = Filing.objects.latest("pk")
    take(draft.response, Posted(TYPED), at=now())
    address = reverse("procedures-public:page", args=[draft.response.key, "you"])

    assert browser.get(address).status_code == 200
    for role in world.visitors.keys() - {OWNER}:
        answer = world.visitors[role].get(address)
        assert is_refused(answer), role
        assert "汐入" not in said(answer)


def test_for_whom_it_was_filed_has_it_when_the_mandate_is_over(world):
    path = reverse("procedures-public:filing", args=[world.things["delegated"]["key"]])

    assert "屋台の出店" in said(world.visitors[OWNER].get(path))
    assert world.visitors[MANDATE_OVER].get(path).status_code == 404
    assert "屋台" not in said(world.visitors[MANDATE_OVER].get(reverse("procedures-public:mine")))


def test_a_draft_is_not_handed_in_by_another_resident(world):
    """Whoever has its code and second word may go on typing; whose filing it is, the sign-in says."""
    browser, other = world.visitors[OWNER], world.visitors[OTHER]
    browser.post(reverse("procedures-public:begin", args=["stall"]))
    draft = Filing.objects.latest("pk")
    take(draft.response, Posted(TYPED), at=now())
    session = other.session
    session["paperwork_held"] = [str(draft.response.key)]
    session.save()

    answer = other.post(reverse("procedures-public:review", args=[draft.response.key]), {"submit_key": "k"})

    assert answer.status_code == 409
    assert "別の人がサインインして始めた手続きです" in said(answer)
    draft.refresh_from_db()
    assert draft.case is None
