"""Where mirrors are, the order of files, and when a copy is too old."""

from datetime import UTC, datetime, timedelta

import pytest

from todoke.shared.mirrors.rules import (
    Kind,
    PublicFile,
    Standing,
    in_order,
    is_public_name,
    list_of,
    pause_after,
    read_list,
    read_places,
    standing_of,
)

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def test_the_three_kinds_are_read_with_their_secrets_apart_from_their_addresses():
    s3, put, token, folder = read_places(
        "s3+https://AKID:se%2Fcret@s3.example.jp/bucket/copy?key=portal&name=%E7%94%B2&region=ap-northeast-1"
        "&public=https://cache.example.jp/nagihama,"
        "https://todoke:p%40ss@dav.example.jp:8443/in/?key=tv,https://abc@up.example.jp/?key=radio,"
        "file:///srv/mirror?key=drive"
    )

    assert (s3.kind, s3.address) == (Kind.S3, "https://s3.example.jp/bucket/copy/")
    assert (s3.user, s3.secret) == ("AKID", "se/cret")
    assert (s3.name, s3.region, s3.public) == ("甲", "ap-northeast-1", "https://cache.example.jp/nagihama/")
    assert (put.kind, put.address) == (Kind.PUT, "https://dav.example.jp:8443/in/")
    assert (put.user, put.secret) == ("todoke", "p@ss")
    assert (token.user, token.secret, token.name) == ("abc", "", "radio")
    assert (folder.kind, folder.address) == (Kind.FOLDER, "/srv/mirror")
    assert "se/cret" not in repr(s3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://u:geheim@a.example.jp/", "key="),
        ("https://u:geheim@a.example.jp/?key=Gross", "key="),
        ("http://u:geheim@a.example.jp/?key=a", "in clear"),
        ("s3+https://u:geheim@a.example.jp/?key=a", "bucket"),
        ("s3+https://a.example.jp/bucket?key=a", "KEY:SECRET"),
        ("ftp://u:geheim@a.example.jp/?key=a", "begins with none"),
        ("file://host/x?key=a", "three slashes"),
        ("file:///?key=a", "three slashes"),
        ("https://a.example.jp/?key=a&geheimnis=1", "nobody knows"),
        ("https://a.example.jp/?key=a&public=ftp://x", "public="),
        ("https://a.example.jp:99999/?key=a", "no address"),
        ("https://a.example.jp/?key=a,https://b.example.jp/?key=a", "twice"),
    ],
)
def test_a_wrong_address_is_named_without_its_secret(text, words):
    with pytest.raises(ValueError, match=words) as refusal:
        read_places(text)

    assert "geheim@" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alerts/index.html", True),
        ("alerts/history.csv", True),
        ("alerts/index.html.gz", False),
        ("alerts/.index.html.x7", False),
        (".well/known.txt", False),
        ("alerts/notes.bak", False),
    ],
)
def test_only_what_is_served_is_copied(name, seen):
    assert is_public_name(name) is seen


def test_what_changed_lately_goes_first_then_pages_before_lists_and_the_state_last():
    def file(name: str, hours: float) -> PublicFile:
        return PublicFile(name, "d", 1, AT - timedelta(hours=hours))

    names = ["alerts/old/index.html", "alerts/state.json", "alerts/index.html", "alerts/new/index.html"]
    files = [file(name, 5 if "old" in name else 0.1) for name in names]

    assert [found.name for found in in_order(files, at=AT)] == [
        "alerts/new/index.html",
        "alerts/index.html",
        "alerts/state.json",
        "alerts/old/index.html",
    ]


def test_a_list_says_what_it_was_made_of():
    listed = read_list(list_of([PublicFile("alerts/index.html", "abc", 3, AT)], made_at=AT))

    assert listed is not None
    assert (listed.made_at, listed.digests) == (AT, {"alerts/index.html": "abc"})


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b'{"made_at": "2026-11-21T03:00:00", "files": {}}', b'{"made_at": 1}']
)
def test_what_is_no_list_is_none(content):
    assert read_list(content) is None


@pytest.mark.parametrize(
    ("seconds", "is_read", "standing"),
    [
        (None, True, Standing.NEVER),
        (60, True, Standing.FRESH),
        (60.1, True, Standing.OLD),
        (1, False, Standing.UNREAD),
        (61, False, Standing.OLD),
    ],
)
def test_a_copy_is_old_after_sixty_seconds(seconds, is_read, standing):
    copied_at = None if seconds is None else AT - timedelta(seconds=seconds)

    assert standing_of(copied_at=copied_at, is_read=is_read, at=AT) == standing


def test_a_mirror_that_fails_is_asked_ever_more_seldom_up_to_a_minute():
    assert [pause_after(count).total_seconds() for count in (1, 2, 3, 5, 6, 50)] == [2, 4, 8, 32, 60, 60]
