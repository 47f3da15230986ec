"""Releases, workers, crashes and sweeps in any order: what must hold whatever comes between."""

from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shared.messaging.ledger import NIGHT, first, following, make_destination
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.release import ReleaseRefused, release
from todoke.shared.messaging.models import Attempt, Delivery, Edition, FollowUp
from todoke.shared.messaging.types import EditionKind, Never, Receipt, TryLater

ANSWERS = {
    "accepts": Receipt(),
    "confirms": Receipt(confirmed=True),
    "later": TryLater("later"),
    "unclear": TryLater("unclear", may_have_left=True),
    "never": Never("never"),
    "explodes": RuntimeError("boom"),
}
# What the other side has when the attempt ended so: for "unclear" and crashes nobody knows, so it counts as there.
ARRIVES = {"accepts", "confirms", "unclear", "explodes", "crash"}

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("release"), st.sampled_from([EditionKind.UPDATE, EditionKind.CORRECTION, EditionKind.CANCEL])
        ),
        st.tuples(st.just("claim"), st.integers(1, 3)),
        st.tuples(st.just("hand over"), st.integers(0, 5)),
        st.tuples(st.just("settle"), st.tuples(st.integers(0, 5), st.sampled_from(sorted(ANSWERS)))),
        st.tuples(st.just("crash"), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.integers(1, 120)),
    ),
    min_size=5,
    max_size=40,
)


class Undo(Exception):
    """Ends an example and takes its rows with it."""


class Night:
    """One night with one message, as workers, crashes and officers make it."""

    def __init__(self, officers, keyed: bool) -> None:
        self.at = NIGHT
        self.places = [make_destination(f"place-{number}") for number in range(3)]
        self.edition = release(first(officers, *self.places), at=self.at)
        self.claims: list[dispatch.Claim] = []
        self.errands: list[dispatch.Errand] = []
        self.keyed = keyed
        # What each destination has got, in order of arrival.
        self.got: dict[str, list[int]] = defaultdict(list)

    def step(self, what: str, how) -> None:
        getattr(self, "do_" + what.replace(" ", "_"))(how)

    def do_release(self, kind: EditionKind) -> None:
        try:
            self.edition = release(following(self.edition, kind, *self.places), at=self.at)
        except ReleaseRefused:
            assert self.edition.kind == EditionKind.CANCEL

    def do_claim(self, limit: int) -> None:
        self.claims += dispatch.claim("emergency", "tests.plain", limit=limit, at=self.at)

    def do_hand_over(self, index: int) -> None:
        if self.claims:
            errand = dispatch.hand_over(self.claims.pop(index % len(self.claims)), worker="w", at=self.at)
            if errand:
                self.errands.append(errand)

    def do_settle(self, how: tuple[int, str]) -> None:
        if self.errands:
            errand = self.errands.pop(how[0] % len(self.errands))
            self._arrive(errand, how[1])
            dispatch.settle(errand, ANSWERS[how[1]], at=self.at, chance=0.5)

    def do_crash(self, index: int) -> None:
        if self.errands:
            self._arrive(self.errands.pop(index % len(self.errands)), "crash")
        elif self.claims:
            self.claims.pop(index % len(self.claims))

    def do_wait(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)
        # A real send ends within its time-out, before its lease does.
        while self.errands and seconds > 10:
            self.do_crash(0)
        dispatch.sweep(at=self.at)

    def _arrive(self, errand: dispatch.Errand, how: str) -> None:
        if how in ARRIVES:
            self.got[errand.address.key].append(errand.edition.number)

    def let_it_finish(self) -> None:
        """The storm is over: every claim and every attempt succeeds."""
        for _ in range(60):
            while self.errands:
                self.do_settle((0, "accepts"))
            self.do_wait(7)
            self.do_claim(10)
            while self.claims:
                self.do_hand_over(0)
            if not Delivery.objects.filter(state__in=["planned", "leased", "handed_over"]).exists():
                return
            self.at += timedelta(seconds=60)
        raise AssertionError("something is still on its way after an hour")

    def check(self) -> None:
        newest = self.edition.number
        for delivery in Delivery.objects.filter(number=newest).select_related("destination"):
            got = self.got[delivery.destination.key]
            if delivery.state == "withdrawn":
                assert self.edition.kind == EditionKind.CANCEL
                assert got == [], "a destination that was told is not left without the cancellation"
            elif delivery.state in ("accepted", "confirmed"):
                assert got[-1] == newest, "what arrived last is what is right"
            else:
                assert FollowUp.objects.filter(delivery=delivery, closed_at=None).exists()
        for got in self.got.values():
            assert got == sorted(got), "no earlier edition arrives after a later one"
            if not self.keyed:
                assert len(got) == len(set(got)), "without a key nothing is sent twice"
        assert not Attempt.objects.filter(outcome="").exists()
        assert Edition.objects.count() == newest


@pytest.mark.parametrize("keyed", [True, False])
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_the_order_the_newest_edition_wins_and_nothing_is_lost(officers, plain, keyed, steps):
    plain.idempotency_key = "key" if keyed else None

    def night() -> None:
        with transaction.atomic():
            one = Night(officers, keyed)
            for what, how in steps:
                one.step(what, how)
            one.let_it_finish()
            one.check()
            raise Undo

    with pytest.raises(Undo):
        night()
