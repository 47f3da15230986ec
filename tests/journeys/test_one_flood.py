"""After the flood: two filings are taken without a line, sent once it returns, decided on one paper, certified."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.civic.procedures.conftest import PARTS, RIGHTS
from tests.civic.procedures.flood import HALF, KEY, SECTION, decided, publish_certificates, somebody, typed
from tests.sign_in import make_staff
from tests.towns import load_town

from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.findings import find
from todoke.civic.procedures.follower import FOLLOWER
from todoke.civic.procedures.models import Batch, Filing, Slip
from todoke.civic.procedures.scribe import Scribe
from todoke.ground.people.models import Post, Posting
from todoke.ground.people.queries import viewer_for
from todoke.shared.casework.models import Case
from todoke.shared.documents.models import OfficialDocument

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

FORM = f"/desk/counter-filings/away/form/{KEY}/"


@pytest.fixture
def clerk(transactional_db: None, settings: Any, tmp_path: Path) -> Any:
    """浜田 美緒 of the crisis section, who sits in a shelter with a tablet."""
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEY_STORE = tmp_path / "keys"
    load_town(*PARTS)
    with transaction.atomic():
        publish_certificates(tmp_path)
    account = make_staff(RIGHTS, section=SECTION, name="浜田 美緒")
    Posting.objects.filter(staff__account=account).update(post=Post.objects.get(key="shunin"))
    return account


def fill(page: Any, number: int, **changes: Any) -> None:
    """Type what this household tells."""
    for key, raw in {**typed(number), **changes}.items():
        for part, words in raw.items():
            name = f"{key}:{part}" if part else key
            for word in words:
                box = page.locator(f"[name='{name}']")
                if box.first.get_attribute("type") in ("radio", "checkbox"):
                    page.locator(f"[name='{name}'][value='{word}']").check()
                elif box.first.evaluate("each => each.tagName") == "SELECT":
                    box.select_option(word)
                else:
                    box.fill(word)


def kept_on(page: Any) -> list[str]:
    """What lies on the device, as whoever steals it would read it."""
    return page.evaluate(
        """async () => {
            const asked = indexedDB.open('todoke-away', 1);
            const store = await new Promise(done => { asked.onsuccess = () => done(asked.result); });
            const all = store.transaction('slips').objectStore('slips').getAll();
            const slips = await new Promise(done => { all.onsuccess = () => done(all.result); });
            store.close();
            const text = each => each.sealed ? new TextDecoder().decode(each.sealed) : '';
            return slips.map(each => each.state + JSON.stringify(each) + text(each));
        }"""
    )


def test_two_filings_without_a_line_and_their_certificates(
    clerk: Any,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    check_look: Callable[[Any], None],
    keep_picture: Any,
) -> None:
    window = open_staff_window(clerk)
    page = window.page
    page.goto(FORM)
    page.locator("form[data-ready='1']").wait_for()
    check_page(window)

    # The line is cut; the page opens again all the same, and takes one filing after the other.
    page.context.set_offline(True)
    page.reload()
    page.locator("form[data-ready='1']").wait_for()
    for number in (1, 2):
        fill(page, number)
        page.locator("[data-save]").click()
        page.locator("[data-say='kept']").wait_for()
        expect(page.locator("[data-waiting]")).to_have_text(str(number))
    keep_picture(page, "flood-1-away")
    assert not Case.objects.exists()
    kept = kept_on(page)
    assert len(kept) == 2
    assert not any("浜野" in each or "0220000001" in each for each in kept)

    page.context.set_offline(False)
    page.locator("button[data-send]").click()
    expect(page.locator("[data-sent]")).to_have_text("2")
    keep_picture(page, "flood-2-sent")
    assert Case.objects.count() == Slip.objects.count() == 2
    assert all(slip.written_at < slip.arrived_at for slip in Slip.objects.all())
    assert all(each.startswith("filed") and '"sealed":null' in each for each in kept_on(page))

    # Once more from the beginning: nothing is sent twice. A third one with something missing is mended at the counter.
    page.reload()
    page.locator("form[data-ready='1']").wait_for()
    fill(page, 3)
    page.locator("[name='applicant.telephone']").fill("12")
    page.locator("[data-save]").click()
    page.locator("[data-state='mend']").wait_for()
    check_look(window)
    keep_picture(page, "flood-3-mend")
    page.locator("[data-state='mend'] a:visible").click()
    assert page.locator("[name='applicant.telephone']").input_value() == "12"
    assert Case.objects.count() == 2

    # Found out, put on one paper, decided, certified.
    viewer = viewer_for(clerk, in_japan(now()).date())
    for filing in Filing.objects.filter(case__isnull=False):
        find(filing, HALF, viewer=viewer, at=now())
    page.goto("/desk/cases/batches/")
    check_page(window)
    keep_picture(page, "flood-4-groups")
    page.locator("a[href*='/begin/']").click()
    page.locator("[name='outcome'][value='granted']").check()
    page.locator("[name='body']").fill("り災証明書を交付してよろしいか。")
    page.locator("[name='reasons']").fill("現地調査により、住家の被害の程度を判定したため。")
    check_page(window)
    keep_picture(page, "flood-5-paper")
    page.locator("main form button.button--main").click()
    page.locator("progress").first.wait_for()
    batch = Batch.objects.get()
    decided(batch.decision, somebody("kacho", "汐見 和馬"))
    while FOLLOWER.step():
        pass
    assert Scribe().step(workers=1)

    page.reload()
    check_page(window)
    keep_picture(page, "flood-6-batch")
    assert OfficialDocument.objects.count() == 2
    with page.expect_download() as download:
        page.locator("a[href$='/packs/1/']").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    for address in (
        f"/desk/counter-filings/table/{KEY}/",
        f"/desk/cases/batches/findings/{KEY}/",
        "/desk/counter-filings/",
    ):
        page.goto(address)
        check_page(window)
        keep_picture(page, f"flood-7-{address}")
    assert not window.complaints


@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_the_pages_stand_on_a_tablet_in_every_language(
    clerk: Any,
    open_staff_window: Callable[..., Any],
    check_look: Callable[[Any], None],
    keep_picture: Any,
    language: str,
) -> None:
    window = open_staff_window(clerk, viewport={"width": 320, "height": 640})
    for address in (FORM, f"/desk/counter-filings/table/{KEY}/", "/desk/cases/batches/"):
        window.page.goto(f"{address}?language={language}")
        check_look(window)
        keep_picture(window.page, f"flood-8-{language}-{address}")
