"""Reading notices in every form that servers write, and in none."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.messaging.bounces import notices
from todoke.shared.messaging.bounces.addresses import return_path, token_in
from todoke.shared.messaging.bounces.judging import judge
from todoke.shared.messaging.bounces.reading import Sort, read
from todoke.shared.messaging.types import BounceKind

HARD, SOFT, POLICY = BounceKind.HARD, BounceKind.SOFT, BounceKind.POLICY


@pytest.mark.parametrize(
    ("form", "status", "kind"),
    [
        ("POSTFIX", "5.1.1", HARD),
        ("EXIM", "5.0.0", HARD),
        ("EXCHANGE", "5.1.10", HARD),
        ("EXCHANGE_ONLINE", "5.4.1", HARD),
        ("SENDMAIL", "5.1.1", HARD),
        ("GMAIL", "5.1.1", HARD),
        ("QMAIL", "5.1.1", HARD),
        ("GMAIL_FULL", "5.2.2", SOFT),
        ("QMAIL_FULL", "5.2.2", SOFT),
        ("GAVE_UP", "4.4.7", SOFT),
        ("WITHOUT_A_FORM", "", SOFT),
        ("DOCOMO_UNKNOWN", "5.0.0", HARD),
        ("DOCOMO_FILTER", "5.0.0", SOFT),
        ("DOCOMO_FILTER_SENDMAIL", "5.2.0", SOFT),
        ("DOCOMO_FULL", "5.0.0", SOFT),
        ("AU_UNKNOWN", "5.0.0", HARD),
        ("AU_FILTER", "5.0.0", SOFT),
        ("SOFTBANK_UNKNOWN", "5.0.0", HARD),
        ("SOFTBANK_SENDER", "5.0.0", POLICY),
        ("POLICY", "5.7.26", POLICY),
        ("BLOCKED", "5.0.0", POLICY),
        ("UNKNOWN_AS_POLICY", "5.7.1", HARD),
    ],
)
def test_a_refusal_is_understood_in_every_servers_form(form, status, kind):
    notice = read(getattr(notices, form))

    assert notice.sort is Sort.BOUNCE
    assert (notice.trouble.status, judge(notice.trouble).kind) == (status, kind)
    assert notice.edition == (notices.EDITION if form != "WITHOUT_A_FORM" else "")
    assert notice.addressed == (notices.RETURN,)
    assert "@" not in notice.trouble.words


@pytest.mark.parametrize(
    ("form", "sort"),
    [
        ("DELAYED", Sort.DELAYED),
        ("RELAYED", Sort.DELIVERED),
        ("FORWARDED_TO_TWO", Sort.DELIVERED),
        ("NO_COMPLAINT", Sort.DELIVERED),
        ("HOLIDAY", Sort.AUTOMATIC),
        ("OUR_OWN", Sort.OWN),
        ("A_PERSON", Sort.UNREAD),
        ("DELAYED_WITHOUT_A_FORM", Sort.DELAYED),
        ("A_SERVER_IN_ITS_OWN_WORDS", Sort.UNREAD),
        ("COMPLAINT", Sort.COMPLAINT),
    ],
)
def test_what_is_no_refusal_is_told_apart(form, sort):
    assert read(getattr(notices, form)).sort is sort


def test_a_complaint_names_its_return_path_in_its_field():
    notice = read(notices.COMPLAINT)

    assert (notice.complained, notice.edition) == (f"<{notices.RETURN}>", notices.EDITION)
    assert notice.addressed == ("<fbl@city.example.jp>",)


def test_a_report_inside_the_returned_mail_is_no_report():
    inner = notices.POSTFIX.decode()
    mail = f"From: Hana <h@isp.example.jp>\nTo: x@city.example.jp\nContent-Type: message/rfc822\n\n{inner}".encode()

    assert read(mail).sort is Sort.UNREAD


def test_a_report_of_the_other_alphabet_is_read_too():
    international = notices.POSTFIX.replace(b"message/delivery-status", b"message/global-delivery-status").replace(
        b"rfc822; hana@isp", "utf-8; 花@isp".encode()
    )

    notice = read(international)

    assert (notice.sort, notice.trouble.status, notice.trouble.domain) == (Sort.BOUNCE, "5.1.1", "isp.example.jp")


def test_a_report_that_was_cut_off_in_the_returned_mail_is_read():
    long = notices.POSTFIX.replace(b"\n--=_1--\n", b"\n" + b"x" * 70 * 1000 * 20)

    notice = read(long)

    assert (notice.sort, notice.trouble.status, notice.edition) == (Sort.BOUNCE, "5.1.1", notices.EDITION)


@pytest.mark.parametrize(
    ("address", "token"),
    [
        (return_path("a" * 32, "bousai@city.example.jp"), "a" * 32),
        ("<bounce+" + "A" * 32 + "@city.example.jp>", "a" * 32),
        ("bounce-" + "a" * 32 + "@city.example.jp", "a" * 32),
        ("bounce+" + "a" * 32, "a" * 32),
        ("bounce+" + "a" * 31 + "@city.example.jp", None),
        ("bounce+" + "a" * 31 + "1@city.example.jp", None),
        ("x bounce+" + "a" * 32 + "@city.example.jp", None),
        ("other+" + "a" * 32 + "@city.example.jp", None),
        ("", None),
        ("bounce+" + "a" * 32 + "@" + "x" * 4000, None),
    ],
)
def test_a_token_is_read_from_our_return_path_alone(address, token):
    assert token_in(address) == token


LINES = st.sampled_from(
    [
        *notices.POSTFIX.split(b"\n"),
        *notices.QMAIL.split(b"\n"),
        *notices.COMPLAINT.split(b"\n"),
        b"",
        b"--=_1",
        b"--part",
        b"Content-Type: multipart/report; boundary=",
        b"Content-Type: message/delivery-status",
        b"Content-Type: text/plain; charset=nonsense",
        b"Content-Transfer-Encoding: base64",
        b"\xff\xfe\x00",
        "To: 花@例え.jp".encode(),
        "From: 郵便 MAILER-DAEMON".encode("cp932"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.lists(LINES, max_size=60).map(b"\n".join)))
def test_nothing_that_anybody_writes_raises(raw):
    notice = read(raw)

    assert isinstance(notice.sort, Sort)
    judge(notice.trouble)


@pytest.mark.parametrize(
    "cunning",
    [
        b"\n" * 1_000_000,
        b"<a@b.c>\n" * 120_000,
        b"Content-Type: message/rfc822\n\n" * 30_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(20_000)),
        b"To: " + b"x " * 400_000,
        b"From: MAILER-DAEMON\n" + b"To: a@b.c\n" * 100_000,
        b"From: MAILER-DAEMON\n\n" + b"did not reach the following recipient(s):\n" + b"<x@y> " * 150_000,
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b"a@" * 300_000,
        notices.report(*["Action: failed"] * 20_000),
        notices.report("Action: failed\nDiagnostic-Code: " + "550 doesn't have a " * 20_000),
    ],
    ids=range(10),
)
def test_no_mail_keeps_us_busy_for_long(cunning):
    began = time.perf_counter()
    judge(read(cunning).trouble)

    # Generous, for a machine that has much else to do; what is unbounded takes minutes.
    assert time.perf_counter() - began < 60
