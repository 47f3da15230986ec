"""The pages of printing, as a whole: print, carry, and tick what was done by hand."""

import io
import zipfile
from dataclasses import replace

import pytest

from tests.shared.messaging import ledger
from tests.sign_in import staff_client
from todoke.base.registry import Registry
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import DeliveryState, Mode
from todoke.shared.paper.courier import KEY, CourierChannel

AT = ledger.NIGHT


@pytest.fixture
def edition(db, monkeypatch):
    registry = Registry("tests.kinds")
    registry.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", registry)
    ledger.make_city()
    hall = ledger.make_destination("hall", KEY, name="澄瀬公民館", address="玄関の掲示板")
    order = ledger.first(ledger.make_officers(), hall)
    return release.release(replace(order, expires_at=AT + 6 * ledger.HOUR), at=AT)


def put_on_the_list() -> None:
    for claim in dispatch.claim("emergency", KEY, limit=10, at=AT):
        errand = dispatch.hand_over(claim, worker="tests", at=AT)
        dispatch.settle(errand, dispatch.send(errand, KEY), at=AT)


def test_a_journey_of_paper_prints_carries_and_is_ticked_by_the_name_of_who_did_it(edition):
    put_on_the_list()
    client = staff_client("paper.print", "messaging.operate")

    listed = client.get("/desk/print/").content.decode()
    page = client.get(f"/desk/print/{edition.pk}/").content.decode()
    packed = client.get(f"/desk/print/{edition.pk}/pack.zip")
    done = client.post(
        f"/desk/print/{edition.pk}/done/{edition.deliveries.get().pk}/",
        {"person": "港 一郎", "note": "10時に掲示"},
        follow=True,
    )

    assert "避難指示" in listed
    assert "澄瀬公民館" in page
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert "6-courier.pdf" in archive.namelist()
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.CONFIRMED
    assert delivery.reason == "港 一郎が手で済ませました。10時に掲示"
    assert "港 一郎が手で済ませました。" in done.content.decode()


@pytest.mark.parametrize("name", ["fax", "poster", "bulletin", "reading", "dictation", "courier"])
def test_each_sheet_opens_as_a_pdf(edition, name):
    answer = staff_client("paper.print").get(f"/desk/print/{edition.pk}/{name}.pdf")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_a_sheet_that_there_is_not_and_an_edition_that_there_is_not_are_not_found(edition):
    client = staff_client("paper.print")

    assert client.get(f"/desk/print/{edition.pk}/secret.pdf").status_code == 404
    assert client.get("/desk/print/999999/fax.pdf").status_code == 404


def test_without_a_name_nothing_is_ticked(edition):
    put_on_the_list()
    client = staff_client("paper.print", "messaging.operate")

    client.post(f"/desk/print/{edition.pk}/done/{edition.deliveries.get().pk}/", {"person": ""})

    assert Delivery.objects.get().state == DeliveryState.ACCEPTED


def test_what_has_not_left_yet_cannot_be_ticked(edition):
    client = staff_client("paper.print", "messaging.operate")

    said = client.post(
        f"/desk/print/{edition.pk}/done/{edition.deliveries.get().pk}/", {"person": "港"}, follow=True
    ).content.decode()

    assert "すでに変わっています" in said
    assert Delivery.objects.get().state == DeliveryState.PLANNED


@pytest.mark.parametrize(
    ("address", "is_good"), [("玄関の掲示板", True), ("simulator:玄関", True), (" ", False), ("あ" * 201, False)]
)
def test_an_address_of_paper_says_where_it_goes(address, is_good):
    assert (CourierChannel(site="https://x").trouble_with(address) is None) == is_good


def test_the_channel_is_registered_and_its_parcel_is_the_poster(edition):
    channel = channels[KEY]
    frozen = edition.frozen()

    parcel = channel.prepare(frozen, edition.deliveries.get().destination.as_address())

    assert parcel.body.startswith(b"%PDF-")
    assert parcel.preview.startswith("避難指示")
    assert channel.prepare(
        replace(frozen, mode=Mode.EXERCISE), edition.deliveries.get().destination.as_address()
    ).preview.startswith("【訓練】")
