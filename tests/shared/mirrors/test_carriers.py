"""Each carrier against a peer that others have written: S3 (moto), WebDAV (WsgiDAV), a folder."""

import socket
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from todoke.shared.messaging.types import Never, TryLater
from todoke.shared.mirrors.carriers import carrier_for, web
from todoke.shared.mirrors.rules import Kind, Place

NAME, PAGE = "alerts/abc/凪浜 1.html", "<p>避難指示</p>".encode()


def test_what_was_put_is_held_and_what_was_not_is_not(place):
    carrier = carrier_for(place)

    assert not carrier.holds(NAME, PAGE)
    carrier.put(NAME, PAGE, "text/html; charset=utf-8")

    assert carrier.holds(NAME, PAGE)
    assert not carrier.holds(NAME, PAGE + b" ")
    assert not carrier.holds(NAME, PAGE[:-1])


def test_putting_again_replaces_and_removing_twice_is_no_trouble(place):
    carrier = carrier_for(place)
    carrier.put(NAME, PAGE, "text/html")

    carrier.put(NAME, b"other", "text/html")
    assert carrier.holds(NAME, b"other")

    carrier.remove(NAME)
    carrier.remove(NAME)
    assert not carrier.holds(NAME, b"other")


def test_an_object_has_the_media_type_and_may_be_kept_for_ten_seconds(bucket):
    carrier_for(bucket).put("alerts/feed.atom", b"<feed/>", "application/atom+xml; charset=utf-8")

    answer = httpx.get(bucket.address + "alerts/feed.atom")

    assert answer.content == b"<feed/>"
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["cache-control"].startswith("public, max-age=10")


def test_a_missing_bucket_is_the_settings_fault(bucket):
    with pytest.raises(Never, match="TODOKE_MIRRORS"):
        carrier_for(replace(bucket, address=bucket.address.replace("nagihama", "nowhere"))).put(NAME, PAGE, "text/html")


def test_a_wrong_password_is_the_settings_fault(webdav):
    with pytest.raises(Never, match="利用者名と鍵"):
        carrier_for(replace(webdav, secret="wrong")).put(NAME, PAGE, "text/html")


def test_a_token_is_shown_as_bearer():
    carrier = carrier_for(Place("a", "a", Kind.PUT, "https://a.example.jp/", user="tok"))

    assert carrier._proof() == {"Authorization": "Bearer tok"}  # type: ignore[attr-defined]


def test_a_drive_that_is_not_mounted_is_not_written_into_our_own_disk(folder):
    Path(folder.address).rmdir()

    with pytest.raises(TryLater, match="つながっているか"):
        carrier_for(folder).put(NAME, PAGE, "text/html")

    assert not Path(folder.address).exists()


def test_a_link_that_leads_out_of_the_folder_is_not_followed(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (Path(folder.address) / "alerts").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(Never):
        carrier_for(folder).put("alerts/index.html", PAGE, "text/html")

    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_partner_that_hangs_costs_no_more_than_the_call_s_time(monkeypatch):
    monkeypatch.setattr(web, "CALL_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        carrier = carrier_for(Place("a", "a", Kind.PUT, f"http://127.0.0.1:{silent.getsockname()[1]}/"))

        with pytest.raises(TryLater):
            carrier.put(NAME, PAGE, "text/html")
