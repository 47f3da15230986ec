import gzip
import os
from pathlib import Path

import pytest
from django.test import Client
from tests.sign_in import staff_client

pytestmark = pytest.mark.django_db


def write(root: Path, name: str, text: str) -> Path:
    path = root / "alerts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("cap/2026-1.xml", "application/cap+xml; charset=utf-8"),
        ("feed.atom", "application/atom+xml; charset=utf-8"),
        ("feed.json", "application/json; charset=utf-8"),
        ("history/2026/11/note.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_public_file_has_the_type_of_its_ending(client: Client, public_root: Path, name: str, kind: str) -> None:
    write(public_root, name, "警戒レベル4")

    response = client.get(f"/alerts/{name}")

    assert response.status_code == 200
    assert response.content.decode() == "警戒レベル4"
    assert response.headers["Content-Type"] == kind
    assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=5, stale-if-error=86400"
    assert "Cookie" not in response.headers["Vary"]


@pytest.mark.parametrize("address", ["/alerts/", "/alerts/2026/", "/alerts/2026"])
def test_a_folder_is_its_index(client: Client, public_root: Path, address: str) -> None:
    write(public_root, "index.html", "top")
    write(public_root, "2026/index.html", "top")

    assert client.get(address).content == b"top"


def test_nothing_is_asked_of_the_database(client: Client, public_root: Path, django_assert_num_queries: object) -> None:
    write(public_root, "index.html", "top")

    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/alerts/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/alerts/../secret.txt",
        "/alerts/%2e%2e/secret.txt",
        "/alerts/..%2fsecret.txt",
        "/alerts/..%5csecret.txt",
        "/alerts//etc/passwd",
        "/alerts/x%00.txt",
        "/alerts/.hidden/a.txt",
        "/alerts/.index.html.part",
        "/alerts/link.txt",
        "/alerts/linked/secret.txt",
        "/alerts/key.pem",
        "/alerts/absent.html",
        "/alerts/" + "a" * 300 + ".html",
    ],
)
def test_what_is_not_public_is_not_there(client: Client, public_root: Path, address: str) -> None:
    (public_root / "secret.txt").write_text("secret")
    write(public_root, ".hidden/a.txt", "secret")
    write(public_root, ".index.html.part", "secret")
    write(public_root, "key.pem", "secret")
    (public_root / "alerts" / "link.txt").symlink_to(public_root / "secret.txt")
    (public_root / "alerts" / "linked").symlink_to(public_root)

    response = client.get(address)

    assert response.status_code == 404
    assert b"secret" not in response.content.replace(address.encode(), b"")


def test_who_has_it_already_gets_no_second_copy(client: Client, public_root: Path) -> None:
    write(public_root, "feed.atom", "<feed/>")
    first = client.get("/alerts/feed.atom")

    by_mark = client.get("/alerts/feed.atom", headers={"if-none-match": first.headers["ETag"]})
    by_time = client.get("/alerts/feed.atom", headers={"if-modified-since": first.headers["Last-Modified"]})

    assert (by_mark.status_code, by_mark.content) == (304, b"")
    assert (by_time.status_code, by_time.content) == (304, b"")
    assert by_mark.headers["ETag"] == first.headers["ETag"]
    assert by_mark.headers["Cache-Control"] == first.headers["Cache-Control"]


def test_a_change_within_the_same_second_is_seen(client: Client, public_root: Path) -> None:
    path = write(public_root, "feed.atom", "<feed>1</feed>")
    os.utime(path, (1_800_000_000, 1_800_000_000))
    mark = client.get("/alerts/feed.atom").headers["ETag"]
    path.write_text("<feed>2</feed>")
    os.utime(path, (1_800_000_000, 1_800_000_000))

    response = client.get("/alerts/feed.atom", headers={"if-none-match": mark})

    assert (response.status_code, response.content) == (200, b"<feed>2</feed>")


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [("gzip, deflate, br", True), ("*", True), ("br", False), ("gzip;q=0, br", False), ("", False)],
)
def test_a_ready_gzip_goes_to_who_takes_it(client: Client, public_root: Path, accepts: str, packed: bool) -> None:
    page = write(public_root, "index.html", "警戒レベル4" * 50)
    page.with_name("index.html.gz").write_bytes(gzip.compress(page.read_bytes()))

    response = client.get("/alerts/", headers={"accept-encoding": accepts})

    assert response.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(response.content) if packed else response.content) == page.read_bytes()
    assert "Accept-Encoding" in response.headers["Vary"]


def test_a_gzip_older_than_its_page_is_not_used(client: Client, public_root: Path) -> None:
    page = write(public_root, "index.html", "new")
    packed = page.with_name("index.html.gz")
    packed.write_bytes(gzip.compress(b"old"))
    os.utime(packed, (1, 1))

    assert client.get("/alerts/", headers={"accept-encoding": "gzip"}).content == b"new"


def test_a_public_file_cannot_be_posted_to(client: Client, public_root: Path) -> None:
    write(public_root, "index.html", "top")

    assert client.post("/alerts/").status_code == 405


def test_a_public_page_keeps_its_own_policy_and_no_other(client, public_root):
    write(public_root, "index.html", "top")

    answer = client.get("/alerts/")

    assert "Content-Security-Policy" not in answer.headers


@pytest.mark.django_db
def test_what_a_drill_would_show_is_for_staff_alone(client, settings, tmp_path):
    settings.DRILL_ROOT = tmp_path / "drill"
    write(settings.DRILL_ROOT, "index.html", "これは訓練です")

    stranger, officer = client.get("/drill/alerts/"), staff_client().get("/drill/alerts/")

    assert stranger.status_code == 302
    assert "これは訓練です" in officer.content.decode()
