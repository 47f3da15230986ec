"""The pages of the room: each by whoever may, by whoever may not, and the whole way once with files in hand."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from tests.cities import SAMPLE_CITY
from tests.shared.delegation.houses import GIVER, NIGHT, House, granted, kept, make_house
from tests.sign_in import sign_in, staff_client
from todoke.civic.emergency.actions.city import TemplatesPart
from todoke.civic.emergency.models import Draft, Incident, Template
from todoke.ground.people.models import Account
from todoke.ground.places.registry import LoadReport
from todoke.shared.delegation.actions import handing_back, receiving, speaking
from todoke.shared.delegation.actions.keys import our_card
from todoke.shared.delegation.models import Grant, GrantState, HouseKeys, Mandate, MandateState, Partner, SpokenForUs
from todoke.shared.delegation.revocations import write_revocations
from todoke.shared.delegation.sealed_file import read_signed

pytestmark = pytest.mark.django_db


def browser(viewer) -> Client:
    return sign_in(Client(), Account.objects.get(pk=viewer.account_id))


@pytest.fixture
def night(time_machine) -> None:
    time_machine.move_to(NIGHT, tick=False)


def upload(client: Client, content: bytes):
    """Choose a file, look into it, keep it; the last answer."""
    looked = client.post(reverse("delegation:file"), {"file": io.BytesIO(content)})
    assert looked.status_code == 200, looked.content.decode()
    return looked, client.post(reverse("delegation:file"), {"kept": looked.context["carried"]})


def test_the_keys_are_made_once_and_their_card_is_taken_away(db, folders, night):
    house = House("汐音市", "Shione City", "999911", None, None)
    client = staff_client(*GIVER)
    with house.acts():
        page = client.get(reverse("delegation:overview")).content.decode()
        for _time in range(2):
            client.post(reverse("delegation:make-keys"))
        card = client.get(reverse("delegation:card"))

        assert "鍵はまだありません" in page
        assert HouseKeys.objects.count() == 1
        assert read_signed(card.content).body["name"] == "汐音市"
        assert card["Content-Disposition"] == 'attachment; filename="todoke-city-card.json"'


def test_a_card_is_looked_into_kept_and_checked_by_a_second_person(giver, night):
    stranger = make_house("磯辺野市", "Isobeno City", "999933", GIVER)
    with stranger.acts():
        content = our_card(viewer=stranger.first)
    with giver.acts():
        looked, answer = upload(browser(giver.first), content)
        partner = Partner.objects.get(code="999933")
        check = reverse("delegation:check-partner", args=[partner.pk])
        alone = browser(giver.first).post(check, {"seen": "on"})
        together = browser(giver.second).post(check, {"seen": "on"})

    assert partner.fingerprint in looked.content.decode()
    assert (answer.status_code, alone.status_code, together.status_code) == (302, 422, 302)
    partner.refresh_from_db()
    assert partner.checked_by_id == giver.second.account_id


def test_a_delegation_is_written_by_one_and_issued_by_another(giver, speaker, night):
    partner = Partner.objects.get(code="999922")
    with giver.acts():
        first, second = browser(giver.first), browser(giver.second)
        answer = first.post(
            reverse("delegation:new-grant"),
            {
                "partner": partner.pk, "agreement": "災害時相互応援協定", "agreement_date": "2024-04-01",
                "kinds": ["evacuation"], "areas": ["minato"], "destinations": ["tel-minato"], "rule": "code",
                "valid_from": "2026-11-20T00:00", "valid_until": "2027-11-19T00:00",
            },
        )  # fmt: skip
        grant = Grant.objects.get()
        alone = first.post(reverse("delegation:issue", args=[grant.pk]), {"seen": "on"})
        together = second.post(reverse("delegation:issue", args=[grant.pk]), {"seen": "on"})
        file = second.post(reverse("delegation:grant-file", args=[grant.pk]))

    assert "合言葉は、いまだけ表示します" in answer.content.decode()
    assert (alone.status_code, together.status_code) == (422, 302)
    grant.refresh_from_db()
    assert (grant.state, bytes(grant.file)) == (GrantState.ISSUED, file.content)
    assert file["Cache-Control"] == "no-store"


def test_a_form_with_faults_says_what_to_mend(giver, speaker, night):
    with giver.acts():
        answer = browser(giver.first).post(reverse("delegation:new-grant"), {"valid_until": "2027-11-19T00:00"})

    assert answer.status_code == 422
    assert not Grant.objects.exists()


def test_a_delegation_is_shown_before_it_is_kept(giver, speaker, night):
    content = granted(giver, speaker)[1]
    with speaker.acts():
        looked, answer = upload(browser(speaker.first), content)

    page = looked.content.decode()
    assert all(words in page for words in ("汐音市からの委任", "災害時相互応援協定", "港地区", "市長"))
    assert "000-0000-0001" not in page
    assert answer["Location"] == reverse("delegation:mandate", args=[Mandate.objects.get().pk])


@pytest.mark.parametrize("spoilt", [b"", b"PK\x03\x04", "cut", "bent"])
def test_a_bad_file_is_refused_beside_its_field(giver, speaker, night, spoilt):
    content = granted(giver, speaker)[1]
    bad = {"cut": content[:200], "bent": content[:-1] + bytes([content[-1] ^ 1])}.get(spoilt, spoilt)
    with speaker.acts():
        answer = browser(speaker.first).post(reverse("delegation:file"), {"file": io.BytesIO(bad)})

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not Mandate.objects.exists()


def test_what_the_page_carried_along_is_checked_again(giver, speaker, night):
    content = granted(giver, speaker)[1]
    with speaker.acts():
        client = browser(speaker.first)
        looked = client.post(reverse("delegation:file"), {"file": io.BytesIO(content)})
        carried = looked.context["carried"]
        answer = client.post(reverse("delegation:file"), {"kept": carried[:-8] + "AAAAAAA="})

    assert answer.status_code == 422
    assert not Mandate.objects.exists()


def test_two_people_begin_end_and_hand_back_by_their_pages(giver, speaker, night):
    content = granted(giver, speaker)[1]
    mandate = kept(speaker, content)
    with speaker.acts():
        first, second = browser(speaker.first), browser(speaker.second)
        address = {
            way: reverse(f"delegation:{way}", args=[mandate.pk]) for way in ("begin", "confirm", "end", "mandate")
        }
        first.post(address["begin"], {"reason": "市役所が浸水"})
        alone = first.post(address["confirm"], {"seen": "on"})
        second.post(address["confirm"], {"seen": "on"})
        page = second.get(address["mandate"]).content.decode()
        incidents = second.get(reverse("emergency:incidents")).content.decode()
        file = second.post(reverse("delegation:hand-back", args=[mandate.pk]))
        second.post(address["end"], {"reason": "汐音市が戻った"})

    assert alone.status_code == 422
    assert "いま、汐音市の名前で発信できます" in page
    assert "汐音市に代わって" in incidents
    assert file["Content-Disposition"].endswith('.sealed"')
    mandate.refresh_from_db()
    assert mandate.state == MandateState.ENDED


def test_the_whole_alert_is_written_on_the_usual_pages(giver, speaker, night):
    TemplatesPart().load(SAMPLE_CITY, LoadReport(SAMPLE_CITY))
    mandate = kept(speaker, granted(giver, speaker)[1])
    with speaker.acts():
        speaking.ask_to_begin(mandate.pk, reason="浸水", viewer=speaker.first, at=NIGHT)
        speaking.confirm_beginning(mandate.pk, viewer=speaker.second, at=NIGHT)
        first, second = browser(speaker.first), browser(speaker.second)
        first.post(
            reverse("emergency:incidents"),
            {"name": "汐音市の高潮", "group": "storm", "mode": "actual", "on_behalf": str(mandate.key)},
        )
        incident = Incident.objects.get()
        start = f"{reverse('emergency:start')}?incident={incident.pk}"
        blank = first.get(start).content.decode()
        first.post(
            start,
            {
                "incident": incident.pk,
                "template": Template.objects.get(key="evacuation-4").pk,
                "area-999911.minato": "4",
            },
        )
        draft = Draft.objects.get()
        editor = first.get(reverse("emergency:draft", args=[draft.pk])).content.decode()
        own_start = first.get(reverse("emergency:start")).content.decode()
        first.post(reverse("emergency:submit", args=[draft.pk]), {"revision": draft.revision})
        approve = second.get(reverse("emergency:approve", args=[draft.pk])).content.decode()
        second.post(reverse("emergency:approve", args=[draft.pk]), {"revision": draft.revision, "seen": "on"})

    draft.refresh_from_db()
    assert draft.edition.city == "汐音市（代行：凪浜市）"
    assert "港地区" in blank
    assert "山地区" not in blank
    assert 'name="area-minato"' not in blank
    assert "汐音市に代わって発信します" in editor
    assert "緊急発信" not in editor
    assert "999911.minato" not in own_start
    assert "汐音市に代わり、凪浜市が発信しています。" in approve
    assert "汐音市に代わって、その市の送り先に発信します。" in approve
    assert "map-area" not in approve


def test_what_was_said_for_us_stands_on_the_board_with_its_words(giver, speaker, night):
    mandate = kept(speaker, granted(giver, speaker)[1])
    with speaker.acts():
        speaking.ask_to_begin(mandate.pk, reason="浸水", viewer=speaker.first, at=NIGHT)
        speaking.confirm_beginning(mandate.pk, viewer=speaker.second, at=NIGHT)
        back = handing_back.hand_back(mandate.pk, viewer=speaker.first, at=NIGHT)
    with giver.acts():
        receiving.keep_file(back, viewer=giver.first, at=NIGHT)
        record = SpokenForUs.objects.create(
            grant=Grant.objects.get(), identifier="todoke.999922.1.1", message_key=mandate.key, number=1, kind="first",
            content={
                "wordings": [{"language": "ja", "title": "避難指示 港地区", "body": "逃げてください", "short": "避難"}],
                "areas": [], "level": 4, "cap": {}, "facts": {}, "contact": "",
            },
            results=[{"destination": "tel-minato", "name": "港地区", "channel": "messaging.person",
                      "state": "accepted", "at": NIGHT.isoformat(), "reason": ""}],
            sent_at=NIGHT, expires_at=NIGHT.replace(hour=23), handed_back_at=NIGHT,
            imported_by_id=giver.first.account_id,
        )  # fmt: skip
        client = staff_client("said.read")
        board = client.get(reverse("said:board"), {"words": "逃げて"}).content.decode()
        nothing = client.get(reverse("said:board"), {"words": "給水"}).content.decode()
        page = client.get(reverse("delegation:record", args=[record.pk])).content.decode()

    assert "避難指示 港地区" in board
    assert "市はまだ何も発表していません" not in board
    assert "避難指示 港地区" not in nothing
    assert "市はまだ何も発表していません" in nothing
    assert all(words in page for words in ("凪浜市が、この市の名前で発信しました", "逃げてください", "受付済み"))


def test_a_viewer_who_may_not_sees_nothing_behind_the_numbers(giver, speaker, night):
    grant = granted(giver, speaker)[0]
    mandate = kept(speaker, granted(giver, speaker)[1])
    client = staff_client("messaging.read")
    reader = staff_client("delegation.read")

    for address in (
        reverse("delegation:overview"),
        reverse("delegation:grant", args=[grant.pk]),
        reverse("delegation:mandate", args=[mandate.pk]),
        reverse("delegation:file"),
    ):
        assert client.get(address).status_code == 403
    with giver.acts():
        assert reader.get(reverse("delegation:grant", args=[grant.pk])).status_code == 200
        assert reader.get(reverse("delegation:new-grant")).status_code == 403
        assert reader.post(reverse("delegation:grant-file", args=[grant.pk])).status_code == 403


def test_everybody_reads_the_public_folder(giver, speaker, client, night):
    with giver.acts():
        write_revocations()

        answer = client.get("/on-behalf/revoked.json")

    assert answer.status_code == 200
    assert read_signed(answer.content).body["revoked"] == []
    assert client.get("/on-behalf/999911/").status_code == 404


def test_the_overview_names_who_may_do_what(giver, speaker, night):
    granted(giver, speaker)
    with giver.acts():
        may = browser(giver.first).get(reverse("delegation:overview")).content.decode()
        looks = staff_client("delegation.read").get(reverse("delegation:overview")).content.decode()

    assert "委任を作る" in may
    assert "委任を作る" not in looks
    assert "凪浜市" in may
    assert "凪浜市" in looks
