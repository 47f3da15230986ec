"""A night in which 凪浜市 speaks for 汐音市: the file, two people, the desk, the page for its residents, the record."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.cities import SAMPLE_CITY
from tests.shared.delegation.conftest import folders, giver, speaker
from tests.shared.delegation.houses import NIGHT, granted

from todoke.base.clock import now
from todoke.civic.emergency.actions.city import TemplatesPart
from todoke.ground.people.models import Account
from todoke.ground.places.registry import LoadReport
from todoke.shared.delegation.actions import handing_back, receiving
from todoke.shared.delegation.models import Mandate, SpokenForUs
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.dispatcher import deliver

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
# Fixtures are found by their names in this module.
FIXTURES = (folders, giver, speaker)


def account(viewer: Any) -> Account:
    return Account.objects.get(pk=viewer.account_id)


def carry() -> None:
    """What the dispatcher does."""
    for channel in dispatch.channels_due("emergency", at=now()):
        for claimed in dispatch.claim("emergency", channel, limit=10, at=now()):
            deliver(claimed, channel)


def test_one_city_speaks_for_another(
    giver: Any,
    speaker: Any,
    live_server: Any,
    settings: Any,
    open_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    settings.SITE_ADDRESS = live_server.url
    TemplatesPart().load(SAMPLE_CITY, LoadReport(SAMPLE_CITY))
    grant, content, _code = granted(giver, speaker)

    with speaker.acts():
        window = open_staff_window(account(speaker.first), viewport={"width": 320, "height": 640})
        colleague = open_staff_window(account(speaker.second))
        page, other = window.page, colleague.page

        page.goto("/desk/delegation/file/")
        page.get_by_label("受け取ったファイル").set_input_files(
            {"name": "delegation.sealed", "mimeType": "application/octet-stream", "buffer": content}
        )
        page.get_by_role("button", name="中身を見る").click()
        page.get_by_role("heading", name="汐音市からの委任").wait_for()
        keep_picture(page, "delegation-look")
        check_page(window, posted=True)
        page.get_by_role("button", name="この内容で読み込む").click()
        page.get_by_role("link", name="代行の開始へ").click()
        page.get_by_label("理由").fill("市役所が浸水し、連絡が取れない")
        page.get_by_role("button", name="開始を依頼する").click()
        page.get_by_text("ほかの人の確認を待っています").wait_for()

        mandate = Mandate.objects.get()
        other.goto(f"/desk/delegation/mandates/{mandate.pk}/confirm/")
        other.get_by_role("checkbox").check()
        other.get_by_role("button", name="確かめて、代行を始める").click()
        other.get_by_text("いま、汐音市の名前で発信できます").wait_for()
        keep_picture(other, "delegation-mandate")
        check_page(colleague)

        page.goto("/desk/emergency/incidents/")
        page.get_by_label("事案の名前").fill("汐音市の高潮")
        page.get_by_label("どの市の名前で発信するか").select_option(str(mandate.key))
        page.get_by_role("button", name="事案を開く").click()
        page.get_by_role("link", name="この市の名前で発信案を作る").click()
        page.get_by_text("汐音市に代わって発信します").wait_for()
        check_page(window)
        page.get_by_label("文例").select_option(label="警戒レベル4 避難指示")
        page.get_by_role("group", name="港地区").get_by_role("radio", name="4", exact=True).check()
        page.get_by_role("button", name="文を作って編集へ進む").click()
        page.get_by_role("button", name="保存して、承認の依頼へ進む").first.click()
        page.get_by_role("button", name="承認を依頼する").click()
        page.get_by_text("承認を待っています").first.wait_for()
        draft = page.url.rstrip("/").split("/")[-1]

        other.goto(f"/desk/emergency/drafts/{draft}/approve/")
        keep_picture(other, "delegation-approve")
        assert "汐音市に代わり、凪浜市が発信しています。" in other.content()
        other.get_by_role("checkbox").first.check()
        other.get_by_role("button", name="承認して発信する").click()
        other.wait_for_url("**/editions/**")
        carry()

        reader = open_window(viewport={"width": 320, "height": 640})
        reader.page.goto("/on-behalf/999911/")
        reader.page.get_by_text("汐音市に代わり、凪浜市が発信しています。").first.wait_for()
        keep_picture(reader.page, "delegation-public-page")
        check_page(reader)
        back = handing_back.hand_back(mandate.pk, viewer=speaker.first, at=now())

    with giver.acts():
        receiving.keep_file(back, viewer=giver.first, at=now())
        record = SpokenForUs.objects.get()
        at_home = open_staff_window(account(giver.first))
        at_home.page.goto(f"/desk/delegation/records/{record.pk}/")
        at_home.page.get_by_text("凪浜市が、この市の名前で発信しました").wait_for()
        keep_picture(at_home.page, "delegation-record")
        check_page(at_home)
        at_home.page.goto("/desk/delegation/")
        keep_picture(at_home.page, "delegation-overview")
        check_page(at_home)
        at_home.page.goto(f"/desk/delegation/grants/{grant.pk}/")
        check_page(at_home)
        at_home.page.goto("/desk/delegation/grants/new/")
        keep_picture(at_home.page, "delegation-new-grant")
        check_page(at_home)

    assert NIGHT < now() < grant.valid_until
