"""Editions, carriers, crashes and reopened bundles in any order: what must hold for every single reader.

TODOKE_INTERLEAVINGS=10000 runs as many of them; without it thirty.
"""

import os
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction

from tests.shared.messaging.ledger import NIGHT, first, following, make_destination
from tests.shared.messaging.masses import AUDIENCE, CHANNEL, make_contacts
from todoke.shared.messaging.actions import bundles, contacts, dispatch, mailings
from todoke.shared.messaging.actions.bundles import Carry
from todoke.shared.messaging.actions.mailings import Job
from todoke.shared.messaging.actions.release import ReleaseRefused, release
from todoke.shared.messaging.models import Bundle, Contact, Delivery, Mailing, Recipient
from todoke.shared.messaging.types import BundleState, ContactState, Copy, EditionKind, Fate, Result
from todoke.shared.messaging.types import RecipientState as State

EXAMPLES = int(os.environ.get("TODOKE_INTERLEAVINGS", "30"))
READERS = 5
HELD_SECONDS = 5

# How often each step is taken, beside the others.
STEPS = {
    "begin": 2,
    "plan": 2,
    "claim": 5,
    "send": 9,
    "write": 2,
    "close": 2,
    "die": 2,
    "reopen": 1,
    "release": 1,
    "leave": 0.3,
    "wait": 1,
}
FATES = {Fate.ACCEPTED: 6, Fate.LATER: 1, Fate.UNCLEAR: 1, Fate.REFUSED: 0.5, Fate.GONE: 0.3, Fate.HELD: 0.5}
KINDS = {EditionKind.UPDATE: 1, EditionKind.CORRECTION: 1, EditionKind.CANCEL: 2}


class Undo(Exception):
    """Ends an example and takes its rows with it."""


@dataclass
class Hand:
    """A worker with one bundle: copies still to send, and results not yet written."""

    holder: int
    job: Job
    carry: Carry
    copies: list[Copy]
    results: list[Result] = field(default_factory=list)


class Storm:
    """One message to a few readers, as carriers, crashes and officers make it."""

    def __init__(self, officers, channel, chance: random.Random) -> None:
        self.chance = chance
        self.at = NIGHT
        self.channel = channel
        self.place = make_destination("everybody", CHANNEL, address=AUDIENCE)
        self.readers: list[int] = [contact.pk for contact in make_contacts(READERS)]
        self.edition = release(first(officers, self.place), at=self.at)
        self.hands: list[Hand] = []
        self.dead: list[int] = []
        self.holders = 0
        # What each reader has got, in order of arrival; and what was refused to whom.
        self.got: dict[int, list[int]] = defaultdict(list)
        self.refused: set[tuple[int, int]] = set()

    @property
    def repeatable(self) -> bool:
        return self.channel.facts.idempotency_key is not None

    def rage(self) -> None:
        """So many steps of any kind."""
        for _each in range(self.chance.randint(10, 90)):
            getattr(self, f"do_{self._one_of(STEPS)}")()

    def _one_of(self, weights):
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def do_release(self) -> None:
        try:
            self.edition = release(following(self.edition, self._one_of(KINDS), self.place), at=self.at)
        except ReleaseRefused:
            assert self.edition.kind == EditionKind.CANCEL
        # Mostly the new one sets out at once, while the old one is still in everybody's hands.
        if self.chance.random() < 0.7:
            self.do_begin()
            for mailing in mailings.moving("emergency"):
                mailings.plan_step(mailings.job_of(mailing.pk), at=self.at)

    def do_begin(self) -> None:
        for claimed in dispatch.claim("emergency", CHANNEL, limit=5, at=self.at):
            mailings.begin(claimed, worker="w", at=self.at)

    def do_plan(self) -> None:
        if moving := mailings.moving("emergency"):
            mailings.plan_step(mailings.job_of(self.chance.choice(moving).pk), at=self.at)

    def do_claim(self) -> None:
        if moving := mailings.moving("emergency"):
            self._claim(self.chance.choice(moving))

    def _claim(self, mailing: Mailing) -> None:
        job = mailings.job_of(mailing.pk)
        self.holders += 1
        carry = bundles.claim(job, holder=self.holders, at=self.at)
        if carry is not None:
            copies, _quiet = bundles.copies_of(carry, job, at=self.at)
            self.hands.append(Hand(self.holders, job, carry, copies))

    def do_send(self) -> None:
        if self.hands:
            self._send(self.chance.choice(self.hands), self._one_of(FATES))

    def _send(self, hand: Hand, fate: Fate) -> None:
        if hand.copies:
            copy = hand.copies.pop(0)
            if fate in (Fate.ACCEPTED, Fate.UNCLEAR):
                self.got[copy.contact_id].append(hand.job.edition.number)
            if fate in (Fate.REFUSED, Fate.GONE):
                self.refused.add((copy.contact_id, hand.job.edition.number))
            hand.results.append(Result(copy.contact_id, fate))

    def do_write(self) -> None:
        if self.hands:
            self._write(self.chance.choice(self.hands))

    def _write(self, hand: Hand) -> None:
        bundles.settle(hand.carry, hand.results, repeatable=self.repeatable, at=self.at)

    def do_close(self) -> None:
        if self.hands:
            hand = self._let_go()
            self._write(hand)
            fates = [result.fate for result in hand.results]
            bundles.close(
                hand.carry,
                tries_again=Fate.LATER in fates or Fate.UNCLEAR in fates,
                repeats=fates.count(Fate.UNCLEAR) if self.repeatable else 0,
                at=self.at,
                chance=0.5,
            )

    def _let_go(self) -> Hand:
        return self.hands.pop(self.chance.randrange(len(self.hands)))

    def do_die(self) -> None:
        if self.hands:
            # Some of what it had sent had arrived, and nobody wrote it down.
            self.dead.append(self._let_go().holder)

    def do_reopen(self) -> None:
        bundles.reopen(dead=self.dead, at=self.at)

    def do_leave(self) -> None:
        contacts.end(self.chance.choice(self.readers), at=self.at)

    def do_wait(self) -> None:
        self._wait(self.chance.randint(1, 60))

    def _wait(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)
        # A real bundle ends within its time-out, before its lease does.
        while self.hands and seconds > HELD_SECONDS:
            self.do_close()
        bundles.reopen(dead=self.dead, at=self.at)
        for mailing in mailings.moving("emergency"):
            mailings.wind_up(mailing, at=self.at)
            mailings.end_if_over(mailing.pk, at=self.at)

    def let_it_finish(self) -> None:
        """The storm is over: every copy is taken."""
        for _each in range(80):
            while self.hands:
                for hand in self.hands:
                    while hand.copies:
                        self._send(hand, Fate.ACCEPTED)
                self.do_close()
            self._wait(7)
            self.do_begin()
            for mailing in mailings.moving("emergency"):
                mailings.plan_step(mailings.job_of(mailing.pk), at=self.at)
                self._claim(mailing)
            if not Delivery.objects.filter(state__in=["planned", "leased", "handed_over"]).exists():
                return
            self.at += timedelta(seconds=30)
        raise AssertionError("something is still on its way after an hour")

    def check(self) -> None:
        assert not Bundle.objects.exclude(state=BundleState.DONE).exists()
        assert not Recipient.objects.filter(state=State.PLANNED).exists()
        assert not Mailing.objects.filter(ended_at=None).exists()
        active = set(Contact.objects.filter(state=ContactState.ACTIVE).values_list("pk", flat=True))
        newest = self.edition.number
        for reader in self.readers:
            self._check_reader(reader, newest, is_active=reader in active)
        twice = sum(len(got) - len(set(got)) for got in self.got.values())
        assert twice <= sum(Bundle.objects.values_list("repeats", flat=True))
        assert self.repeatable or twice == 0

    def _check_reader(self, reader: int, newest: int, *, is_active: bool) -> None:
        got = self.got[reader]
        # What arrives last is what is right: nothing old after something new.
        assert got == sorted(got)
        if not is_active or (reader, newest) in self.refused:
            return
        if self.edition.kind != EditionKind.CANCEL:
            assert newest in got or self._is_unknown(reader, newest)
        elif got and got[0] < newest:
            # Whoever got anything hears that it no longer holds.
            assert newest in got or self._is_unknown(reader, newest)
        elif newest in got:
            # Whoever hears a cancellation alone may have got something of which the record was lost with a worker.
            assert self._may_have_been_told(reader, newest)

    def _is_unknown(self, reader: int, number: int) -> bool:
        return Recipient.objects.filter(mailing__delivery__number=number, contact=reader, state=State.UNKNOWN).exists()

    def _may_have_been_told(self, reader: int, newest: int) -> bool:
        return Recipient.objects.filter(
            mailing__delivery__number__lt=newest, contact=reader, state=State.UNKNOWN
        ).exists()


@pytest.mark.faults
@pytest.mark.django_db
@pytest.mark.parametrize("key", ["Message-ID", None], ids=["with a key", "without"])
def test_whatever_comes_between_every_reader_ends_with_what_is_right(officers, mass, key):
    mass.bundle_size = 2
    mass.idempotency_key = key

    def storm(seed: int) -> None:
        with transaction.atomic():
            one = Storm(officers, mass, random.Random(seed))
            one.rage()
            one.let_it_finish()
            one.check()
            raise Undo

    for seed in range(EXAMPLES):
        try:
            storm(seed)
        except Undo:
            continue
        except Exception as trouble:
            trouble.add_note(f"in the interleaving with the seed {seed}")
            raise
