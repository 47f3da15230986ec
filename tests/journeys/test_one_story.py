"""One story through the whole house: a birth, from the guide to the day when nothing is left of it.

guide → form → 補正 → 決裁 by three, one of them 代決 → sealed and signed notice → somebody else's program sees its
signature → survey → five fiscal years later nothing is left.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import Page
from tests.canary import in_files, in_tables, new_word
from tests.cities import SAMPLE_CITY
from tests.journeys.conftest import NARROW
from tests.sign_in import make_staff

from todoke.base.clock import in_japan, now
from todoke.base.health import logs
from todoke.civic.procedures.follower import FOLLOWER
from todoke.civic.procedures.models import Filing, Tally
from todoke.civic.voices.models import Invitation, Survey, UnlinkableAnswer
from todoke.ground.files.actions import purge_due
from todoke.ground.people.models import Account, Posting
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Level
from todoke.ground.places.actions import load_city
from todoke.ground.retention.caretaker import CARETAKER
from todoke.ground.retention.models import PurgeRun
from todoke.shared.casework.caretaker import CLOCKWORK
from todoke.shared.decisions.actions.office import enter_absence
from todoke.shared.decisions.models import Decision, ReadingTask
from todoke.shared.documents.actions.reading import Gone, paper_of
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.paperwork.queries import filled

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.faults,
    pytest.mark.skipif(not shutil.which("pdfsig"), reason="no pdfsig on this machine; install “poppler-utils”"),
]

PHONE = {"viewport": NARROW, "java_script_enabled": False}
# A child born four days ago: whoever claims now is in time.
BORN = in_japan(now()).date() - timedelta(days=4)


@pytest.fixture
def nagihama(settings: Any, tmp_path: Path, live_server: Any) -> None:
    """The fictional city with folders of its own."""
    for name in ("VAR", "PUBLIC_ROOT", "FILES_ROOT", "KEY_STORE"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.SITE_ADDRESS = live_server.url
    cache.clear()
    report = load_city(SAMPLE_CITY, by="journey")
    assert not report.faults, [str(fault) for fault in report.faults]


def born(key: str) -> dict[str, str]:
    """The boxes of the day of birth."""
    return {
        f"{key}era": "西暦",
        f"{key}year": str(BORN.year),
        f"{key}month": str(BORN.month),
        f"{key}day": str(BORN.day),
    }


def answers(word: str) -> dict[str, str]:
    """What the father types, by box; the word stands where a name or a street does."""
    child = {f"children.who:0.{key}": value for key, value in born("birth_date.").items()}
    person = {"family": word, "given": "渉", "family_reading": "ハマノ", "given_reading": "ワタル"}
    return {
        **{f"applicant.name:{key}": value for key, value in person.items()},
        **{f"applicant.birth_date:{key}": value for key, value in zip(
            ("era", "year", "month", "day"), ("平成", "2", "3", "14"), strict=True
        )},
        "applicant.address:prefecture": "汐音県",
        "applicant.address:city": "凪浜市",
        "applicant.address:town": "港町",
        "applicant.address:block": "1丁目2番3号",
        "applicant.telephone": "0220000001",
        "work.kind": "employed",
        "spouse.has": "no",
        "identity.how": "card",
        "reason.kind": "birth",
        **{f"children.who:0.name.{key}": value for key, value in {
            "family": word, "given": "凪", "family_reading": "ハマノ", "given_reading": "ナギ"
        }.items()},
        **child,
        "children.who:0.relation": "child",
        "apart.has": "no",
        "older.has": "no",
        "account.how": "registered",
        "consent.link": "yes",
    }  # fmt: skip


def type_in(page: Page, typed: dict[str, str]) -> None:
    """Whatever of it this page asks for, each box by its name, whatever kind of box it is."""
    for name, value in typed.items():
        box = page.locator(f"[name={json.dumps(name, ensure_ascii=False)}]")
        if not box.count():
            continue
        if box.first.get_attribute("type") in ("radio", "checkbox"):
            page.locator(f"[name={json.dumps(name)}][value={json.dumps(value)}]").check()
        elif box.first.evaluate("each => each.tagName") == "SELECT":
            box.first.select_option(value)
        else:
            box.first.fill(value)


def hand_in(page: Page, typed: dict[str, str]) -> None:
    """Page by page to the end. A page may ask more once it knows an answer, and is then filled again."""
    for _page in range(20):
        if "/review/" in page.url:
            break
        type_in(page, typed)
        page.locator("button.button--main[name='next']").click()
    page.locator("button.button--main").last.click()
    page.wait_for_url("**/receipt/")


def do(page: Page, name: str) -> None:
    """An action of the case: the page that asks, and the button that does."""
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name=name).last.click()


def beside() -> None:
    """What the house's workers do meanwhile."""
    for _round in range(6):
        FOLLOWER.step()
        CLOCKWORK.step()


def ask(question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def test_a_birth_from_the_guide_to_the_day_when_nothing_is_left_of_it(
    nagihama: None,
    open_window: Callable[..., Any],
    open_resident_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_look: Callable[[Any], None],
    keep_picture: Callable[..., Any],
    settings: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def desk(login_name: str) -> Page:
        return open_staff_window(Account.objects.get(login_name=login_name)).page

    def looked_at(page: Page, name: str) -> None:
        # axe needs script, and the resident's telephone has none.
        keep_picture(page, f"story-{name}")
        eyes = open_window(viewport=NARROW, storage_state=page.context.storage_state())
        eyes.page.goto(page.url)
        check_look(eyes)

    word = new_word()
    today = in_japan(now()).date()
    Survey.objects.filter(after_closing=True).update(opens_on=today, closes_on=today + timedelta(days=30))

    # The guide asks a few questions; the first errand of a birth is the child allowance.
    phone = open_resident_window(Level.CARD, **PHONE).page
    phone.goto("/guide/birth/")
    phone.locator("main form button.button--main").click()
    type_in(phone, {**born("day:"), "health": "no", "public": "no", "small": "no", "nursery": "no"})
    phone.locator("button.button--main[name='next']").click()
    looked_at(phone, "01-advice")
    phone.locator(".errand", has_text="児童手当の認定請求").locator("form button").click()

    # The form: what the guide knows stands there, the rest is typed, and handed in.
    hand_in(phone, answers(word))
    looked_at(phone, "02-receipt")
    filing = Filing.objects.select_related("response", "case").get()
    found = filled(filing.response.key)
    assert found is not None
    assert found.revision.sources["reason.date"] == {"source": "carried", "detail": "手続きナビの答え"}
    assert filing.case is not None
    address, case = f"/filings/{filing.response.key}/", f"/desk/cases/{filing.case.key}/"

    # 補正: one telephone number is asked again, and mended by its owner.
    clerk = desk("koiso")
    clerk.goto(case)
    do(clerk, "審査を始める")
    clerk.get_by_role("link", name="補正を求める").click()
    clerk.locator("input[type='checkbox'][value='applicant.telephone']").check()
    clerk.get_by_label("直してほしいこと").fill("つながりませんでした。")
    clerk.get_by_role("button", name="補正を求める").click()
    phone.goto(address)
    looked_at(phone, "03-correction")
    phone.get_by_role("link", name="書き直す").click()
    hand_in(phone, {"applicant.telephone": "0220000002"})

    # 決裁: 係長 and 課長 agree; 部長 is away, and whoever may decide in that place does.
    clerk.goto(case)
    keep_picture(clerk, "story-04-case")
    assert re.search(r"数える子どもの人数\s+1\b", clerk.locator("main").inner_text())
    clerk.goto(f"{case}do/propose/")
    clerk.get_by_label("許可・承認する").check()
    clerk.locator("[name='fact_amount']").fill("350000")
    clerk.get_by_label("伺い文").fill(f"{word}の請求を認定してよろしいか伺います。")
    clerk.get_by_label("理由（通知に書く文）").fill(f"{word}は、児童手当法第4条の要件を満たすため。")
    clerk.locator("main").get_by_role("button").last.click()
    paper = Decision.objects.get()
    director = Account.objects.get(login_name="kitamura")
    posting = Posting.objects.get(staff__account=director)
    viewer = viewer_for(director, today)
    enter_absence(posting.pk, start_date=today, end_date=today, reason="trip", viewer=viewer, at=now())
    for login_name, act in (
        ("shirahama", "承認して、次へ回す"),
        ("hayase", "承認して、次へ回す"),
        ("fukui", "福祉部 部長に代わって決裁する（代決）"),
    ):
        page = desk(login_name)
        page.goto(f"/desk/decisions/{paper.pk}/")
        page.get_by_label(act).check()
        page.get_by_role("button", name="選んだ処理をする").click()
        page.get_by_role("heading", name="決裁の箱").wait_for()
    assert list(paper.marks.values_list("kind", flat=True)) == ["submit", "approve", "approve", "decide-for"]
    assert ReadingTask.objects.filter(reading="later").count() == 1

    # The notice: sealed, signed, on the resident's page; a stranger's program and a stranger's eyes find it genuine.
    beside()
    document = OfficialDocument.objects.get()
    phone.goto(address)
    looked_at(phone, "05-decided")
    link = phone.locator(f"a[href$='/documents/{document.key}/']")
    pdf = phone.request.get(str(link.get_attribute("href"))).body()
    (tmp_path / "notice.pdf").write_bytes(pdf)
    seen = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "notice.pdf"], capture_output=True, text=True, check=True
    ).stdout
    assert "Signature is Valid." in seen
    assert "Total document signed" in seen
    verify = phone.locator("main a[href*='/documents/verify/']").first.get_attribute("href")
    stranger = open_window(viewport=NARROW)
    stranger.page.goto(str(verify))
    check_look(stranger)
    keep_picture(stranger.page, "story-06-verified")
    assert str(document.number.text) in stranger.page.locator("main").inner_text()
    assert word not in stranger.page.content()

    # The survey: its link came with the end of the case; the answer cannot be led back.
    invited = re.search(r"/surveys/invited/\w+/", phone.content())
    assert invited is not None
    phone.goto(invited[0])
    phone.get_by_role("group", name="手続き全体に満足しましたか").get_by_label("満足", exact=True).check()
    phone.get_by_role("button", name="回答を送る").click()
    phone.get_by_role("heading", name="回答を受け取りました").wait_for()
    assert (Invitation.objects.get().used_on, UnlinkableAnswer.objects.count()) == (today, 1)
    assert Tally.objects.filter(procedure=filing.version.procedure, filings__gt=0).exists()

    # Five fiscal years after the year in which it ended, one proposes its end and another decides.
    clerk.goto(case)
    assert word in clerk.content()
    ends = date(today.year + (today.month > 3) + 5, 4, 1)
    with time_machine.travel(datetime(ends.year, 4, 1, 3, tzinfo=UTC), tick=True):
        rights = ("retention.read", "retention.propose", "retention.decide")
        one, two = (open_staff_window(make_staff(rights, name=name)).page for name in ("文書 一郎", "文書 二子"))
        one.goto("/desk/retention/")
        one.get_by_role("button", name="廃棄を起案する").click()
        run = PurgeRun.objects.get()
        two.goto(f"/desk/retention/runs/{run.pk}/")
        two.get_by_role("button", name="廃棄を決定する").click()
        two.get_by_text("廃棄を決定しました").wait_for()
        CARETAKER.step()
        purge_due(ends)
        two.reload()
        two.get_by_role("heading", name="廃棄証明").wait_for()
        keep_picture(two, "story-07-certificate")
        assert in_tables(ask, word) == []
        assert in_files([Path(settings.FILES_ROOT), Path(settings.VAR), Path(settings.KEY_STORE)], word) == []
        with pytest.raises(Gone):
            paper_of(document)
        assert Client().get(str(verify)).status_code == 200
    said = caplog.text + "".join(logs.JsonLine().format(record) for record in caplog.records)
    assert word not in said
