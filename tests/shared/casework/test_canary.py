"""From the filing to the paper that went out: five fiscal years after its end, no word of it is left anywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.canary import in_files, in_tables, new_word
from tests.houses import House, database, usual_server

pytestmark = pytest.mark.faults

NAMES = """
import sys, uuid
from dataclasses import replace
from datetime import date, datetime, timezone
import time_machine
from todoke.ground.files import actions as files
from todoke.ground.people.models import Section
from todoke.ground.retention.actions import custody, purging
from todoke.ground.retention.models import Custody, PurgeRun, RetentionClass
from todoke.shared.casework.models import Case, Letter
from todoke.shared.casework.private import show
from todoke.shared.documents.actions.reading import Gone, paper_of
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.documents.queries import particulars_of
from todoke.shared.paperwork.models import Response

AT = datetime(2026, 11, 24, 3, tzinfo=timezone.utc)
APRIL = datetime(2032, 3, 31, 15, tzinfo=timezone.utc)
"""

WRITE = """
from tests.shared.casework.flows import RIGHTS, action, document, resident, section, version
from tests.shared.decisions.offices import make_office, make_route, viewer
from tests.shared.documents.conftest import load_sample_city, viewer_with
from tests.shared.documents.orders import a_refusal
from tests.shared.paperwork.forms import make_form, words
from tests.sign_in import make_staff
from todoke.base.formulas import Circumstances
from todoke.ground.people.queries import viewer_for
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.actions.letters import write_letter
from todoke.shared.casework.actions.opening import Arrival, open_case
from todoke.shared.casework.actions.recording import Actor
from todoke.shared.decisions.actions.drafting import begin as draft
from todoke.shared.decisions.actions.marking import decide, mark, submit as circulate
from todoke.shared.documents.actions.issuing import issue_order, withdraw
from todoke.shared.paperwork.actions.responses import Posted, begin, submit, take

def file(word, number):
    response = begin(form, at=AT, owner="resident:7")
    take(response, Posted({"name": {"": [word]}, "story": {"": [f"{word} and more"]}}), at=AT)
    submit(response, submit_key=f"click-{number}", at=AT,
           circumstances=Circumstances(AT.date(), lambda day: day.weekday() < 5))
    response.refresh_from_db()
    return response

def work_on(response, word):
    subject = ("paperwork.response", str(response.key))
    case = open_case(flow, subject=subject, section=section(), arrival=Arrival(AT, "online"), by=Actor("test"), at=AT,
                     resident_id=7, custody=response.custody)
    def go(who, key, **more):
        case.refresh_from_db()
        act(case.key, key, viewer=who, revision=case.revision, at=AT, **more)
    go(officer, "examine")
    go(officer, "send-back", reason=word)
    go(home, "mended")
    write_letter(case.key, word, viewer=home, once=uuid.uuid4(), at=AT)
    write_letter(case.key, f"{word}?", viewer=officer, once=uuid.uuid4(), at=AT)
    paper = draft(word, route=route, facts={"amount": 500_000}, body=word, viewer=viewer(people["kusano"]), at=AT,
                  subject=("casework.case", str(case.key)))
    for step, who, more in ((circulate, "kusano", {}),
                            (mark, "kakari", {"seat": "kankyo/kakaricho", "comment": word}),
                            (decide, "kacho", {"seat": "kankyo/kacho"})):
        paper.refresh_from_db()
        step(paper.pk, revision=paper.revision, viewer=viewer(people[who]), at=AT, **more)
    order = a_refusal(subject=subject, custody=response.custody, leave=("casework.decision", str(paper.pk)),
                      addressee=(word,), reasons=(f"{word}のため、許可の基準を満たさないと認めたからです。",))
    order = replace(order, facts={**order.facts, "applicant.name": word, "place": word})
    made = issue_order(order, section=doboku, viewer=clerk, at=AT)
    withdraw(made, word, viewer=clerk, at=AT)
    go(officer, "refuse", reason=word)

with time_machine.travel(AT, tick=False):
    load_sample_city()
    RetentionClass.objects.create(code="y5", name="5", years=5, counts_from="fiscal_year", then="delete", basis="b")
    people, route = make_office(), make_route()
    doboku = Section.objects.get(key="doboku")
    clerk = viewer_with("documents.read", "documents.issue", "documents.withdraw")
    section()
    officer, home = viewer_for(make_staff(RIGHTS, section="kiki"), AT.date()), resident(7)
    flow = version(document())
    ask = {"key": "name", "kind": "paperwork.short-text", "label": words("name")}
    tell = {"key": "story", "kind": "paperwork.long-text", "label": words("story")}
    form = make_form({"todoke-form": 1, "title": words("form"),
                      "pages": [{"key": "one", "title": words("one"), "questions": [ask, tell]}]})
    for number, word in enumerate((sys.argv[1], "kept")):
        work_on(file(word, number), word)
"""

PURGE = """
first = Response.objects.order_by("pk").first()
with time_machine.travel(APRIL, tick=False):
    custody.close(first.custody, date(2026, 11, 24))
    run = purging.approve_purge(purging.propose_purge(by="one", at=APRIL), by="two", at=APRIL)
    assert purging.carry_out(run, at=APRIL)
    files.purge_due(APRIL.date())
    run.refresh_from_db()
    assert [case.state for case in run.cases.all()] == ["purged"], [case.why for case in run.cases.all()]
    print(run.certificate)
"""

TRY_TO_READ = """
first, second = OfficialDocument.objects.order_by("pk")
def read(document):
    try:
        paper_of(document)
        print("paper")
    except Gone:
        print("gone")
    print("facts" if particulars_of(document) else "nothing")
    case = Case.objects.get(custody__target_key=document.subject_key)
    print(",".join(str(show(case, letter.body)) for letter in case.letters.all()))
read(first)
read(second)
"""

GO_ON = """
from todoke.base.backup.setbacks import open_setbacks, resume
for each in open_setbacks():
    resume(each, by="test", at=APRIL, send=False)
with time_machine.travel(APRIL, tick=False):
    assert purging.carry_out(PurgeRun.objects.get(kind="again"), at=APRIL)
    files.purge_due(APRIL.date())
"""


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[tuple[House, House]]:
    """A house, and another one with nothing in it; both use one key store."""
    name = f"{settings.DATABASES['default']['NAME']}_case_canary"
    server = usual_server()
    more = {
        "TODOKE_BACKUP_KEY": "k" * 60,
        "TODOKE_SEAL_KEYS": "s" * 60,
        "TODOKE_KEY_STORE": str(tmp_path / "store"),
    }
    with database(server, name), database(server, f"{name}_2"):
        yield House(tmp_path / "var", server, name, more), House(tmp_path / "var2", server, f"{name}_2", dict(more))


def test_of_a_case_nothing_is_left_from_the_answer_to_the_paper(houses, tmp_path):
    house, other = houses
    word = new_word()
    house.run("migrate", "--no-input")
    house.inside(NAMES + WRITE, word)
    seen_before = in_tables(house.ask, word)
    house.run("backup", str(tmp_path / "before.backup"))

    certificate = house.inside(NAMES + PURGE)

    # Answers, letters and papers are sealed; what an office writes for its own decision is not.
    assert {"decisions_content", "decisions_decision", "decisions_mark", "documents_officialdocument"} <= set(
        seen_before
    )
    assert in_tables(house.ask, word) == []
    assert in_files([house.var, tmp_path / "store"], word) == []
    assert word not in certificate
    for model in ("paperwork.Revision", "casework.Letter", "decisions.Content", "documents.OfficialDocument"):
        assert model in certificate
    assert house.run("audit", "verify").returncode == 0
    assert house.inside(NAMES + TRY_TO_READ).split() == ["gone", "nothing", "None,None", "paper", "facts", "kept,kept?"]

    other.run("restore", str(tmp_path / "before.backup"))
    read = other.inside(NAMES + TRY_TO_READ).split()
    other.inside(NAMES + GO_ON)

    assert read == ["gone", "nothing", "None,None", "paper", "facts", "kept,kept?"]
    assert in_tables(other.ask, word) == []
    assert in_files([other.var, tmp_path / "store"], word) == []
