"""The staff's pages: who sees which case, how many questions an inbox asks, and what its buttons do."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.civic.procedures.conftest import RIGHTS
from tests.civic.procedures.samples import TYPED
from tests.sign_in import make_staff, sign_in
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.exporting import export, save_layout
from todoke.civic.procedures.actions.filing import Filer, begin, submit
from todoke.civic.procedures.actions.following import ask_correction
from todoke.civic.procedures.exporting import BrokenLayout, DoesNotFit
from todoke.civic.procedures.models import Filing
from todoke.ground.looks.models import Look
from todoke.ground.looks.queries import looks_at, people_concerned
from todoke.ground.people.models import Mandate
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.rules import ANONYMOUS
from todoke.ground.retention.models import Custody
from todoke.shared.casework.actions.acting import act
from todoke.shared.paperwork.actions.responses import Posted, take
from todoke.shared.paperwork.fields.files import KEPT
from todoke.shared.paperwork.intake import SealedIntake
from todoke.shared.paperwork.queries import filled

ALL = (*RIGHTS, "procedures.count", "procedures.export")
PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def desk(town: None) -> Client:
    return sign_in(Client(), make_staff(ALL, section="doboku", name="杉本 渉"))


@pytest.fixture
def stranger(town: None) -> Client:
    """Somebody with the same rights in another section."""
    return sign_in(Client(), make_staff(ALL, section="kiki"))


def filed(version) -> Filing:
    filing = begin(version, Filer(ANONYMOUS), at=now())
    take(filing.response, Posted(TYPED), at=now())
    submit(filing, submit_key="k", viewer=ANONYMOUS, at=now())
    filing.refresh_from_db()
    return filing


def page(name, filing, **more):
    return reverse(f"procedures:{name}", kwargs={"key": filing.case.key, **more})


def test_a_case_shows_its_answers_and_leaves_a_look(desk, version):
    filing = filed(version)

    answer = desk.get(page("case", filing))

    assert "汐入" in answer.content.decode()
    assert Look.objects.get().purpose == "looks.case-work"
    assert Look.objects.get().target_key == str(filing.response.key)


@pytest.mark.parametrize("name", ["case", "compare", "letter"])
def test_another_section_finds_no_such_case(stranger, version, name):
    filing = filed(version)

    assert stranger.get(page(name, filing)).status_code == 404
    assert not Look.objects.exists()


def test_a_file_that_was_handed_in_is_opened_for_the_section_alone(desk, stranger, version):
    filing = begin(version, Filer(ANONYMOUS), at=now())
    plan = SealedIntake().take_in(SimpleUploadedFile("配置図.png", PICTURE), filing.response)
    typed = {**TYPED, "again": {"": ["no"]}, "plan": {KEPT: [json.dumps(plan)]}}
    take(filing.response, Posted(typed), at=now())
    submit(filing, submit_key="k", viewer=ANONYMOUS, at=now())
    filing.refresh_from_db()
    address = page("attachment", filing, revision=1, question="plan", place=0)

    answer = desk.get(address)

    assert answer.content.startswith(b"\x89PNG")
    assert "filename*=utf-8''" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Look.objects.get().target_key == str(filing.response.key)
    assert stranger.get(address).status_code == 404
    assert desk.get(page("attachment", filing, revision=1, question="plan", place=1)).status_code == 404


def test_the_inbox_asks_the_same_few_questions_however_many_cases(desk, version):
    filed(version)
    address = reverse("procedures:inbox")
    desk.get(address)
    with CaptureQueriesContext(connection) as few:
        desk.get(address)
    for _number in range(3):
        filed(version)
    with CaptureQueriesContext(connection) as many:
        answer = desk.get(address)

    assert len(many) == len(few)
    assert answer.content.decode().count('name="chosen"') == 4


def test_many_at_once_and_what_was_refused_is_listed(desk, version, clerk):
    first, second = filed(version), filed(version)
    chosen = [f"{each.case.key}:{each.case.revision}" for each in (first, second)]
    ask_correction(second, ["area"], reason="直す", revision=second.case.revision, viewer=clerk, at=now())

    answer = desk.post(reverse("procedures:many"), {"chosen": chosen, "act": "accept"}).content.decode()

    first.case.refresh_from_db()
    assert first.case.outcome == "accepted"
    assert "1件を進めました" in answer
    assert second.case.number in answer


def test_a_correction_opens_the_ticked_questions_alone(desk, version):
    filing = filed(version)
    told = {"revision": filing.case.revision, "questions": ["area"], "reason": "図と違います。"}

    empty = desk.post(page("do", filing, action="ask-correction"), {**told, "questions": []})
    desk.post(page("do", filing, action="ask-correction"), told)

    assert empty.status_code == 422
    assert filled(filing.response.key).revision.open_keys == ["area"]


def test_two_revisions_stand_side_by_side(desk, version, clerk):
    filing = filed(version)
    ask_correction(filing, ["area"], reason="直す", revision=filing.case.revision, viewer=clerk, at=now())
    key = {"key": filing.response.key}
    desk.post(reverse("procedures:counter-page", kwargs={**key, "page": "stall"}), {"shown@area": "", "area": "6"})
    desk.post(reverse("procedures:counter-review", kwargs=key), {"submit_key": "second"})

    shown = desk.get(page("compare", filing)).content.decode()

    filing.case.refresh_from_db()
    assert filing.case.state == "received"
    assert "<del>4" in shown
    assert "<ins>6" in shown


def test_the_counter_keeps_the_paper_and_opens_a_case_typed_by_staff(desk, version):
    posted = {
        "channel": "counter",
        "language": "en",
        "original": SimpleUploadedFile("kami.png", PICTURE, content_type="image/png"),
    }
    started = desk.post(reverse("procedures:counter-start", kwargs={"procedure": "stall"}), posted)
    assert started.status_code == 302, started.content.decode()
    filing = Filing.objects.get()
    take(filing.response, Posted(TYPED), at=now())
    shown = desk.get(reverse("procedures:counter-page", kwargs={"key": filing.response.key, "page": "stall"}))
    original = reverse("procedures:counter-original", args=[filing.response.key, filing.originals.get().pk])
    desk.post(reverse("procedures:counter-review", kwargs={"key": filing.response.key}), {"submit_key": "k"})
    receipt = desk.get(reverse("procedures:counter-receipt", kwargs={"key": filing.response.key}))

    filing.refresh_from_db()
    assert original in shown.content.decode()
    assert desk.get(original)["Content-Disposition"] == "inline"
    assert (filing.case.arrived_by, filing.response.language, filing.response.entered_by) == (
        "counter",
        "en",
        "杉本 渉",
    )
    assert filing.case.number in receipt.content.decode()


def test_the_tally_is_a_page_and_a_file(desk, version):
    filed(version)

    shown = desk.get(reverse("procedures:statistics")).content.decode()
    sheet = desk.get(reverse("procedures:statistics"), {"form": "csv"}).content.decode()

    assert "<svg" in shown
    assert sheet.splitlines()[1].split(",")[1:3] == ["1", "1"]


COLUMNS = [
    {"from": "case.number", "heading": "番号"},
    {"from": "again", "heading": "継続", "codes": {"はい": "1", "いいえ": "0"}},
    {"from": "area", "heading": "広さ", "width": 5},
]


def test_an_export_follows_its_layout_and_is_a_look_and_on_record(version, clerk):
    filing = filed(version)
    taker = viewer_for(make_staff(ALL, section="doboku"), in_japan(now()).date())
    layout = save_layout(version.procedure, "standard", "標準", COLUMNS, viewer=clerk, at=now())
    day = in_japan(now()).date()
    told = {"start": day - timedelta(days=1), "end": day, "viewer": taker, "at": now(), "why": "移行の試し"}

    rows = export(layout, **told)

    assert rows == [["番号", "継続", "広さ"], [filing.case.number, "1", "4"]]
    assert Look.objects.get().way == "export"
    layout.columns = [{"from": "case.number", "heading": "番号", "width": 2}]
    with pytest.raises(DoesNotFit):
        export(layout, **told)


def test_a_layout_over_questions_that_are_not_there_is_refused(version, clerk):
    with pytest.raises(BrokenLayout, match=r"columns\.0\.from"):
        save_layout(version.procedure, "x", "x", [{"from": "colour", "heading": "色"}], viewer=clerk, at=now())


def test_what_was_purged_says_so_in_words_and_takes_nothing_more(desk, version, clerk):
    filing = filed(version)
    act(filing.case.key, "accept", viewer=clerk, revision=filing.case.revision, at=now())
    over = {"closed_on": date(2019, 3, 31), "expires_on": date(2020, 3, 31), "purged_at": now()}
    Custody.objects.filter(pk=filing.response.custody_id).update(**over, wrapped_key=None, period=None)

    shown = desk.get(page("case", filing)).content.decode()
    answers = [
        desk.get(page("compare", filing), follow=True),
        desk.get(page("attachment", filing, revision=1, question="plan", place=0), follow=True),
        desk.post(page("letter", filing), {"body": "もう一度", "once": str(uuid4())}),
        desk.post(page("assign", filing), {"handler": ""}, follow=True),
        desk.post(page("do", filing, action="accept"), {"revision": filing.case.revision}, follow=True),
    ]

    assert "答えは廃棄されました" in shown
    assert page("letter", filing) not in shown
    assert [answer.status_code for answer in answers] == [200, 200, 422, 200, 422]
    for answer in answers[:4]:
        assert "廃棄されました" in answer.content.decode()
    assert not filing.case.letters.exists()


def test_a_look_is_found_by_who_filed_and_by_whom_it_was_filed_for(desk, version):
    filing, agent, principal = filed(version), new_resident(now()), new_resident(now())
    today = now().date()
    mandate = Mandate.objects.create(
        principal=principal, agent=agent, kind="voluntary", start_date=today, end_date=today, asked_at=now()
    )
    Filing.objects.filter(pk=filing.pk).update(resident=agent, mandate=mandate)

    desk.get(page("case", filing))

    for resident in (agent, principal):
        assert [seen.what for seen in looks_at(f"resident:{resident.pk}")] == ["案件の画面（答え、経過、やり取り）"]
        assert f"resident:{resident.pk}" in people_concerned("procedures.filing", str(filing.response.key))
