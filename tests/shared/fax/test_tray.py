"""The simulated machine's tray and its faults, as staff see them."""

import pytest

from tests.sign_in import staff_client
from todoke.shared.fax.simulator.faults import FaultBook, FaultOrder, FaxFault
from todoke.shared.fax.simulator.tray import Tray


@pytest.fixture
def folder(tmp_path, settings):
    settings.SIMULATORS = True
    settings.SIMULATOR_ROOT = tmp_path
    return tmp_path / "fax"


@pytest.mark.django_db
def test_the_tray_shows_what_arrived_and_opens_it(folder):
    Tray(folder).put("0220000001", b"%PDF-1.7 page", key="a", pages=1, is_half=False)
    Tray(folder).put("0220000002", b"%PDF-1.7 half", key="b", pages=0, is_half=True)
    client = staff_client("messaging.read")

    page = client.get("/simulators/fax/").content.decode()
    sheet = client.get("/simulators/fax/1.pdf")

    assert "全部届いた" in page
    assert "半ページで切れた" in page
    assert (sheet.content, sheet.headers["Content-Type"]) == (b"%PDF-1.7 page", "application/pdf")
    assert client.get("/simulators/fax/9.pdf").status_code == 404


@pytest.mark.django_db
def test_a_fault_is_ordered_and_cleared_from_the_desk(folder):
    client = staff_client("messaging.read", "messaging.operate")

    bad = client.post("/simulators/fax/fault/", {"kind": "busy", "share": "0", "calls": ""})
    client.post("/simulators/fax/fault/", {"kind": "busy", "share": "20", "calls": ""})
    ordered = FaultBook(folder / "fault.json").in_force()
    client.post("/simulators/fax/fault/", {"clear": "1"})

    assert bad.status_code == 422
    assert (ordered.kind, ordered.share, ordered.calls) == (FaxFault.BUSY, 20, None)
    assert FaultBook(folder / "fault.json").in_force() is None


@pytest.mark.django_db
def test_where_the_real_lines_are_connected_there_is_no_tray(folder, settings):
    settings.SIMULATORS = False

    assert staff_client("messaging.read").get("/simulators/fax/").status_code == 404


def test_a_share_hits_about_that_part_of_the_calls_and_the_same_ones_every_time(tmp_path):
    def hits() -> list[bool]:
        book = FaultBook(tmp_path / "fault.json")
        book.order(FaultOrder(FaxFault.BUSY, share=20))
        return [book.take(f"022{number:07}") is not None for number in range(1000)]

    first = hits()

    assert 150 < sum(first) < 250
    assert hits() == first


def test_a_fault_for_three_calls_ends_with_the_third(tmp_path):
    book = FaultBook(tmp_path / "fault.json")
    book.order(FaultOrder(FaxFault.BUSY, calls=3))

    assert [book.take("1") for _call in range(4)] == [FaxFault.BUSY] * 3 + [None]


@pytest.mark.parametrize("content", [b"", b"{}", b'{"kind": "flood", "share": 1, "calls": null, "mark": "x"}'])
def test_a_file_that_is_no_fault_is_none(tmp_path, content):
    (tmp_path / "fault.json").write_bytes(content)

    assert FaultBook(tmp_path / "fault.json").in_force() is None
