"""From the agreement to the beginning: what two people of each city have to do, and what is refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.shared.delegation.houses import NIGHT, entry_for, granted, introduce, kept, make_house
from todoke.ground.audit.models import Entry
from todoke.ground.people.rules import ANONYMOUS
from todoke.ground.places.models import Area
from todoke.ground.places.queries import area_tree, areas_by_key
from todoke.shared.delegation import trouble
from todoke.shared.delegation.actions import granting, keys, receiving, speaking
from todoke.shared.delegation.checkup import Delegations
from todoke.shared.delegation.models import Grant, GrantState, HouseKeys, Mandate, MandateState, Partner, PartnerPlace
from todoke.shared.delegation.queries import active_mandates, terms_of
from todoke.shared.delegation.revocations import revocations_file
from todoke.shared.delegation.rules import Rule
from todoke.shared.delegation.sealed_file import Kind, open_file, read_signed, seal_file
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.queries import destinations_for
from todoke.shared.messaging.types import Mode

pytestmark = pytest.mark.django_db

MINUTES = timedelta(minutes=5)


def begun(speaker, content, *, at=NIGHT, code=""):
    mandate = kept(speaker, content, at)
    with speaker.acts():
        speaking.ask_to_begin(mandate.pk, reason="市役所が浸水", code=code, viewer=speaker.first, at=at)
        return speaking.confirm_beginning(mandate.pk, viewer=speaker.second, at=at)


def test_the_private_keys_lie_sealed_in_the_row(giver):
    with giver.acts():
        row = HouseKeys.objects.get()
        opened = keys.newest_keys()

    assert opened.sign not in bytes(row.sealed_private)
    assert opened.box not in bytes(row.sealed_private)
    assert opened.sign_public == bytes(row.sign_public)


def test_a_partner_counts_when_a_second_person_has_compared_its_fingerprint(giver):
    stranger = make_house("磯辺野市", "Isobeno City", "999933", ("delegation.give", "delegation.speak"))
    with stranger.acts():
        card = keys.our_card(viewer=stranger.first)
    with giver.acts():
        partner = keys.add_partner(read_signed(card), viewer=giver.first, at=NIGHT)
        with pytest.raises(trouble.SamePerson):
            keys.check_partner(partner.pk, viewer=giver.first, at=NIGHT)

        assert keys.add_partner(read_signed(card), viewer=giver.second, at=NIGHT).pk == partner.pk
        with pytest.raises(trouble.DelegationRefused) as refusal:
            granted(giver, stranger)

    assert refusal.value.field == "partner"


def test_two_people_make_a_delegation_and_the_database_holds_them_apart(giver, speaker):
    grant, _content, _code = granted(giver, speaker)

    assert grant.state == GrantState.ISSUED
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(issued_by=grant.written_by)
    assert {"delegation.grant-written", "delegation.grant-issued", "delegation.grant-taken-out"} <= set(
        Entry.objects.values_list("what", flat=True)
    )


def test_who_wrote_it_does_not_issue_it(giver, speaker):
    with giver.acts():
        grant, _code = granting.write_grant(
            entry_for(Partner.objects.get(code=speaker.code)), viewer=giver.first, at=NIGHT
        )

        with pytest.raises(trouble.SamePerson):
            granting.issue_grant(grant.pk, viewer=giver.first, at=NIGHT)
        with pytest.raises(trouble.DecidedAlready):
            granting.grant_file(grant.pk, viewer=giver.first)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"valid_until": NIGHT - MINUTES}, "valid_until"),
        ({"valid_until": NIGHT + timedelta(days=366)}, "valid_until"),
        ({"areas": ["nowhere"]}, "areas"),
        ({"kinds": []}, "kinds"),
    ],
)
def test_a_delegation_without_an_end_within_a_year_an_area_and_a_kind_is_refused(giver, speaker, changed, field):
    with pytest.raises(trouble.DelegationRefused) as refusal:
        granted(giver, speaker, **changed)

    assert refusal.value.field == field


def test_the_database_refuses_a_delegation_of_more_than_a_year(giver, speaker):
    grant, _content, _code = granted(giver, speaker)

    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(valid_until=grant.valid_from + timedelta(days=367))


def test_a_look_says_what_a_file_is_and_keeps_nothing(giver, speaker):
    _grant, content, _code = granted(giver, speaker)

    with speaker.acts():
        look = receiving.look_into(content, viewer=speaker.first, at=NIGHT)

    assert look.terms is not None
    assert (look.terms.city.name, look.terms.agreement) == ("汐音市", "災害時相互応援協定")
    assert {area.key for area in look.terms.areas} == {"minato", "takamori"}
    assert {place.key for place in look.terms.places} == {"tel-minato", "tel-mayor"}
    assert look.unusable == ()
    assert not Mandate.objects.exists()


def test_the_same_file_twice_is_kept_once(giver, speaker):
    _grant, content, _code = granted(giver, speaker)

    first, second = kept(speaker, content), kept(speaker, content)

    assert first.pk == second.pk
    assert Mandate.objects.count() == 1
    assert Entry.objects.filter(what="delegation.mandate-kept").count() == 1


def test_a_file_for_another_city_is_refused(giver, speaker):
    _grant, content, _code = granted(giver, speaker)
    third = make_house("磯辺野市", "Isobeno City", "999933", ("delegation.give", "delegation.speak"))
    introduce(giver, third)

    with third.acts(), pytest.raises(trouble.NotForUs):
        receiving.look_into(content, viewer=third.first, at=NIGHT)


def test_a_delegation_signed_by_a_stranger_is_refused(giver, speaker):
    _grant, content, _code = granted(giver, speaker)
    stranger = make_house("磯辺野市", "Isobeno City", "999933", ("delegation.give", "delegation.speak"))
    with speaker.acts():
        ours = keys.newest_keys()
        body = open_file(content, [ours]).body
    with stranger.acts():
        forged = seal_file(Kind.DELEGATION, body, keys=keys.newest_keys(), reader=ours.box_public)

    with speaker.acts(), pytest.raises(trouble.UnknownSender):
        receiving.look_into(forged, viewer=speaker.first, at=NIGHT)


def test_a_known_city_does_not_delegate_another_one(giver, speaker):
    _grant, content, _code = granted(giver, speaker)
    third = make_house("磯辺野市", "Isobeno City", "999933", ("delegation.give", "delegation.speak"))
    introduce(speaker, third)
    with speaker.acts():
        ours = keys.newest_keys()
        body = open_file(content, [ours]).body
    with third.acts():
        forged = seal_file(Kind.DELEGATION, body, keys=keys.newest_keys(), reader=ours.box_public)

    with speaker.acts(), pytest.raises(trouble.Tampered):
        receiving.look_into(forged, viewer=speaker.first, at=NIGHT)


def test_a_delegation_that_grew_on_the_way_is_refused(giver, speaker):
    grant, content, _code = granted(giver, speaker)
    kept(speaker, content)
    with speaker.acts():
        reader = keys.newest_keys().box_public
        body = dict(open_file(content, [keys.newest_keys()]).body)
    with giver.acts():
        other = seal_file(Kind.DELEGATION, {**body, "kinds": ["tsunami"]}, keys=keys.newest_keys(), reader=reader)

    with speaker.acts(), pytest.raises(trouble.AnotherOfTheSameName):
        receiving.look_into(other, viewer=speaker.first, at=NIGHT)
    assert Mandate.objects.get(key=grant.key).kinds == ["evacuation", "other"]


@pytest.mark.parametrize(("offset", "is_refused"), [(-MINUTES, False), (timedelta(0), True), (MINUTES, True)])
def test_a_file_is_taken_until_its_end_and_not_after(giver, speaker, offset, is_refused):
    grant, content, _code = granted(giver, speaker)

    if is_refused:
        with pytest.raises(trouble.Expired):
            kept(speaker, content, grant.valid_until + offset)
    else:
        assert kept(speaker, content, grant.valid_until + offset).state == MandateState.KEPT


@pytest.mark.parametrize(("offset", "is_refused"), [(-MINUTES, True), (timedelta(0), False), (MINUTES, False)])
def test_nobody_begins_before_the_time(giver, speaker, offset, is_refused):
    beginning = NIGHT + timedelta(days=2)
    _grant, content, _code = granted(giver, speaker, valid_from=beginning)
    mandate = kept(speaker, content)

    with speaker.acts():
        if is_refused:
            with pytest.raises(trouble.NotYet):
                speaking.ask_to_begin(mandate.pk, reason="浸水", viewer=speaker.first, at=beginning + offset)
        else:
            asked = speaking.ask_to_begin(mandate.pk, reason="浸水", viewer=speaker.first, at=beginning + offset)
            assert asked.state == MandateState.ASKED


@pytest.mark.parametrize(("behind", "is_refused"), [(MINUTES, False), (MINUTES * 2, True)])
def test_a_clock_may_be_five_minutes_behind_the_other_citys(giver, speaker, behind, is_refused):
    _grant, content, _code = granted(giver, speaker)

    if is_refused:
        with pytest.raises(trouble.FromTheFuture):
            kept(speaker, content, NIGHT - behind)
    else:
        assert kept(speaker, content, NIGHT - behind).state == MandateState.KEPT


def test_two_people_begin_with_a_reason(giver, speaker):
    _grant, content, _code = granted(giver, speaker)
    mandate = kept(speaker, content)

    with speaker.acts():
        with pytest.raises(trouble.ReasonMissing):
            speaking.ask_to_begin(mandate.pk, reason=" ", viewer=speaker.first, at=NIGHT)
        speaking.ask_to_begin(mandate.pk, reason="市役所が浸水", viewer=speaker.first, at=NIGHT)
        with pytest.raises(trouble.SamePerson):
            speaking.confirm_beginning(mandate.pk, viewer=speaker.first, at=NIGHT)
        assert active_mandates(NIGHT) == []
        speaking.confirm_beginning(mandate.pk, viewer=speaker.second, at=NIGHT)

    mandate.refresh_from_db()
    assert (mandate.state, active_mandates(NIGHT)) == (MandateState.ACTIVE, [mandate])
    assert active_mandates(mandate.valid_until - MINUTES) == [mandate]
    assert active_mandates(mandate.valid_until) == []


def test_who_asked_may_think_better_of_it(giver, speaker):
    _grant, content, _code = granted(giver, speaker)
    mandate = kept(speaker, content)

    with speaker.acts():
        speaking.ask_to_begin(mandate.pk, reason="市役所が浸水", viewer=speaker.first, at=NIGHT)
        speaking.decline_beginning(mandate.pk, viewer=speaker.first)

    mandate.refresh_from_db()
    assert (mandate.state, mandate.asked_by) == (MandateState.KEPT, None)


def test_with_a_code_nobody_begins_before_the_city_has_told_it(giver, speaker):
    _grant, content, code = granted(giver, speaker, rule=Rule.CODE)
    mandate = kept(speaker, content)

    with speaker.acts():
        with pytest.raises(trouble.WrongCode):
            speaking.ask_to_begin(mandate.pk, reason="浸水", code="AAAA", viewer=speaker.first, at=NIGHT)
        told = code.lower().replace("-", " ")
        speaking.ask_to_begin(mandate.pk, reason="浸水", code=told, viewer=speaker.first, at=NIGHT)

    assert code.encode() not in content
    assert Mandate.objects.get().state == MandateState.ASKED


def test_a_city_may_let_one_person_begin(giver, speaker):
    _grant, content, _code = granted(giver, speaker, rule=Rule.AT_ONCE)
    mandate = kept(speaker, content)

    with speaker.acts():
        begun_now = speaking.ask_to_begin(mandate.pk, reason="浸水", viewer=speaker.first, at=NIGHT)

    assert begun_now.state == MandateState.ACTIVE


def test_the_database_lets_nobody_begin_alone_where_two_are_asked_for(giver, speaker):
    _grant, content, _code = granted(giver, speaker)
    mandate = kept(speaker, content)

    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(
            state="active", begun_at=NIGHT, asked_by=speaker.first.account_id, asked_why="浸水"
        )


@pytest.mark.parametrize("changed", [{"valid_until": NIGHT + timedelta(days=300)}, {"kinds": ["tsunami"]}])
def test_the_database_keeps_the_terms_as_they_were_given(giver, speaker, changed):
    _grant, content, _code = granted(giver, speaker)
    mandate = kept(speaker, content)

    with pytest.raises(IntegrityError, match="keeps its terms"), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(**changed)


def test_what_ended_never_comes_back(giver, speaker):
    _grant, content, _code = granted(giver, speaker)
    mandate = begun(speaker, content)
    with speaker.acts():
        speaking.end_mandate(mandate.pk, reason="引き継いだ", viewer=speaker.first, at=NIGHT)

    with pytest.raises(IntegrityError, match="does not come back"), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(state="kept", ended_at=None)


def test_their_areas_and_places_stay_apart_from_ours(giver, speaker):
    _grant, content, _code = granted(giver, speaker)
    ours = set(areas_by_key(["minato", "takamori", "yama"]))

    mandate = begun(speaker, content)

    theirs = Area.everywhere.filter(partner="999911")
    assert {area.key for area in theirs} == {"999911.minato", "999911.takamori"}
    assert theirs.get(key="999911.minato").polygon == Area.objects.get(key="minato").polygon
    assert set(Area.objects.values_list("key", flat=True)) == ours
    assert [node.area.key for node in area_tree()] == ["minato", "takamori", "yama"]
    brought = PartnerPlace.objects.filter(mandate=mandate).values("destination")
    assert Destination.objects.filter(pk__in=brought).count() == 3
    reached = destinations_for(list(Area.objects.all()), Mode.ACTUAL, at=NIGHT)
    assert not {place.pk for place in reached} & set(brought.values_list("destination", flat=True))


def test_the_addresses_lie_sealed_until_somebody_begins(giver, speaker):
    _grant, content, _code = granted(giver, speaker)

    mandate = kept(speaker, content)

    assert b"000-0000-0001" not in bytes(mandate.sealed)
    assert {place.address for place in terms_of(mandate).places} == {"000-0000-0001", "000-0000-0002"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM messaging_destination WHERE key LIKE 'for-%%'")
        assert cursor.fetchone() == (0,)


def test_a_revocation_ends_what_was_begun_and_refuses_what_comes_later(giver, speaker):
    grant, content, _code = granted(giver, speaker)
    mandate = begun(speaker, content)
    with giver.acts():
        granting.take_back_grant(grant.pk, reason="担当者が替わった", viewer=giver.first, at=NIGHT)
        taken_back = revocations_file()

    with speaker.acts():
        receiving.keep_file(taken_back, viewer=speaker.first, at=NIGHT)
        receiving.keep_file(taken_back, viewer=speaker.first, at=NIGHT)
        with pytest.raises(trouble.Revoked):
            receiving.look_into(content, viewer=speaker.first, at=NIGHT)

    mandate.refresh_from_db()
    assert (mandate.state, mandate.revoked_at) == (MandateState.ENDED, NIGHT)
    assert active_mandates(NIGHT) == []


def test_the_revocation_may_come_before_the_file(giver, speaker):
    grant, content, _code = granted(giver, speaker)
    with giver.acts():
        granting.take_back_grant(grant.pk, reason="担当者が替わった", viewer=giver.first, at=NIGHT)
        taken_back = revocations_file()

    with speaker.acts():
        receiving.keep_file(taken_back, viewer=speaker.first, at=NIGHT)
        with pytest.raises(trouble.Revoked):
            receiving.keep_file(content, viewer=speaker.first, at=NIGHT)


def test_no_city_takes_back_what_another_one_gave(giver, speaker):
    grant, content, _code = granted(giver, speaker)
    mandate = begun(speaker, content)
    third = make_house("磯辺野市", "Isobeno City", "999933", ("delegation.give", "delegation.speak"))
    introduce(speaker, third)
    with third.acts():
        Grant.objects.filter(pk=grant.pk).update(
            state="revoked", ended_by=third.first.account_id, ended_at=NIGHT, end_reason="偽"
        )
        forged = revocations_file()
        Grant.objects.filter(pk=grant.pk).update(state="issued", ended_by=None, ended_at=None, end_reason="")

    with speaker.acts():
        receiving.keep_file(forged, viewer=speaker.first, at=NIGHT)

    mandate.refresh_from_db()
    assert mandate.state == MandateState.ACTIVE


def test_the_list_of_revocations_stands_in_the_public_folder(
    giver, speaker, settings, django_capture_on_commit_callbacks
):
    grant, _content, _code = granted(giver, speaker)

    with giver.acts(), django_capture_on_commit_callbacks(execute=True):
        granting.take_back_grant(grant.pk, reason="担当者が替わった", viewer=giver.first, at=NIGHT)

    document = read_signed((settings.PUBLIC_ROOT / "on-behalf" / "revoked.json").read_bytes())
    assert [each["key"] for each in document.body["revoked"]] == [str(grant.key)]


def test_whoever_lacks_the_right_does_nothing(giver, speaker):
    grant, content, _code = granted(giver, speaker)
    mandate = kept(speaker, content)
    acts = [
        lambda: keys.make_house_keys(viewer=ANONYMOUS, at=NIGHT),
        lambda: keys.our_card(viewer=ANONYMOUS),
        lambda: granting.issue_grant(grant.pk, viewer=speaker.first, at=NIGHT),
        lambda: granting.grant_file(grant.pk, viewer=speaker.first),
        lambda: granting.take_back_grant(grant.pk, reason="だめ", viewer=speaker.first, at=NIGHT),
        lambda: receiving.look_into(content, viewer=ANONYMOUS, at=NIGHT),
        lambda: speaking.ask_to_begin(mandate.pk, reason="浸水", viewer=giver.first, at=NIGHT),
        lambda: speaking.confirm_beginning(mandate.pk, viewer=giver.first, at=NIGHT),
        lambda: speaking.end_mandate(mandate.pk, reason="浸水", viewer=giver.first, at=NIGHT),
    ]

    for act in acts:
        with pytest.raises(trouble.NotAllowed):
            act()


def test_the_doctor_speaks_of_an_end_within_a_month(giver, speaker, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    assert Delegations().run().verdict == "ok"
    grant, _content, _code = granted(giver, speaker)
    assert Delegations().run().verdict == "ok"

    time_machine.move_to(grant.valid_until - timedelta(days=29), tick=False)

    finding = Delegations().run()
    assert finding.verdict == "warning"
    assert "凪浜市" in finding.says
