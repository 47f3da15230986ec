"""Another system is let in: a layout as a file, looked at and kept; a key, shown once, used, and ended."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import NARROW
from tests.journeys.test_one_builder import city
from tests.sign_in import make_staff

from todoke.base.clock import in_japan, now

__all__ = ["city"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


def test_a_layout_and_a_key_let_a_partner_read(
    city: None,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Any,
    tmp_path: Path,
) -> None:
    account = make_staff(["procedures.build", "procedures.export"], section="kankyo", name="杉本 剛")
    window = open_staff_window(account)
    page = window.page

    page.goto("/desk/")
    page.get_by_role("link", name="連携レイアウト").first.click()
    check_page(window)
    page.get_by_role("link", name="犬の登録").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="全部の質問を並べた、はじめのファイル").click()
    file = tmp_path / "standard.layout.json"
    download.value.save_as(file)
    page.get_by_label("レイアウトのファイル").set_input_files(file)
    page.get_by_role("button", name="見本の3行で確かめる").click()
    check_page(window, posted=True)
    keep_picture(page, "layout-look-1280")
    page.set_viewport_size(NARROW)
    keep_picture(page, "layout-look-320")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="このレイアウトを保存する").click()
    page.get_by_text("レイアウト「標準」を保存しました。").wait_for()

    page.get_by_role("link", name="連携ファイルを出す").first.click()
    page.get_by_role("link", name="ほかのシステムが自分で読むための鍵").click()
    page.get_by_label("相手のシステム").fill("基幹システム")
    page.get_by_role("button", name="鍵を作って表示する").click()
    secret = page.locator("#secret").inner_text()
    keep_picture(page, "key-made-1280")
    check_page(window, posted=True)
    today = in_japan(now()).date()
    query = f"start={today - timedelta(days=1)}&end={today}&why=nightly"
    address = f"/api/v1/exports/dog-registration/standard?{query}"
    bearer = {"Authorization": f"Bearer {secret}"}
    assert page.request.get(address, headers=bearer).status == 200
    page.goto("/desk/cases/export/keys/")
    assert page.get_by_text("使われていません").count() == 0
    assert secret not in page.content()
    page.set_viewport_size(NARROW)
    keep_picture(page, "keys-320")

    page.get_by_role("button", name="止める").click()

    page.get_by_text("「基幹システム」の鍵を止めました。").wait_for()
    assert page.request.get(address, headers=bearer).status == 401
