"""Composing at night: every rendering as its reader meets it, one mended, and the broadcast heard beforehand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect
from tests.sign_in import make_staff

from todoke.base.clock import in_japan, now
from todoke.civic.emergency.actions import deciding
from todoke.civic.emergency.actions.drafts import Changes, edit_draft, follow_edition, start_draft
from todoke.civic.emergency.models import Draft, HazardGroup, Incident, Template
from todoke.civic.emergency.rules.mending import Mend
from todoke.ground.people.queries import viewer_for
from todoke.shared.messaging.types import EditionKind, Mode, Register

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True),
    # pyopenjtalk-plus calls SudachiPy by a name that SudachiPy 0.7 has set aside.
    pytest.mark.filterwarnings("ignore:Dictionary.create:DeprecationWarning"),
]

SAMPLE_CITY = Path(__file__).resolve().parents[2] / "city" / "sample"
RIGHTS = ("emergency.read", "emergency.draft")
APPROVER = (*RIGHTS, "emergency.approve")
NAMES = ("入力 二郎", "承認 二郎")
SIZES = {
    "1440": {"width": 1440, "height": 900},
    "390": {"width": 390, "height": 844},
    "320": {"width": 320, "height": 640},
}
FRAMES = ("telephone", "board", "sheet", "post", "sound", "page", "text")
OWN = "警戒レベル4避難指示。澄瀬地区。すぐ高い所へ"


@pytest.fixture
def draft(tmp_path: Path, settings: Any) -> Draft:
    """An order for one district of the sample city, begun at night by somebody else."""
    for name in ("FILES_ROOT", "LOUDSPEAKER_ROOT"):
        setattr(settings, name, tmp_path / name.lower())
    call_command("city", "load", str(SAMPLE_CITY), verbosity=0)
    incident = Incident.objects.create(name="台風第10号", group=HazardGroup.STORM, mode=Mode.ACTUAL, opened_at=now())
    return start_draft(
        incident_id=incident.pk,
        template_id=Template.objects.get(key="evacuation-4-flood", is_current=True).pk,
        areas={"sumise-chiku": (4, False), "minato-chiku": (3, False)},
        viewer=viewer_for(make_staff(RIGHTS, name="入力 一郎"), in_japan(now()).date()),
        at=now(),
    )


def editor_of(draft: Draft) -> str:
    return reverse("emergency:draft", args=[draft.pk])


def test_on_a_desktop_every_frame_is_seen_one_text_is_mended_and_the_broadcast_is_heard(
    draft: Draft,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    window = open_staff_window(make_staff(RIGHTS, name="夜勤 花子"), viewport=SIZES["1440"])
    page = window.page
    page.goto(editor_of(draft))

    for looks in FRAMES:
        expect(page.locator(f".frame--{looks}").first).to_be_visible()
    # Number, word and colour of the level together, in every one of them.
    shown = page.locator("article.card:visible")
    assert shown.locator(".card__head + div .level-mark--4").count() == shown.count() > 15
    keep_picture(page, "composer-desktop")
    check_page(window)

    # The page anew: taking a picture leaves empty style attributes behind, which htmx copies and the browser refuses.
    page.goto(editor_of(draft))
    # By keyboard alone: unfold, write, and look at what the readers would see; nothing is saved yet.
    page.locator("#mend-ja_board > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#mended_ja_board")).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(OWN)
    with page.expect_response("**/preview/"):
        page.keyboard.press("Tab")
    expect(page.locator(".card--board .frame__lights").first).to_have_text(OWN)
    expect(page.locator("#mended_ja_board")).to_have_value(OWN)
    assert Draft.objects.get(pk=draft.pk).mended == {}

    # Saved with the button beside it, and told at once that it is used.
    page.locator("#mend_ja_board").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#card-ja_board")
    card = page.locator(".card--board").first
    expect(card).to_contain_text("手直しした文")
    expect(card.locator(".frame__lights")).to_have_text(OWN)
    card.screenshot(path=keep_picture(page, "composer-mended").with_name("composer-mended-board.png"))

    page.reload()
    # A place is added: the text stays, and asks to be looked at.
    page.locator("input[name=area-chuo-chiku][value='4']").check(force=True)
    with page.expect_navigation():
        page.get_by_role("button", name="保存する", exact=True).first.click()
    expect(page.get_by_text("手直しした文の確認が必要です")).to_be_visible()
    keep_picture(page, "composer-outdated")
    check_page(window)

    # One click brings the automatic text back.
    page.locator("#automatic_ja_board").click()
    page.wait_for_url("**#card-ja_board")
    expect(page.locator(".card--board .frame__lights").first).not_to_have_text(OWN)
    assert Draft.objects.get(pk=draft.pk).mended == {}

    # The first sound of a process takes some seconds more: engine and dictionary come up.
    heard = page.request.get(str(page.locator("audio").first.get_attribute("src")), timeout=40_000)
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.body()[:4] == b"RIFF"
    assert len(heard.body()) > 100_000


@pytest.mark.parametrize("size", ["390", "320"])
def test_on_a_phone_without_script_a_text_that_cannot_be_used_says_why(
    size: str, draft: Draft, open_staff_window: Callable[..., Any], keep_picture: Callable[..., Any]
) -> None:
    window = open_staff_window(make_staff(RIGHTS, name="夜勤 花子"), viewport=SIZES[size], java_script_enabled=False)
    page = window.page
    page.goto(editor_of(draft))

    for looks in FRAMES:
        expect(page.locator(f".frame--{looks}").first).to_be_visible()
    keep_picture(page, f"composer-phone-{size}")
    page.locator("#mend-ja_urgent > summary").click()
    page.locator("#mended_ja_urgent").fill("澄瀬地区の人は https://city.nagihama.example.jp/ を見てください。")
    page.locator("#mend_ja_urgent").click()

    card = page.locator(".card--telephone").first
    expect(card).to_contain_text("手直しした文を使えません")
    expect(card).to_contain_text("URLがある")
    expect(card.locator(".frame__note")).not_to_contain_text("nagihama")
    assert page.get_by_role("link", name="音声のファイルを開く").first.is_visible()
    card.screenshot(path=keep_picture(page, f"composer-refused-{size}").with_name(f"composer-refused-card-{size}.png"))


def test_the_approver_reads_first_what_has_changed_and_sees_what_a_person_wrote(
    draft: Draft,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    writer, approver = (viewer_for(make_staff(APPROVER, name=name), in_japan(now()).date()) for name in NAMES)
    deciding.submit(draft.pk, revision=draft.revision, viewer=writer, at=now())
    edition = deciding.approve(draft.pk, revision=draft.revision, viewer=approver, at=now())
    update = follow_edition(str(edition.message.key), edition_kind=EditionKind.UPDATE, viewer=writer, at=now())
    changes = Changes(
        texts=update.texts,
        areas={"sumise-chiku": (4, False), "minato-chiku": (4, False), "chuo-chiku": (3, False)},
        expires_at=update.expires_at,
        mends=[Mend("ja", Register.BOARD, OWN)],
    )
    update = edit_draft(update.pk, changes, revision=update.revision, viewer=writer, at=now())
    deciding.submit(update.pk, revision=update.revision, viewer=writer, at=now())

    window = open_staff_window(make_staff(APPROVER, name="承認 三郎"), viewport=SIZES["1440"])
    page = window.page
    page.goto(reverse("emergency:approve", args=[update.pk]))

    expect(page.locator(".changes")).to_have_text(
        "前の版から：港地区を警戒レベル3→4、中央地区を追加、掲示板の文を手直し"
    )
    expect(page.locator(".card--board").first).to_contain_text("手直しした文")
    keep_picture(page, "composer-approve")
    check_page(window)
