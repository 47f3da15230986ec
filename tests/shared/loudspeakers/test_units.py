"""The channel: who may sound when, what is handed over, and what becomes of it."""

from datetime import datetime, timedelta

import pytest

from tests.shared.loudspeakers.conftest import DRILL, EVERYWHERE, HARBOUR
from tests.shared.messaging import ledger
from tests.shared.messaging.editions import SENT_AT, content, edition
from todoke.base.clock import JAPAN
from todoke.base.registry import Registry
from todoke.ground.places.models import Area, Facility
from todoke.shared.loudspeakers import listener as listening
from todoke.shared.loudspeakers.channels import units as channel_module
from todoke.shared.loudspeakers.channels.units import KEY, UnitsChannel
from todoke.shared.loudspeakers.listener import Listener
from todoke.shared.loudspeakers.models import Broadcast, Reading, Sounding, Unit
from todoke.shared.loudspeakers.protocol import Station
from todoke.shared.loudspeakers.queries import known_words
from todoke.shared.loudspeakers.rules import Member, seconds_of_quiet, tally, waves_of
from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.loudspeakers.station.broadcasts import Shelf
from todoke.shared.loudspeakers.station.faults import Faults, Trouble, order_faults
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.types import AreaMark, EditionKind, Mode, Never, TryLater

DELIVERY = "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=JAPAN)


@pytest.fixture
def clock(monkeypatch):
    """A hand on the clock of channel and listener."""

    class Hand:
        at = NOON

        def __call__(self):
            return self.at

    hand = Hand()
    monkeypatch.setattr(channel_module, "now", hand)
    monkeypatch.setattr(listening, "now", hand)
    return hand


def say(channel, told=None, place=HARBOUR, key=DELIVERY):
    told = told or edition()
    return channel.send(channel.prepare(told, place), told, place, key=key)


def notice(**changed):
    return edition(content=content(areas=(), level=None, page="/notices/{message}/"), **changed)


def test_the_preview_shows_siren_words_and_repetition(channel):
    parcel = channel.prepare(edition(), HARBOUR)

    assert parcel.preview.splitlines()[0] == "（避難指示・緊急安全確保の音 125秒）"
    assert "（くり返し 全部で2回）" in parcel.preview
    assert parcel == channel.prepare(edition(), HARBOUR)


@pytest.mark.parametrize("kind", list(EditionKind))
def test_a_drill_keeps_its_mark_in_every_artefact(channel, units, clock, station, kind):
    told = edition(mode=Mode.EXERCISE, kind=kind, note="訓練のため")

    say(channel, told, DRILL)

    (order,) = Shelf(station.root).newest()
    parcel = channel.prepare(told, DRILL)
    assert "訓練" in parcel.title
    assert parcel.preview.startswith("訓練、訓練。")
    assert order.mode == "exercise"
    assert order.title.startswith("【訓練】")
    assert order.text.startswith("訓練、訓練。")
    assert Broadcast.objects.get().title.startswith("【訓練】")


def test_a_drill_never_reaches_a_real_loudspeaker(channel, units, clock, station):
    with pytest.raises(Never, match="訓練は、本物の"):
        say(channel, edition(mode=Mode.EXERCISE))

    assert Shelf(station.root).newest() == []


def test_a_group_sounds_alone_and_all_sound_in_waves(channel, units, clock, station):
    say(channel)
    say(channel, place=EVERYWHERE, key="3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d12")

    by_key = {order.key: order for order in Shelf(station.root).newest()}
    assert [wave.units for wave in by_key[DELIVERY].waves] == [("minato-01", "minato-02")]
    assert [(wave.number, wave.units) for wave in by_key["3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d12"].waves] == [
        (1, ("minato-01", "minato-02", "yama-01")),
        (2, ("kawa-01",)),
    ]


def test_a_unit_that_is_switched_off_is_not_asked(channel, units, clock, station):
    Unit.objects.filter(key="minato-02").update(is_active=False)

    assert "（1基）" in say(channel).says


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"),
    [(6, 59, 60), (7, 0, 0), (20, 59, 0), (21, 0, 10 * 3600), (0, 0, 7 * 3600)],
)
def test_the_night_lasts_from_21_to_7(hour, minute, quiet):
    assert seconds_of_quiet(NOON.replace(hour=hour, minute=minute)) == quiet


def test_an_ordinary_notice_waits_for_the_morning_and_an_alert_does_not(channel, units, clock):
    clock.at = NOON.replace(hour=22)

    with pytest.raises(TryLater, match="夜間") as met:
        say(channel, notice())

    assert met.value.after_seconds == 9 * 3600
    assert say(channel).reference == "S-1"


def test_an_ordinary_notice_sounds_by_day(channel, units, clock, station):
    say(channel, notice())

    assert not Shelf(station.root).newest()[0].text.startswith("緊急放送")


def test_a_second_try_finds_its_broadcast_and_nothing_sounds_twice(channel, units, clock, station):
    order_faults(station.root, Faults(Trouble.SWALLOW))
    with pytest.raises(TryLater) as met:
        say(channel)
    order_faults(station.root, Faults())

    receipt = say(channel)

    assert met.value.may_have_left is True
    assert receipt.reference == "S-1"
    assert len(Shelf(station.root).newest()) == 1
    assert Broadcast.objects.get().state == "sounding"
    assert Sounding.objects.count() == 2


def test_without_a_station_a_person_has_to_broadcast(tmp_path, units, clock, quiet_voice):
    with pytest.raises(Never, match="職員が操作卓で放送"):
        say(UnitsChannel(station_for=lambda address: None, root=tmp_path))


def test_without_speech_the_channel_says_so(channel, units, clock, monkeypatch):
    def away(*_arguments):
        raise SpeechAway

    monkeypatch.setattr(channel_module, "recorded", away)

    with pytest.raises(Never, match="読み上げ原稿を職員が放送"):
        say(channel)
    assert not Broadcast.objects.exists()


def test_a_group_without_units_is_said_and_not_passed_over(channel, units, clock):
    Unit.objects.update(is_active=False)

    with pytest.raises(Never, match=r"loudspeakers\.csv"):
        say(channel)


@pytest.mark.parametrize("address", ["all", "minato", "simulator:all", "simulator:minato-2"])
def test_an_address_is_a_group_or_all(channel, address):
    assert channel.trouble_with(address) is None


@pytest.mark.parametrize("address", ["", "港", "simulator:", "a b", "../all"])
def test_other_addresses_are_refused_with_an_example(channel, address):
    assert "例 minato" in channel.trouble_with(address)


def test_a_probe_asks_without_a_sound(channel, station):
    (probe,) = channel.probes([HARBOUR])

    assert probe.try_it() == "操作卓が応答しました（スピーカー2基）"
    assert Shelf(station.root).newest() == []


def test_readings_come_from_city_edition_and_file(units):
    Reading.objects.create(surface="放出", kana="ハナテン", accent=0)
    marked = edition(content=content(areas=(AreaMark(key="y", name="閖上", reading="ゆりあげ"),)))

    words = known_words(marked)

    assert words["閖上"].kana == "ユリアゲ"
    assert words["放出"].kana == "ハナテン"


def test_shelters_and_schools_are_read_as_the_citys_list_says(units):
    ground = Area.objects.create(key="hama", kind="district", name="浜地区", reading="はまちく")
    for key, name, reading in (
        ("one", "澄瀬小学校", "すみせしょうがっこう"),
        ("two", "中央会館", "ちゅうおうかいかん"),
        ("three", "中央会館", "なかおかいかん"),
        ("four", "浜地区", "ひんちく"),
        ("five", "無名会館", ""),
    ):
        Facility.objects.create(
            key=key, kind="shelter", name=name, reading=reading, longitude=141.0, latitude=38.0, area=ground
        )

    words = known_words()

    assert words["澄瀬小学校"].kana == "スミセショウガッコウ"
    # Two halls of one name that are read differently: neither counts. Of an area and a facility, the area.
    assert "中央会館" not in words
    assert words["浜地区"].kana == "ハマチク"
    assert "無名会館" not in words


def test_an_edition_brings_the_readings_of_the_shelters_that_it_names(units):
    said = edition(content=content(facts={"readings": '{"澄瀬小学校": "すみせしょうがっこう"}'}))

    assert known_words(said)["澄瀬小学校"].kana == "スミセショウガッコウ"


def test_the_longest_gap_of_a_wave_counts():
    (wave,) = waves_of([Member("a", "a", 1, 3), Member("b", "b", 1, 9)])

    assert (wave.groups, wave.units, wave.gap_seconds) == (("a", "b"), ("a", "b"), 9)


def test_a_tally_is_words_for_staff():
    assert tally({"sounded": 3, "failed": 1}) == "鳴った 3基、鳴らなかった 1基"


# ---- what becomes of it, in the ledger ----


@pytest.fixture
def released(units, channel, clock, monkeypatch):
    """An edition in earnest, released to three groups and sent by the dispatcher's own actions."""
    kinds, channels = Registry("tests.kinds"), Registry("tests.channels")
    kinds.register(ledger.KIND)
    channels.register(channel)
    monkeypatch.setattr(release, "kinds", kinds)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    monkeypatch.setattr(dispatch, "channels", channels)
    ledger.make_city()
    officers = ledger.make_officers()

    def send(*groups):
        places = [ledger.make_destination(f"speakers-{key}", channel=KEY, address=key) for key in groups]
        release.release(ledger.first(officers, *places), at=ledger.NIGHT)
        clock.at = ledger.NIGHT
        for claim in dispatch.claim("emergency", KEY, limit=100, at=ledger.NIGHT):
            errand = dispatch.hand_over(claim, worker="tests", at=ledger.NIGHT)
            dispatch.settle(errand, dispatch.send(errand, KEY), at=ledger.NIGHT)

    return send


@pytest.fixture
def listener(station):
    return Listener(lambda address: Station(station.address))


def all_over(monkeypatch, station, clock):
    """Let the time pass that the station needs: its clock and the listener's."""
    clock.at += timedelta(minutes=20)
    monkeypatch.setattr("todoke.shared.loudspeakers.station.web.now", lambda: clock.at + timedelta(days=1))


def test_a_broadcast_that_sounded_everywhere_is_confirmed(released, listener, station, clock, monkeypatch):
    released("minato")
    assert listener.step() is True
    assert Delivery.objects.get().state == "accepted"

    clock.at += timedelta(seconds=5)
    monkeypatch.setattr("todoke.shared.loudspeakers.station.web.now", lambda: clock.at + timedelta(days=9999))
    listener.step()

    delivery = Delivery.objects.get()
    assert Broadcast.objects.get().state == "done"
    assert delivery.state == "confirmed"
    assert delivery.reason == "屋外スピーカー：鳴った 2基"
    assert not FollowUp.objects.exists()
    assert Unit.objects.get(key="minato-01").heard_at == clock.at


def test_a_unit_that_failed_is_a_persons_task_by_its_name(released, listener, station, clock, monkeypatch):
    order_faults(station.root, Faults(dead=frozenset({"minato-02"})))
    released("minato")
    monkeypatch.setattr("todoke.shared.loudspeakers.station.web.now", lambda: clock.at + timedelta(days=9999))

    listener.step()

    assert Broadcast.objects.get().state == "partly"
    follow_up = FollowUp.objects.get()
    assert follow_up.closed_at is None
    assert "minato-02子局" in follow_up.delivery.reason
    assert "ほかの手段で" in follow_up.delivery.reason
    assert Unit.objects.get(key="minato-02").trouble == "子局が応答しません（電源または回線）"


def test_a_station_that_loses_the_broadcast_is_noticed_when_its_time_is_over(released, listener, station, clock):
    order_faults(station.root, Faults(Trouble.LOSE))
    released("minato")
    listener.step()
    assert Broadcast.objects.get().state == "sounding"

    clock.at = Broadcast.objects.get().deadline_at + timedelta(seconds=1)
    listener.step()

    assert Broadcast.objects.get().state == "lost"
    assert set(Sounding.objects.values_list("state", flat=True)) == {"unknown"}
    assert "終わったという返事がありません" in FollowUp.objects.get().delivery.reason


def test_a_station_that_goes_away_meanwhile_is_noticed_too(released, station, clock):
    released("minato")
    gone = Listener(lambda address: Station("http://127.0.0.1:9"))
    clock.at = Broadcast.objects.get().deadline_at + timedelta(seconds=1)

    gone.step()

    assert Broadcast.objects.get().state == "lost"
    assert "接続を断りました" in FollowUp.objects.get().delivery.reason


def test_neighbouring_groups_of_one_edition_wait_for_each_other(released, station):
    released("minato", "kawa")

    waits = {order.waves[0].groups[0]: order.start_after for order in Shelf(station.root).newest()}
    seconds = Broadcast.objects.first().seconds
    assert waits["minato"] == 0
    assert waits["kawa"] == pytest.approx(seconds + 5 + 3, abs=0.1)


def test_a_failing_unit_of_a_drill_is_not_broken_on_its_pole(channel, units, listener, station, clock):
    order_faults(station.root, Faults(dead=frozenset({"minato-01"})))
    say(channel, edition(mode=Mode.EXERCISE), DRILL)

    listener.step()

    assert Sounding.objects.get(unit__key="minato-01").state == "failed"
    assert not Unit.objects.exclude(trouble="").exists()


def test_the_patrol_finds_a_broken_unit_and_a_mended_one(units, listener, station, clock):
    order_faults(station.root, Faults(dead=frozenset({"minato-01"})))
    listener.patrol()
    assert Unit.objects.get(key="minato-01").trouble_at == NOON

    clock.at += timedelta(minutes=5)
    order_faults(station.root, Faults())
    listener.patrol()

    assert Unit.objects.get(key="minato-01").trouble == ""
    assert Unit.objects.get(key="minato-01").trouble_at is None


def test_a_patrol_that_finds_no_station_breaks_no_unit(units, clock):
    Listener(lambda address: Station("http://127.0.0.1:9")).patrol()

    assert not Unit.objects.exclude(trouble="").exists()


def test_the_voice_comes_up_before_the_first_alert_where_there_are_units(units):
    called = []

    Listener(lambda address: None, lambda: called.append(1)).be_ready()
    Unit.objects.update(is_active=False)
    Listener(lambda address: None, lambda: called.append(2)).be_ready()

    assert called == [1]


def test_a_listener_without_a_voice_goes_on(units):
    def away():
        raise SpeechAway

    Listener(lambda address: None, away).be_ready()


# ---- a correction or cancellation stops what was wrong ----


@pytest.fixture
def standing(released, units):
    """An edition that sounds at the harbour; gives what releases and sends the next one."""
    released("minato", "kawa")

    def follow(kind, clock):
        clock.at += timedelta(seconds=20)
        told = Delivery.objects.select_related("edition").latest("pk").edition
        release.release(ledger.following(told, kind), at=clock.at)
        for claim in dispatch.claim("emergency", KEY, limit=100, at=clock.at):
            errand = dispatch.hand_over(claim, worker="tests", at=clock.at)
            dispatch.settle(errand, dispatch.send(errand, KEY), at=clock.at)

    return follow


@pytest.fixture
def station_clock(monkeypatch, clock):
    monkeypatch.setattr("todoke.shared.loudspeakers.station.web.now", clock)


@pytest.mark.parametrize("kind", [EditionKind.CORRECTION, EditionKind.CANCEL])
def test_what_takes_back_stops_what_sounds_and_each_unit_says_after_how_long(
    station_clock, standing, listener, clock, kind
):
    clock.at = ledger.NIGHT

    standing(kind, clock)
    while listener.step():
        pass

    wrong = Broadcast.objects.filter(edition_number=1)
    assert {one.state for one in wrong} == {"stopped"}
    says = {one.unit.key: one.says for one in Sounding.objects.filter(broadcast__in=wrong).select_related("unit")}
    assert says["kawa-01"] == "鳴る前に止めました"
    assert says["minato-01"].startswith("鳴り始めてから")
    assert set(Broadcast.objects.filter(edition_number=2).values_list("state", flat=True)) == {"sounding"}


def test_nobody_is_asked_to_say_by_other_means_what_was_stopped_because_it_was_wrong(
    station_clock, standing, listener, clock
):
    standing(EditionKind.CANCEL, clock)

    while listener.step():
        pass

    assert not FollowUp.objects.exists()
    assert "止めた 2基" in Broadcast.objects.get(edition_number=1, address="minato").says


def test_the_ledger_says_that_the_station_stopped_the_wrong_one(station_clock, standing, clock):
    standing(EditionKind.CORRECTION, clock)

    told = Delivery.objects.filter(number=2).values_list("reason", flat=True)
    assert all("前の放送を止めました" in reason for reason in told)


def test_an_update_lets_what_holds_be_said_to_its_end(station_clock, standing, listener, clock):
    standing(EditionKind.UPDATE, clock)

    listener.step()

    assert set(Broadcast.objects.values_list("state", flat=True)) == {"sounding"}


def test_a_gateway_that_does_not_know_how_to_stop_is_named_in_the_ledger(
    station_clock, standing, clock, monkeypatch, station
):
    monkeypatch.setattr(Shelf, "stop", lambda self, keys, at: [])

    standing(EditionKind.CORRECTION, clock)

    told = Delivery.objects.filter(number=2).values_list("reason", flat=True)
    assert all("止めたという返事はありません" in reason for reason in told)


def test_two_listeners_do_not_ask_about_the_same_broadcast(channel, units, listener, clock):
    say(channel, edition(sent_at=SENT_AT))

    assert listener.step() is True
    assert listener.step() is False
