"""Web push by the book: the example of RFC 8291, and what must not open or pass."""

import json
from datetime import UTC, datetime, timedelta

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.messaging.channels.city import PUSH_KEY
from todoke.shared.messaging.channels.web_push import (
    CURVE,
    PLAIN_MAX,
    SEALED_MAX,
    BadSeal,
    BadSubscription,
    Sender,
    Subscription,
    base64url,
    claims_of,
    from_base64url,
    open_push,
    seal,
)
from todoke.shared.messaging.simulators.push import browser

# RFC 8291, section 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
AUTH = from_base64url("BTBZMqHH6r4Tts7J_aSIgg")
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SENDER_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = from_base64url("DGv6ra1nlYgDCS1FRnbzlw")
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ORIGIN = "https://push.example.net"


def private(key: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(from_base64url(key)), CURVE)


def subscribed(**changed: str) -> str:
    keys = {"p256dh": RECEIVER, "auth": base64url(AUTH)} | {k: v for k, v in changed.items() if k != "endpoint"}
    endpoint = changed.get("endpoint", "https://fcm.googleapis.com/fcm/send/abc:def")
    return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": keys})


def test_the_example_of_the_standard_is_sealed_byte_for_byte():
    to = Subscription("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", from_base64url(RECEIVER), AUTH)

    sealed = seal(PLAIN, to, sender=private(SENDER_KEY), salt=SALT)

    assert base64url(sealed) == SEALED


def test_the_example_of_the_standard_opens():
    assert open_push(from_base64url(SEALED), private(PUSH_KEY), AUTH) == PLAIN


@given(plain=st.binary(max_size=PLAIN_MAX))
def test_whatever_is_sealed_opens_again_and_fits(plain):
    hana = browser("hana")

    sealed = seal(plain, hana.subscription)

    assert len(sealed) <= SEALED_MAX
    assert open_push(sealed, hana.private_key, hana.auth) == plain


@given(plain=st.binary(min_size=1, max_size=PLAIN_MAX))
def test_a_library_of_others_opens_what_we_seal(plain):
    hana = browser("hana")

    sealed = seal(plain, hana.subscription)

    opened = http_ece.decrypt(sealed, private_key=hana.private_key, auth_secret=hana.auth, version="aes128gcm")
    assert opened == plain


def test_the_same_message_never_looks_the_same_twice():
    assert seal(PLAIN, browser("hana").subscription) != seal(PLAIN, browser("hana").subscription)


def test_a_message_that_is_too_long_is_refused_before_it_leaves():
    with pytest.raises(ValueError, match="do not fit"):
        seal(b"x" * (PLAIN_MAX + 1), browser("hana").subscription)


@pytest.mark.parametrize("place", [0, 17, 30, 90, -1])
def test_an_altered_message_does_not_open(place):
    hana = browser("hana")
    sealed = bytearray(seal(PLAIN, hana.subscription))
    sealed[place] ^= 1

    # Of the bytes before the text, the record's size alone is not sealed.
    if place == 17:
        assert open_push(bytes(sealed), hana.private_key, hana.auth) == PLAIN
        return
    with pytest.raises(BadSeal):
        open_push(bytes(sealed), hana.private_key, hana.auth)


def test_another_browser_does_not_open_it():
    with pytest.raises(BadSeal):
        open_push(seal(PLAIN, browser("hana").subscription), browser("taro").private_key, browser("taro").auth)


# ---- who sends ----


def sender() -> Sender:
    return Sender(PUSH_KEY, "mailto:bosai@city.example.jp")


def test_the_sender_says_who_they_are_to_whom_and_for_how_long():
    claims = claims_of(sender().authorization(ORIGIN, at=AT), at=AT)

    assert claims == {
        "aud": ORIGIN,
        "exp": int((AT + timedelta(hours=12)).timestamp()),
        "sub": "mailto:bosai@city.example.jp",
    }


def test_browsers_get_the_public_half_of_the_key():
    assert sender().public_key == RECEIVER


@pytest.mark.parametrize("later", [timedelta(hours=12), timedelta(days=2), timedelta(hours=-13)])
def test_a_claim_does_not_hold_before_or_after_its_time(later):
    with pytest.raises(BadSeal, match="over"):
        claims_of(sender().authorization(ORIGIN, at=AT), at=AT + later)


def test_a_claim_with_another_s_signature_is_refused():
    mine, theirs = sender(), Sender(SENDER_KEY, "mailto:somebody@example.net")
    forged = theirs.authorization(ORIGIN, at=AT).replace(theirs.public_key, mine.public_key)

    with pytest.raises(BadSeal, match="signature"):
        claims_of(forged, at=AT)


@pytest.mark.parametrize("header", ["", "vapid", "Bearer t=a.b.c, k=d", "vapid t=a.b.c, k=d", "vapid t=, k="])
def test_what_is_no_claim_is_refused(header):
    with pytest.raises(BadSeal):
        claims_of(header, at=AT)


@pytest.mark.parametrize("key", ["", "short", "A" * 43, "あ" * 43, "_" * 43])
def test_what_is_no_key_is_refused_at_start(key):
    with pytest.raises(ValueError, match=r".+"):
        Sender(key, "mailto:bosai@city.example.jp")


# ---- what a browser gives ----


def test_a_subscription_has_one_form_whichever_way_it_was_written():
    long = Subscription.read(subscribed())

    assert Subscription.read(long.as_text()) == long
    assert (long.host, long.origin) == ("fcm.googleapis.com", "https://fcm.googleapis.com")
    assert long.as_text().startswith('{"auth":"BTBZMqHH6r4Tts7J_aSIgg","endpoint":"https://fcm.')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "hana@example.jp",
        "[" * 100_000,
        subscribed(endpoint="http://fcm.googleapis.com/x"),
        subscribed(endpoint="https://user:pass@fcm.googleapis.com/x"),
        subscribed(endpoint="https://fcm.googleapis.com:8443/x"),
        subscribed(endpoint="https://fcm.googleapis.com/x#y"),
        subscribed(endpoint="https://fcm.googleapis.com/あ"),
        subscribed(endpoint="https:///x"),
        subscribed(endpoint="https://[::1"),
        subscribed(endpoint="https://fcm.googleapis.com/" + "x" * 2000),
        subscribed(auth="AAAA"),
        subscribed(auth="!"),
        subscribed(p256dh="AAAA"),
        subscribed(p256dh=base64url(b"\x04" + b"\x01" * 64)),
    ],
)
def test_what_no_browser_gives_is_refused(text):
    with pytest.raises(BadSubscription):
        Subscription.read(text)
