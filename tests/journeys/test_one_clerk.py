"""A clerk's day: a stall is taken in from paper, corrected, put to decision and decided, and the resident is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.civic.procedures.conftest import PARTS, RIGHTS
from tests.civic.procedures.samples import stall
from tests.journeys.conftest import NARROW, WIDE
from tests.sign_in import make_staff
from tests.towns import load_town

from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.drafting import publish, save_draft
from todoke.civic.procedures.follower import FOLLOWER
from todoke.civic.procedures.models import Filing, Proposal
from todoke.ground.people.models import Post, Posting
from todoke.ground.people.queries import viewer_for
from todoke.shared.decisions.models import Decision

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def people(transactional_db: None, settings: Any, tmp_path: Path) -> tuple[Any, Any]:
    """The clerk and the head of a section that has published the stall."""
    settings.FILES_ROOT, settings.KEY_STORE = tmp_path / "files", tmp_path / "keys"
    load_town(*PARTS)
    head = make_staff(RIGHTS, section="doboku", name="堤 重信")
    Posting.objects.filter(staff__account=head).update(post=Post.objects.get(key="kacho"))
    clerk = make_staff((*RIGHTS, "procedures.count"), section="doboku", name="杉本 剛")
    viewer = viewer_for(clerk, in_japan(now()).date())
    flow = stall(letters={"granted": {"letter": "senyo-kyoka"}, "refused": {"letter": "senyo-fukyoka"}})
    publish(save_draft(flow, viewer=viewer, at=now()).procedure, viewer=viewer, at=now())
    return clerk, head


def test_from_the_counter_to_the_decision_without_script(
    people: tuple[Any, Any],
    open_staff_window: Callable[..., Any],
    check_look: Callable[..., None],
    keep_picture: Callable[..., Any],
    tmp_path: Path,
) -> None:
    clerk, head = people
    window = open_staff_window(clerk, java_script_enabled=False)
    page = window.page

    eyes = open_staff_window(clerk)

    def looked_at(name: str) -> None:
        # axe needs script; the clerk has none.
        eyes.page.goto(page.url)
        for width, size in (("1280", WIDE), ("320", NARROW)):
            eyes.page.set_viewport_size(size)
            keep_picture(eyes.page, f"clerk-{name}-{width}")
        eyes.page.set_viewport_size(WIDE)
        check_look(eyes)

    # Taken in from paper, with the scan beside the form.
    from PIL import Image

    scan = tmp_path / "kami.png"
    Image.new("RGB", (600, 800), "white").save(scan)
    page.goto("/desk/counter-filings/")
    page.get_by_role("link", name="屋台の出店", exact=True).click()
    page.get_by_label("紙の画像").set_input_files(scan)
    page.get_by_role("button", name="入力を始める").click()
    for name, word in (
        ("family", "汐入"),
        ("given", "渚"),
        ("family_reading", "シオイリ"),
        ("given_reading", "ナギサ"),
    ):
        page.locator(f"[name='applicant.name:{name}']").fill(word)
    looked_at("counter")
    page.get_by_role("button", name="次へ").last.click()
    page.locator("[name='area']").fill("4")
    page.locator("[name='again'][value='yes']").check()
    page.get_by_role("button", name="内容を確かめる").click()
    page.get_by_role("button", name="この内容で提出する").click()
    page.get_by_role("link", name="案件を開く").click()
    looked_at("case")

    # Examined, corrected at the counter, compared.
    page.get_by_role("link", name="審査を始める").click()
    page.get_by_role("button", name="審査を始める").click()
    page.get_by_role("link", name="補正を求める").click()
    page.get_by_label("広さ").check()
    page.get_by_label("直してほしいこと").fill("図の広さと違います。")
    page.get_by_role("button", name="補正を求める").click()
    page.get_by_role("link", name="窓口で直す").click()
    page.locator("[name='area']").fill("6")
    page.get_by_role("button", name="内容を確かめる").click()
    page.get_by_role("button", name="この内容で提出する").click()
    page.get_by_role("link", name="案件を開く").click()
    page.get_by_role("link", name="直す前と直した後を比べる").click()
    looked_at("compare")
    filing = Filing.objects.get()
    address = f"/desk/cases/{filing.case.key}/"

    # Put to decision, decided by the head, followed.
    page.goto(f"{address}do/propose/")
    page.get_by_label("許可・承認する").check()
    page.get_by_label("伺い文").fill("許可してよろしいか伺います。")
    page.get_by_label("理由（通知に書く文）").fill("通行に支障がないため。")
    looked_at("propose")
    page.locator("main").get_by_role("button").last.click()
    paper = Decision.objects.get()
    chief = open_staff_window(head)
    # 係長 is out for the day: 課長 pulls the paper up, then decides.
    for act in ("引き上げて、自分のところへ回す", "決裁する"):
        chief.page.goto(f"/desk/decisions/{paper.pk}/")
        chief.page.get_by_label(act).check()
        chief.page.get_by_role("button", name="選んだ処理をする").click()
        chief.page.get_by_role("heading", name="決裁の箱").wait_for()
    FOLLOWER.step()
    filing.case.refresh_from_db()
    assert Proposal.objects.get().followed_at is not None
    assert filing.case.outcome == "granted"

    # Told, and found in the numbers.
    page.goto(address)
    page.get_by_label("本人に送る文").fill("許可しました。窓口で受け取れます。")
    page.get_by_role("button", name="本人に送る").click()
    assert "許可しました。" in page.locator("#letters ~ ol").inner_text()
    page.goto("/desk/cases/")
    looked_at("inbox")
    page.goto("/desk/cases/numbers/")
    looked_at("numbers")
