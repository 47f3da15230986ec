"""Each network against its simulator: what is posted, what a later edition does, and what a fault becomes."""

import time
from dataclasses import replace

import pytest

from tests.shared.messaging.editions import content, edition
from tests.shared.social.conftest import PATIENCE_SECONDS
from tests.shared.social.house import FACEBOOK, MASTODON, SITE, SLACK, House, X, send
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.probing import Probed
from todoke.shared.messaging.queries import PastReceipt
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.types import Address, EditionKind, Mode, Never, TryLater
from todoke.shared.social.channels.x import XChannel, authorization
from todoke.shared.social.simulators.services import WORDS

PLACES = {"x": X, "mastodon": MASTODON, "facebook": FACEBOOK, "apprise": SLACK}
THREE = ("x", "mastodon", "facebook")
LATER, UNCLEAR, NEVER, ACCEPTED = "later", "unclear", "never", "accepted"


def outcome_of(channel, address) -> str:
    try:
        send(channel, address, edition())
    except TryLater as trouble:
        return UNCLEAR if trouble.may_have_left else LATER
    except Never:
        return NEVER
    return ACCEPTED


@pytest.mark.parametrize("service", PLACES)
def test_an_edition_is_posted_once_as_it_was_previewed(networks, simulator, service):
    channel, place = networks[service], PLACES[service]

    receipt = send(channel, place, edition())

    (post,) = simulator.posts(service)
    assert post.text == channel.prepare(edition(), place).preview
    assert receipt.confirmed is False
    if service != "apprise":
        assert receipt.reference.endswith(post.number)


@pytest.mark.parametrize("service", PLACES)
def test_a_drill_says_so_first(networks, simulator, service):
    send(networks[service], PLACES[service], edition(mode=Mode.EXERCISE))

    assert simulator.posts(service)[0].text.startswith("【訓練】")


@pytest.mark.parametrize("service", THREE)
def test_a_cancellation_deletes_what_was_said_and_says_that_it_was_wrong(networks, simulator, house, service):
    channel, place = networks[service], PLACES[service]
    house.remember(edition(), send(channel, place, edition()))
    house.remember(edition(2), send(channel, place, edition(2), key="key-2"))

    send(channel, place, edition(3, EditionKind.CANCEL, note="誤りでした"), key="key-3")

    first, second, notice = simulator.posts(service)
    assert first.deleted_at
    assert second.deleted_at
    assert notice.text.startswith("【取消】")
    assert not notice.deleted_at


def test_a_correction_answers_the_wrong_post_on_x(networks, simulator, house):
    house.remember(edition(), send(networks["x"], X, edition()))

    send(networks["x"], X, edition(2, EditionKind.CORRECTION, note="時刻を直しました"), key="key-2")

    wrong, right = simulator.posts("x")
    assert right.reply_to == wrong.number
    assert "時刻を直しました" in right.text
    assert not wrong.deleted_at


@pytest.mark.parametrize("service", ["mastodon", "facebook"])
def test_a_correction_mends_the_wrong_post_where_it_can_and_says_what_changed(networks, simulator, house, service):
    channel, place = networks[service], PLACES[service]
    house.remember(edition(), send(channel, place, edition()))

    send(channel, place, edition(2, EditionKind.CORRECTION, note="時刻を直しました"), key="key-2")

    mended, said = simulator.posts(service)
    assert mended.edited_at
    assert "【訂正】" in mended.text
    assert mended.earlier == (channel.prepare(edition(), place).preview,)
    assert "時刻を直しました" in said.text


@pytest.mark.parametrize("service", ["x", "mastodon"])
def test_a_correction_stands_alone_where_the_wrong_post_is_gone(networks, simulator, house, service):
    house.past = [PastReceipt(1, EditionKind.FIRST, "77")]

    send(networks[service], PLACES[service], edition(2, EditionKind.CORRECTION, note="直しました"))

    (post,) = simulator.posts(service)
    assert post.reply_to == ""


@pytest.mark.parametrize("service", THREE)
def test_deleting_what_is_gone_already_is_no_trouble(networks, simulator, house, service):
    house.past = [PastReceipt(1, EditionKind.FIRST, "77")]

    receipt = send(networks[service], PLACES[service], edition(2, EditionKind.CANCEL, note="誤りでした"))

    assert receipt.reference


@pytest.mark.parametrize("service", THREE)
def test_a_post_whose_number_nobody_knows_is_a_persons_task_after_the_cancellation_was_said(
    networks, simulator, house, service
):
    house.past = [PastReceipt(1, EditionKind.FIRST, "")]

    with pytest.raises(Never, match="手で消してください"):
        send(networks[service], PLACES[service], edition(2, EditionKind.CANCEL, note="誤りでした"))

    assert simulator.posts(service)[-1].text.startswith("【取消】")


@pytest.mark.parametrize("service", THREE)
def test_what_could_not_be_deleted_is_tried_again_and_the_notice_stands_once(networks, simulator, house, service):
    channel, place = networks[service], PLACES[service]
    house.remember(edition(), send(channel, place, edition()))
    cancel = edition(2, EditionKind.CANCEL, note="誤りでした")
    simulator.fault(service, Fault(FaultKind.ANSWER, status=503, calls=1))

    with pytest.raises(TryLater) as trouble:
        send(channel, place, cancel, key="key-2")
    house.doubtful = True
    send(channel, place, cancel, key="key-2")

    assert trouble.value.may_have_left
    wrong, notice = simulator.posts(service)
    assert wrong.deleted_at
    assert notice.text.startswith("【取消】")


@pytest.mark.parametrize("service", THREE)
def test_a_try_in_doubt_is_repeated_and_stands_there_once(networks, simulator, house, service):
    channel, place = networks[service], PLACES[service]
    simulator.fault(service, Fault(FaultKind.SWALLOW, calls=1))

    with pytest.raises(TryLater):
        send(channel, place, edition())
    house.doubtful = True
    receipt = send(channel, place, edition())

    assert len(simulator.posts(service)) == 1
    assert receipt.says


@pytest.mark.parametrize("service", ["x", "facebook"])
def test_the_same_text_without_a_doubt_is_refused_in_words(networks, simulator, service):
    send(networks[service], PLACES[service], edition())

    with pytest.raises(Never, match="同じ文の投稿がある"):
        send(networks[service], PLACES[service], edition(), key="another")


FAULTS = [
    (Fault(FaultKind.DELAY, seconds=0.05), (ACCEPTED, 1)),
    (Fault(FaultKind.HANG), (UNCLEAR, 0)),
    (Fault(FaultKind.SWALLOW), (UNCLEAR, 1)),
    (Fault(FaultKind.GARBAGE), (UNCLEAR, 1)),
    (Fault(FaultKind.DROP), (UNCLEAR, 0)),
    (Fault(FaultKind.TAKE_AND_ANSWER, status=500), (UNCLEAR, 1)),
    (Fault(FaultKind.ANSWER, status=503), (UNCLEAR, 0)),
    (Fault(FaultKind.ANSWER, status=429, retry_after=30), (LATER, 0)),
    (Fault(FaultKind.ANSWER, status=401), (NEVER, 0)),
    (Fault(FaultKind.ANSWER, status=403), (NEVER, 0)),
    (Fault(FaultKind.ANSWER, status=400), (NEVER, 0)),
]


@pytest.mark.parametrize("service", THREE)
@pytest.mark.parametrize(
    ("fault", "expected"), FAULTS, ids=lambda value: value.kind + str(value.status) if isinstance(value, Fault) else ""
)
def test_a_fault_becomes_the_right_trouble_within_the_patience_of_a_call(networks, simulator, service, fault, expected):
    simulator.fault(service, fault)
    began = time.monotonic()

    told = outcome_of(networks[service], PLACES[service])

    assert (told, len(simulator.posts(service))) == expected
    assert time.monotonic() - began < PATIENCE_SECONDS + 5


def test_x_says_when_its_limit_is_lifted(networks, simulator):
    simulator.fault("x", Fault(FaultKind.ANSWER, status=429, retry_after=300))

    with pytest.raises(TryLater) as trouble:
        send(networks["x"], X, edition())

    assert 295 <= trouble.value.after_seconds <= 300


def test_used_up_credits_of_x_are_named(networks, simulator):
    simulator.fault("x", Fault(FaultKind.ANSWER, status=402))

    with pytest.raises(Never, match="買い足して"):
        send(networks["x"], X, edition())


@pytest.mark.parametrize("service", PLACES)
def test_a_quota_that_says_wait_is_asked_before_anything_leaves(networks, simulator, house, service):
    house.refuses = TryLater("緊急用に残しています。")
    networks[service].simulated = True
    real = replace(PLACES[service], address=bare(PLACES[service].address))

    with pytest.raises(TryLater, match="緊急用"):
        send(networks[service], real, edition())

    assert simulator.posts(service) == []


@pytest.mark.parametrize("service", PLACES)
def test_the_twin_for_drills_uses_up_no_quota(networks, simulator, house, service):
    house.refuses = TryLater("緊急用に残しています。")

    send(networks[service], PLACES[service], edition(mode=Mode.EXERCISE))

    assert len(simulator.posts(service)) == 1


def test_x_takes_a_request_signed_by_oauth_1(simulator):
    channel = XChannel(desk=House(secrets=WORDS), site=SITE, simulator="", simulated=False)
    channel.base_of = lambda address: f"{simulator.address}/x"
    channel._line = _inside(channel)

    receipt = send(channel, Address("x", "X", "@aoba_bosai"), edition())

    assert simulator.posts("x")[0].number == receipt.reference


def test_x_refuses_a_signature_made_with_another_secret(simulator):
    wrong = {**WORDS, "token_secret": "another"}
    channel = XChannel(desk=House(secrets=wrong), site=SITE, simulator="", simulated=False)
    channel.base_of = lambda address: f"{simulator.address}/x"
    channel._line = _inside(channel)

    with pytest.raises(Never, match="鍵を認めません"):
        send(channel, Address("x", "X", "@aoba_bosai"), edition())


def _inside(channel):
    """The channel's own way, allowed to reach this machine."""
    way = channel._line

    def line(*values, **named):
        made = way(*values, **named)
        made._only_public = False
        return made

    return line


def test_half_a_secret_of_x_is_named():
    with pytest.raises(Never, match="token_secret"):
        authorization({"consumer_key": "a", "consumer_secret": "b", "token": "c"}, "POST", "https://api.x.com/2/tweets")


def test_a_real_account_never_meets_an_address_inside_the_city(house):
    house.secrets = {"token": "secret"}
    channel = XChannel(desk=house, site=SITE, simulator="", simulated=False)
    channel.base_of = lambda address: "http://127.0.0.1:9"

    with pytest.raises(Never, match="庁内"):
        send(channel, Address("x", "X", "@aoba_bosai"), edition())


@pytest.mark.parametrize(
    ("service", "address", "fits"),
    [
        ("x", "@nagihama_bosai", True),
        ("x", "simulator:@nagihama_bosai", True),
        ("x", "nagihama", False),
        ("x", "@name_that_is_too_long", False),
        ("mastodon", "@bosai@social.city.example.jp", True),
        ("mastodon", "@bosai@social.city.example.jp?max=1000&visibility=unlisted", True),
        ("mastodon", "@bosai@social.city.example.jp?visibility=direct", False),
        ("mastodon", "@bosai@social.city.example.jp?colour=red", False),
        ("mastodon", "@bosai", False),
        ("facebook", "page:100000000000001", True),
        ("facebook", "nagihama", False),
        ("apprise", "slack:bosai", True),
        ("apprise", "dapnet:bosai", False),
        ("apprise", "nothing:bosai", False),
        ("apprise", "slack://token@host", False),
    ],
)
def test_an_address_is_judged_before_it_is_stored(networks, service, address, fits):
    assert (networks[service].trouble_with(address) is None) == fits


def test_a_server_that_takes_more_gets_more(networks):
    long = edition(content=content(areas=()))
    place = Address("m", "m", "@bosai@social.city.example.jp?max=2000")

    assert networks["mastodon"].room(place.address) == 2000
    assert networks["mastodon"].prepare(long, place).body


@pytest.mark.parametrize("service", THREE)
def test_a_probe_is_answered_and_leaves_nothing(networks, simulator, service):
    channel = networks[service]
    channel.simulated = True

    (probe,) = channel.probes([PLACES[service]])
    said = probe.try_it()

    assert "応答しました" in said
    assert simulator.posts(service) == []


def test_three_networks_offer_probes_and_apprise_has_no_way_that_costs_nothing():
    offered = {key for key in ("x", "mastodon", "facebook", "apprise") if isinstance(channels[f"social.{key}"], Probed)}

    assert offered == {"x", "mastodon", "facebook"}


def test_a_probe_of_mastodon_notices_a_server_that_takes_less_than_we_send(networks, simulator):
    simulator.services["mastodon"].characters_max = 300
    networks["mastodon"].simulated = True

    (probe,) = networks["mastodon"].probes([MASTODON])

    with pytest.raises(Never, match="max=300"):
        probe.try_it()


def test_apprise_keeps_to_what_the_service_takes_and_says_what_it_cannot_carry(networks):
    slack = networks["apprise"].prepare(edition(), SLACK)
    line = networks["apprise"].prepare(edition(), Address("l", "l", "line:bosai"))

    assert "受け取りません" not in slack.left_out
    assert line.left_out == "画像や文書（このサービスは受け取りません）"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(FaultKind.ANSWER, status=503), UNCLEAR),
        (Fault(FaultKind.ANSWER, status=403), NEVER),
        (Fault(FaultKind.ANSWER, status=429), LATER),
        (Fault(FaultKind.DROP), UNCLEAR),
    ],
    ids=lambda value: value.kind + str(value.status) if isinstance(value, Fault) else "",
)
def test_what_apprise_says_becomes_the_right_trouble(networks, simulator, fault, expected):
    simulator.fault("apprise", fault)

    assert outcome_of(networks["apprise"], SLACK) == expected


def test_apprise_gives_up_by_itself(networks, simulator):
    networks["apprise"].facts = networks["apprise"].facts.__class__(
        **{**networks["apprise"].facts.__dict__, "timeout_seconds": 1.3}
    )
    simulator.fault("apprise", Fault(FaultKind.HANG))

    assert outcome_of(networks["apprise"], SLACK) == UNCLEAR


def test_a_url_of_another_service_is_refused(simulator, house):
    from todoke.shared.social.channels.apprise import AppriseChannel

    house.secrets = {"token": "json://127.0.0.1/elsewhere"}
    channel = AppriseChannel(desk=house, site=SITE, simulator=simulator.address, simulated=False)

    with pytest.raises(Never, match="配信先のサービスのものではありません"):
        send(channel, Address("s", "s", "slack:bosai"), edition())


def test_the_simulated_mastodon_is_understood_by_a_client_that_others_wrote(simulator, house):
    """Apprise has a Mastodon client of its own."""
    from todoke.shared.social.channels.apprise import AppriseChannel

    house.secrets = {"token": f"mastodon://simulator@127.0.0.1:{simulator.port}/"}
    channel = AppriseChannel(desk=house, site=SITE, simulator="", simulated=False)
    simulator.services["api"] = _AtTheRoot(simulator.services["mastodon"])

    send(channel, Address("m", "m", "mastodon:bosai"), edition())

    (post,) = simulator.posts("mastodon")
    assert post.text.startswith("警戒レベル4　避難指示\n川岸地区")


class _AtTheRoot:
    """A server of its own, as a client expects it, and not one below a folder."""

    def __init__(self, service) -> None:
        self.service = service

    def answer(self, method, path, headers, body, url):
        return self.service.answer(method, f"/api{path}", headers, body, url)
