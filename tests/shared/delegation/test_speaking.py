"""One night: 汐音市 is silent, 凪浜市 speaks for it at its own desk, and hands back what was said."""

import json
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from lxml import etree

from tests.shared.delegation.houses import NIGHT, granted, kept, make_area
from tests.towns import load_once
from todoke.civic.emergency.actions import deciding, drafts, incidents, refusals
from todoke.civic.emergency.actions.city import TemplatesPart
from todoke.civic.emergency.actions.drafts import Changes
from todoke.civic.emergency.models import Draft, Incident, Template
from todoke.civic.emergency.queries.drafts import as_edition, audience_of, content_of
from todoke.civic.emergency.queries.speaking import areas_offered
from todoke.civic.emergency.rules.rights import MESSAGE_KIND
from todoke.ground.people.models import Account
from todoke.ground.places.registry import LoadReport
from todoke.shared.delegation import trouble
from todoke.shared.delegation.actions import granting, handing_back, receiving, speaking
from todoke.shared.delegation.guard import NotOurPlaces, OutsideTheDelegation
from todoke.shared.delegation.models import Mandate, PartnerPlace, Speech, SpokenForUs
from todoke.shared.delegation.page import PageChannel, refresh
from todoke.shared.delegation.queries import spoken_for_us
from todoke.shared.delegation.revocations import revocations_file
from todoke.shared.lalert.queries import frozen_beside
from todoke.shared.messaging.actions.dispatch import claim, hand_over, send, settle
from todoke.shared.messaging.actions.joining import also_to
from todoke.shared.messaging.actions.release import Order, release
from todoke.shared.messaging.guarding import OnBehalf
from todoke.shared.messaging.models import Delivery, Destination, Edition, Message
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.queries.renderings import renderings_of
from todoke.shared.messaging.types import DeliveryState, EditionKind, Mode, Reach
from todoke.shared.said.queries import Asked, said_for

pytestmark = pytest.mark.django_db

SAMPLE_CITY = Path(__file__).resolve().parents[3] / "city" / "sample"
MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)
OURS = "999911.minato"


@pytest.fixture
def templates(db) -> None:
    load_once("templates", lambda: TemplatesPart().load(SAMPLE_CITY, LoadReport(SAMPLE_CITY)))


@pytest.fixture
def own_places(db) -> list[Destination]:
    """凪浜市's own residents: whoever is reached here heard another city's order."""
    return [
        Destination.objects.create(
            key=f"own-{number}", channel="messaging.person", name=f"凪浜の住民 {number}",
            address=f"000-0000-100{number}", reach=Reach.PUBLIC,
        )
        for number in range(3)
    ]  # fmt: skip


@pytest.fixture
def file(giver, speaker) -> bytes:
    return granted(giver, speaker)[1]


@pytest.fixture
def mandate(speaker, file) -> Mandate:
    """Begun by two people of 凪浜市."""
    found = kept(speaker, file)
    with speaker.acts():
        speaking.ask_to_begin(found.pk, reason="市役所が浸水", viewer=speaker.first, at=NIGHT)
        return speaking.confirm_beginning(found.pk, viewer=speaker.second, at=NIGHT)


@pytest.fixture
def house(speaker, templates, own_places, mandate):
    """凪浜市's desk, in 凪浜市's house for the whole test."""
    with speaker.acts():
        yield speaker


@pytest.fixture
def incident(house, mandate) -> Incident:
    return incidents.open_incident(
        name="汐音市の高潮", group="storm", mode=Mode.ACTUAL, viewer=house.first, at=NIGHT, on_behalf=mandate
    )


def drafted(house, incident, areas=(OURS,), template="evacuation-4", level=4) -> Draft:
    return drafts.start_draft(
        incident_id=incident.pk,
        template_id=Template.objects.get(key=template).pk,
        areas=dict.fromkeys(areas, (level, False)),
        viewer=house.first,
        at=NIGHT,
    )


def approved(house, draft, at=NIGHT) -> Edition:
    deciding.submit(draft.pk, revision=draft.revision, viewer=house.first, at=at)
    return deciding.approve(draft.pk, revision=draft.revision, viewer=house.second, at=at)


@pytest.fixture
def edition(house, incident) -> Edition:
    return approved(house, drafted(house, incident))


def deliver(at) -> None:
    """What the dispatcher does, once, on the channels of this test."""
    for channel in ("messaging.person", "delegation.page"):
        for claimed in claim("emergency", channel, limit=50, at=at):
            errand = hand_over(claimed, worker="test", at=at)
            if errand is not None:
                settle(errand, send(errand, channel), at=at, chance=0.5)


def test_two_people_release_in_the_name_of_the_other_city(edition, mandate):
    assert edition.city == "汐音市（代行：凪浜市）"
    assert edition.sender == "bousai@999922.example.jp"
    assert Speech.objects.get(message=edition.message).mandate == mandate
    assert edition.author != edition.approver


def test_it_says_who_speaks_for_whom_in_every_language(edition):
    spoken = {wording["language"]: wording for wording in edition.content["wordings"]}

    assert set(spoken) == set(LANGUAGES)
    assert spoken["ja"]["body"].startswith("汐音市に代わり、凪浜市が発信しています。")
    assert spoken["en"]["body"].startswith("Nagihama City is sending this on behalf of Shione City.")
    for language, wording in spoken.items():
        names = ("汐音市", "凪浜市") if language in ("ja", "ja-easy") else ("Shione City", "Nagihama City")
        assert all(name in wording[part] for name in names for part in ("body", "short")), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_title_carries_the_mark(edition, language):
    frozen = edition.frozen()

    assert frozen.marks(language).strip()
    assert frozen.title(language).startswith(frozen.marks(language))


def test_every_channel_says_it_in_its_own_wording(house, incident):
    draft = drafted(house, incident)
    places = [
        Destination(key=key, channel=key, name=key, address=address, language=language)
        for language in ("ja", "en")
        for key, address in (
            ("messaging.mail", "a@example.jp"), ("messaging.person", "000"), ("fax.line", "000-000-0101"),
            ("loudspeakers.reading-script", "fm@example.jp"), ("paper.courier", "玄関"), ("social.x", "@a"),
            ("messaging.board", "simulator:ekimae"), ("lalert.urgent-mail", "UMC1"), ("loudspeakers.units", "a"),
        )
    ]  # fmt: skip

    found = renderings_of(as_edition(draft, content_of(draft), NIGHT), places)

    assert [each.trouble for each in found] == [""] * len(found)
    for each in found:
        whole = each.title + each.text
        plain = unicodedata.normalize("NFKC", whole).upper()
        # 緊急速報メール is Japanese whatever the language of its destination.
        assert "代行" in plain or (each.language == "en" and "BEHALF" in plain), (each.channel, whole)


def test_the_cap_message_names_both(edition):
    cap = etree.fromstring(bytes(edition.artefacts.get(name="cap.xml").content))
    said = {element.tag.split("}")[1]: element.text for element in cap}

    assert said["sender"] == "bousai@999922.example.jp"
    assert said["source"] == "凪浜市"
    assert said["note"] == "汐音市に代わり、凪浜市が発信しています。"
    assert cap.find(".//{*}senderName").text == "汐音市（代行：凪浜市）"
    assert cap.find(".//{*}web").text.endswith("/on-behalf/999911/")


def test_it_goes_to_the_other_citys_places_and_to_none_of_our_own(edition, mandate, own_places):
    reached = set(Delivery.objects.filter(edition=edition).values_list("destination", flat=True))

    assert reached == set(PartnerPlace.objects.filter(mandate=mandate).values_list("destination", flat=True))
    assert len(reached) == 3
    assert not reached & {place.pk for place in own_places}
    addresses = Destination.objects.filter(pk__in=reached).values_list("address", flat=True)
    assert set(addresses) == {"000-0000-0001", "000-0000-0002", "999911"}


def test_our_own_alert_reaches_none_of_theirs(house, mandate, own_places):
    ours = Incident.objects.create(name="台風", group="storm", mode="actual", opened_at=NIGHT)

    edition = approved(house, drafted(house, ours, areas=("yama",)))

    reached = set(Delivery.objects.filter(edition=edition).values_list("destination", flat=True))
    assert {place.pk for place in own_places} <= reached
    assert not reached & set(PartnerPlace.objects.values_list("destination", flat=True))
    assert edition.city == "凪浜市"
    assert "代行" not in json.dumps(edition.content, ensure_ascii=False)


def test_the_database_lets_no_other_place_be_added(edition, own_places):
    with pytest.raises(IntegrityError, match="places of the same delegation"), transaction.atomic():
        Delivery.objects.create(edition=edition, destination=own_places[0], due_at=NIGHT)
    with pytest.raises(NotOurPlaces):
        also_to(edition.message_id, own_places[:1], by=None, at=NIGHT)


def test_the_database_lets_none_of_their_places_hear_our_own_words(house, mandate, own_places):
    ours = Incident.objects.create(name="台風", group="storm", mode="actual", opened_at=NIGHT)
    edition = approved(house, drafted(house, ours, areas=("yama",)))
    theirs = PartnerPlace.objects.filter(mandate=mandate).first().destination

    with pytest.raises(IntegrityError, match="places of the same delegation"), transaction.atomic():
        Delivery.objects.create(edition=edition, destination=theirs, due_at=NIGHT)


def test_no_order_mixes_both_kinds_of_places(house, mandate, own_places, edition):
    people = Account.objects.in_bulk([house.first.account_id, house.second.account_id])
    theirs = [place.destination for place in PartnerPlace.objects.filter(mandate=mandate)]
    order = Order(
        kind=EditionKind.FIRST, content=edition.frozen().content, destinations=(*theirs, own_places[0]),
        expires_at=NIGHT + HOUR, author=people[house.first.account_id], approver=people[house.second.account_id],
        message_kind=MESSAGE_KIND, on_behalf=OnBehalf(str(mandate.key), "汐音市"),
    )  # fmt: skip
    number = Message.objects.count()

    with pytest.raises(NotOurPlaces):
        release(order, at=NIGHT)

    assert Message.objects.count() == number


def test_its_orders_do_not_enter_our_own_l_alert_document(house, edition):
    ours = Incident.objects.create(name="台風", group="storm", mode="actual", opened_at=NIGHT)
    own = approved(house, drafted(house, ours, areas=("yama",)))

    told = frozen_beside(own.frozen())

    assert [order.name for order in told.orders] == ["山地区"]


def test_the_desk_offers_the_delegated_areas_alone(house, incident):
    assert [node.area.key for node in areas_offered(incident)] == ["999911.minato", "999911.takamori"]
    draft = drafted(house, incident, areas=(OURS, "minato", "yama"))

    assert [row.area.key for row in draft.areas.all()] == [OURS]
    assert {place.channel for place in audience_of(draft, NIGHT)} == {"messaging.person", "delegation.page"}


def test_a_kind_that_was_not_delegated_is_refused(house, incident):
    draft = drafted(house, incident)
    Draft.objects.filter(pk=draft.pk).update(kind="tsunami")

    with pytest.raises(refusals.OutsideDelegation, match="委任された種類"):
        deciding.submit(draft.pk, revision=draft.revision, viewer=house.first, at=NIGHT)


def test_an_end_beyond_the_delegation_is_refused(house, incident, mandate):
    late = mandate.valid_until - HOUR
    draft = drafted(house, incident)
    changes = Changes(texts=draft.texts, areas={OURS: (4, False)}, expires_at=mandate.valid_until + MINUTES)
    draft = drafts.edit_draft(draft.pk, changes, revision=draft.revision, viewer=house.first, at=late)

    with pytest.raises(refusals.OutsideDelegation, match="委任の期限より後"):
        deciding.submit(draft.pk, revision=draft.revision, viewer=house.first, at=late)


def test_nobody_breaks_the_glass_for_another_city(house, incident):
    draft = drafted(house, incident)

    with pytest.raises(refusals.TwoPeopleForAnotherCity):
        deciding.break_glass(draft.pk, revision=draft.revision, reason="急ぐ", viewer=house.second, at=NIGHT)

    assert not Edition.objects.exists()


def test_a_drill_is_no_occasion_to_speak_for_another_city(house, mandate):
    with pytest.raises(refusals.OutsideDelegation):
        incidents.open_incident(
            name="訓練", group="storm", mode=Mode.EXERCISE, viewer=house.first, at=NIGHT, on_behalf=mandate
        )


@pytest.mark.parametrize(("offset", "is_refused"), [(-MINUTES, False), (timedelta(0), True), (MINUTES, True)])
def test_an_approval_counts_until_the_end_of_the_delegation(house, incident, mandate, offset, is_refused):
    at = mandate.valid_until + offset
    draft = drafted(house, incident)
    Draft.objects.filter(pk=draft.pk).update(
        expires_at=mandate.valid_until if not is_refused else at + HOUR,
        state="submitted",
        submitted_by=house.first.account_id,
        submitted_at=at,
    )

    def act():
        return deciding.approve(draft.pk, revision=draft.revision, viewer=house.second, at=at)

    if is_refused:
        with pytest.raises(refusals.OutsideDelegation):
            act()
    else:
        assert act().number == 1


def test_the_ledger_refuses_by_itself_what_the_desk_let_through(house, incident, mandate, monkeypatch):
    draft = drafted(house, incident)
    monkeypatch.setattr(deciding, "trouble_with_delegation", lambda *_arguments: None)
    deciding.submit(draft.pk, revision=draft.revision, viewer=house.first, at=NIGHT)
    speaking.end_mandate(mandate.pk, reason="引き継いだ", viewer=house.first, at=NIGHT)

    with pytest.raises((OutsideTheDelegation, NotOurPlaces)):
        deciding.approve(draft.pk, revision=draft.revision, viewer=house.second, at=NIGHT)

    assert not Edition.objects.exists()


@pytest.mark.parametrize(("offset", "states"), [(-MINUTES, {"accepted", "confirmed"}), (MINUTES, {"planned"})])
def test_what_has_not_left_when_the_time_is_up_stays_here(house, incident, mandate, offset, states):
    draft = drafted(house, incident)
    approved_at = mandate.valid_until - 2 * MINUTES
    Draft.objects.filter(pk=draft.pk).update(expires_at=mandate.valid_until)
    edition = approved(house, Draft.objects.get(pk=draft.pk), at=approved_at)

    deliver(mandate.valid_until + offset)

    assert set(edition.deliveries.values_list("state", flat=True)) <= states


def test_at_the_door_it_is_asked_once_more(house, edition, mandate):
    claims = claim("emergency", "messaging.person", limit=10, at=NIGHT)
    # Somebody ended it between the claim and the sending, past every lock: the row alone knows.
    Mandate.objects.filter(pk=mandate.pk).update(state="ended", ended_at=NIGHT, end_reason="終わり")

    assert [hand_over(claimed, worker="test", at=NIGHT) for claimed in claims] == [None, None]

    held = Delivery.objects.filter(edition=edition, channel="messaging.person")
    assert set(held.values_list("state", flat=True)) == {DeliveryState.FAILED}
    assert all("委任の期間" in reason for reason in held.values_list("reason", flat=True))


def test_when_it_is_revoked_what_has_not_left_is_withdrawn(giver, house, edition, mandate):
    with giver.acts():
        grant = granting.Grant.objects.get(key=mandate.key)
        granting.take_back_grant(grant.pk, reason="市役所に戻った", viewer=giver.first, at=NIGHT)
        taken_back = revocations_file()

    receiving.keep_file(taken_back, viewer=house.first, at=NIGHT)

    assert set(edition.deliveries.values_list("state", flat=True)) == {DeliveryState.WITHDRAWN}


def test_a_correction_and_a_cancellation_go_the_same_way(house, edition, mandate):
    deliver(NIGHT)
    cancel = deciding.ask_to_cancel(str(edition.message.key), reason="地域の誤り", viewer=house.first, at=NIGHT)

    taken_back = deciding.approve(cancel.pk, revision=cancel.revision, viewer=house.second, at=NIGHT)

    assert taken_back.city == "汐音市（代行：凪浜市）"
    assert taken_back.frozen().title().startswith("【代行】【取消】")
    assert taken_back.deliveries.count() == edition.deliveries.count()


def test_a_page_of_its_own_tells_the_residents_of_the_other_city(house, edition, settings):
    deliver(NIGHT)

    page = (settings.PUBLIC_ROOT / "on-behalf" / "999911" / "index.html").read_text(encoding="utf-8")

    assert "汐音市に代わり、凪浜市が発信しています。" in page
    assert "【代行】" in page
    assert all(f'lang="{tag}"' in page for tag in ("en", "ko", "vi", "pt", "ne"))
    assert edition.deliveries.get(channel="delegation.page").state == DeliveryState.CONFIRMED
    assert not (settings.PUBLIC_ROOT / "alerts").exists()


def test_the_home_leads_to_the_page_while_something_is_in_force(house, edition, client):
    deliver(NIGHT)
    shown = client.get("/?home").content.decode()

    refresh(Mode.ACTUAL, at=edition.expires_at + MINUTES)

    assert "汐音市の緊急情報（この市が代わりに発信しています）" in shown
    assert 'href="/on-behalf/999911/"' in shown
    assert client.get("/on-behalf/999911/").status_code == 200
    assert "汐音市の緊急情報" not in client.get("/?home").content.decode()


def test_the_page_is_empty_when_nothing_holds_any_more(house, edition, settings):
    deliver(NIGHT)

    refresh(Mode.ACTUAL, at=edition.expires_at + MINUTES)

    page = (settings.PUBLIC_ROOT / "on-behalf" / "999911" / "index.html").read_text(encoding="utf-8")
    assert "いま有効な情報はありません。" in page
    assert "避難指示" not in page


def test_the_page_takes_nothing_of_our_own(house, own_places):
    ours = Incident.objects.create(name="台風", group="storm", mode="actual", opened_at=NIGHT)
    own = approved(house, drafted(house, ours, areas=("yama",)))
    address = Destination(key="x", channel="delegation.page", name="x", address="999911").as_address()

    with pytest.raises(Exception, match="その市の代わりに"):
        PageChannel().prepare(own.frozen(), address)


def test_round_trip(giver, house, edition, mandate):
    """From the one city to the other and home again."""
    deliver(NIGHT)
    back = handing_back.hand_back(mandate.pk, viewer=house.first, at=NIGHT + HOUR)
    speaking.end_mandate(mandate.pk, reason="汐音市が戻った", viewer=house.first, at=NIGHT + HOUR)

    with giver.acts():
        look = receiving.look_into(back, viewer=giver.first, at=NIGHT + HOUR)
        assert not SpokenForUs.objects.exists()
        receiving.keep_file(back, viewer=giver.first, at=NIGHT + HOUR)
        receiving.keep_file(back, viewer=giver.first, at=NIGHT + HOUR)

    assert [each["identifier"] for each in look.said] == [edition.identifier]
    (record,) = spoken_for_us(giver.first)
    assert (record.identifier, record.sent_at) == (edition.identifier, edition.sent_at)
    edition.refresh_from_db()
    assert record.content["wordings"] == edition.content["wordings"]
    # Under the keys that areas and destinations have at home.
    assert [area["key"] for area in record.content["areas"]] == ["minato"]
    told = {result["destination"]: result["state"] for result in record.results}
    assert told == {"tel-minato": "accepted", "tel-mayor": "accepted", "": "confirmed"}


def test_a_later_hand_back_brings_the_results_up_to_date_and_an_earlier_one_does_not(giver, house, edition, mandate):
    early = handing_back.hand_back(mandate.pk, viewer=house.first, at=NIGHT)
    deliver(NIGHT)
    late = handing_back.hand_back(mandate.pk, viewer=house.first, at=NIGHT + HOUR)

    with giver.acts():
        for content in (early, late, early):
            receiving.keep_file(content, viewer=giver.first, at=NIGHT + HOUR)

    (record,) = SpokenForUs.objects.all()
    assert {result["state"] for result in record.results} == {"accepted", "confirmed"}


def test_no_stranger_says_what_was_said_for_us(giver, house, edition, mandate):
    back = handing_back.hand_back(mandate.pk, viewer=house.first, at=NIGHT)
    granting.Grant.objects.filter(key=mandate.key).update(key="00000000-0000-0000-0000-000000000000")

    with giver.acts(), pytest.raises(trouble.UnknownSender):
        receiving.keep_file(back, viewer=giver.first, at=NIGHT)


def test_the_board_of_what_was_said_shows_it_with_its_mark(house, edition):
    (said,) = said_for(house.first, Asked(words="汐音市に代わり"), at=NIGHT)

    assert said.frozen.title().startswith("【代行】")


def test_two_cities_may_have_the_same_kind_of_incident_open(house, incident, mandate):
    incidents.open_incident(name="うちの台風", group="storm", mode=Mode.ACTUAL, viewer=house.first, at=NIGHT)

    with pytest.raises(refusals.IncidentIsOpen):
        incidents.open_incident(
            name="二つ目", group="storm", mode=Mode.ACTUAL, viewer=house.first, at=NIGHT, on_behalf=mandate
        )


def test_an_area_of_theirs_that_bears_a_code_of_ours_keeps_its_name(giver, speaker, templates):
    make_area("kasanaru", "重なる地区", 136.6, code="999911")
    content = granted(giver, speaker, areas=["kasanaru"])[1]
    found = kept(speaker, content)

    with speaker.acts():
        speaking.ask_to_begin(found.pk, reason="浸水", viewer=speaker.first, at=NIGHT)
        begun = speaking.confirm_beginning(found.pk, viewer=speaker.second, at=NIGHT)

    (area,) = begun.areas.all()
    assert (area.name, area.code) == ("重なる地区", "")
