"""What a refusal means for the person: a clear word strikes off, everything else climbs the ladder."""

import pytest

from todoke.shared.messaging.bounces.judging import HABITS, Trouble, judge
from todoke.shared.messaging.types import BounceKind

HARD, SOFT, POLICY = BounceKind.HARD, BounceKind.SOFT, BounceKind.POLICY


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        # RFC 3463, 3.2: what is clear without a word
        ("5.1.1", "", HARD),
        ("5.1.2", "", HARD),
        ("5.1.3", "", HARD),
        ("5.1.6", "mailbox has moved", HARD),
        ("5.1.10", "domain accepts no mail (nullmx)", HARD),
        ("5.2.1", "", HARD),
        ("5.2.2", "", SOFT),
        ("5.2.3", "message length exceeds administrative limit", SOFT),
        ("5.2.4", "", SOFT),
        ("5.1.4", "ambiguous", SOFT),
        # about the sender, the protocol, the content, the policy: nothing about the person
        ("5.1.7", "bad sender's mailbox address syntax", POLICY),
        ("5.1.8", "bad sender's system address", POLICY),
        ("5.3.4", "message too big for system", POLICY),
        ("5.5.2", "syntax error", POLICY),
        ("5.6.0", "other media error", POLICY),
        ("5.7.0", "", POLICY),
        ("5.7.1", "550 5.7.1 message rejected as spam", POLICY),
        ("4.7.28", "unusual rate of unsolicited mail", POLICY),
        # numbers and words together
        ("5.0.0", "550 user unknown", HARD),
        ("5.0.0", "554 delivery error: dd this user doesn't have a yahoo.example account", HARD),
        ("5.3.0", "553 sorry, no mailbox here by that name", HARD),
        ("5.0.0", "550 mailbox full", SOFT),
        ("5.0.0", "something else", SOFT),
        ("5.1.1", "550 5.1.1 blocked by our reputation list", POLICY),
        ("5.7.1", "550 5.7.1 user unknown, or your address is on a blocklist", POLICY),
        ("5.4.4", "host or domain name not found", SOFT),
        # passing trouble stays passing, whatever the words
        ("4.1.1", "450 4.1.1 user unknown in virtual alias table", SOFT),
        ("4.2.2", "452 over quota", SOFT),
        ("4.4.7", "delivery time expired", SOFT),
        ("", "450 user unknown", SOFT),
        ("", "", SOFT),
    ],
)
def test_status_and_words_together(status, words, kind):
    reply = int(words[:3]) if words[:3].isdigit() else 0

    assert judge(Trouble(status=status, reply=reply, words=words)).kind is kind


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: f"{habit.domains[0]} {habit.words} {habit.after_text}")
def test_every_carriers_habit_has_a_source_and_holds_for_its_domains_alone(habit):
    assert habit.source.startswith("https://")
    for domain in (*habit.domains, f"sub.{habit.domains[0]}"):
        told = Trouble("5.0.0", 550, f"550 {habit.words}", domain, after_text=bool(habit.after_text))
        assert judge(told) == habit.judgement
    assert judge(Trouble("5.2.2", 552, habit.words, f"no{habit.domains[0]}")).kind is not POLICY


def test_a_filter_of_the_receiver_is_no_reason_to_strike_off():
    late = Trouble("5.0.0", 550, "550 unknown user", "docomo.ne.jp", after_text=True)

    assert judge(late).kind is SOFT
    assert judge(Trouble("5.0.0", 550, "550 unknown user", "docomo.ne.jp")).kind is HARD
    assert judge(Trouble("5.0.0", 550, "550 unknown user", "isp.example.jp", after_text=True)).kind is HARD
