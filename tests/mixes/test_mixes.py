"""A short night for every run of the suite; TODOKE_MIXES=10000 plays as many acts, in nights of two hundred."""

import os
import random
import shutil
from collections import Counter

import pytest
from django.db import transaction

from tests.mixes.night import Night, load_city
from tests.mixes.world import world
from todoke.base.clock import now
from todoke.shared.messaging.models import Destination

pytestmark = pytest.mark.django_db

ACTS = int(os.environ.get("TODOKE_MIXES", "60"))
ACTS_IN_A_NIGHT = 200
ROOTS = ("PUBLIC_ROOT", "DRILL_ROOT", "LOUDSPEAKER_ROOT", "FILES_ROOT")


class Over(Exception):
    """The night is over, and nothing of it is to stay in the database."""


@pytest.fixture
def roots(tmp_path):
    return {name: tmp_path / name.lower() for name in ROOTS}


def play_one(seed, acts, officers, roots):
    """A night in folders and rows of its own."""
    for root in roots.values():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
    try:
        with transaction.atomic(), world(random.Random(seed), **roots) as wire:
            night = Night(seed, wire, officers).play(acts)
            raise Over
    except Over:
        return night


def test_nothing_of_a_drill_leaves_the_house_and_no_alert_in_earnest_bears_its_mark(roots):
    officers = load_city(now())
    counts, ways = Counter(), Counter()

    for seed, done in enumerate(range(0, ACTS, ACTS_IN_A_NIGHT), 1):
        night = play_one(seed, min(ACTS_IN_A_NIGHT, ACTS - done), officers, roots)
        counts += night.counts
        ways += night.channels

    print(f"{ACTS} acts: {dict(sorted(counts.items()))}")
    modes = {mode.partition(" ")[0] for mode in counts if mode.endswith(("outside", "simulated"))}
    known = set(Destination.objects.exclude(channel="notices.page").values_list("channel", flat=True))
    used = {way for _is_drill, way in ways}
    assert {"actual", "exercise"} <= modes
    assert used <= known
    if ACTS < ACTS_IN_A_NIGHT:
        # What a short night passes by depends on the hour at which it is played.
        return
    # Otherwise the night was too quiet to show anything.
    assert modes == {"actual", "exercise", "test"}
    assert counts["exercise outside"], "staff who have agreed got nothing"
    assert counts["refused mixtures"]
    assert counts["refused rows"]
    assert used == known
