"""Many documents at once: a disaster's certificates, a year's notices.

In pieces of one transaction each: the numbers of a piece are taken together, its papers are set and signed by workers,
and the rows are written. A piece that fails gives its numbers back; what went out before stays. Run again, it
goes on where it stopped, because what was issued is found by its key.
"""

import multiprocessing
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import transaction

from todoke.base.calendar import fiscal_year_of
from todoke.base.clock import in_japan
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.shared.documents.actions import numbers
from todoke.shared.documents.actions.issuing import (
    Order,
    Sound,
    check,
    compose,
    issued_already,
    keep,
    new_keys,
    ready_signer,
)
from todoke.shared.documents.actions.refusals import CannotIssueNow, DocumentRefused
from todoke.shared.documents.making import CANNOT_MAKE, Made, make_in_worker, set_up_worker
from todoke.shared.documents.signing.keys import Signer, packed

PIECE = 100


@dataclass
class Progress:
    """How far a batch has come. `refused` holds the place in the row of orders and why."""

    issued: int = 0
    there_already: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        return self.issued + self.there_already + len(self.refused)


def issue_many(
    orders: Iterable[Order],
    *,
    section: Section,
    viewer: Viewer,
    at: datetime,
    tell: Callable[[Progress], None] = lambda _progress: None,
    workers: int | None = None,
) -> Progress:
    """Issue all of these; `tell` hears of every piece. An order that is refused is named and keeps nobody else back.

    Raises CannotIssueNow where the press, the signer or the disk fails: the pieces before stand, and the same orders
    may be given again.
    """
    signer = ready_signer(at)
    progress = Progress()
    with _workshop(signer, workers or max(1, os.cpu_count() or 1)) as workshop:
        place = 0
        for piece in _pieces(orders):
            _issue_piece(piece, place, workshop, progress, signer, section=section, viewer=viewer, at=at)
            place += len(piece)
            tell(progress)
    return progress


@contextmanager
def _workshop(signer: Signer, workers: int) -> Iterator[Executor]:
    # Spawned, not forked: a fork would take our connections to the database along.
    password = secrets.token_urlsafe(24)
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=set_up_worker,
        initargs=(packed(signer, password), password, settings.TIMESTAMPS),
    ) as pool:
        yield pool


def _pieces(orders: Iterable[Order]) -> Iterator[Sequence[Order]]:
    rest = iter(orders)
    while piece := list(islice(rest, PIECE)):
        yield piece


@transaction.atomic
def _issue_piece(
    piece: Sequence[Order],
    first: int,
    workshop: Executor,
    progress: Progress,
    signer: Signer,
    *,
    section: Section,
    viewer: Viewer,
    at: datetime,
) -> None:
    sound: list[Sound] = []
    there, refused = 0, []
    seen: set[str] = set()
    for place, order in enumerate(piece, first):
        try:
            if order.issue_key in seen or issued_already(order):
                there += 1
                continue
            sound.append(check(order, section=section, viewer=viewer, at=at))
            seen.add(order.issue_key)
        except DocumentRefused as refusal:
            refused.append((place, str(refusal)))
    _make_and_keep(sound, workshop, signer, viewer=viewer, at=at)
    progress.issued += len(sound)
    progress.there_already += there
    progress.refused += refused


def _make_and_keep(sound: Sequence[Sound], workshop: Executor, signer: Signer, *, viewer: Viewer, at: datetime) -> None:
    if not sound:
        return
    series = sound[0].series
    given = numbers.numbers_for_many(
        series, fiscal_year_of(in_japan(at).date()), len(sound), at=at, account_id=viewer.account_id
    )
    keys = new_keys(len(sound))
    compositions = [
        compose(each, number, key, is_sample=signer.is_sample)
        for each, number, key in zip(sound, given, keys, strict=True)
    ]
    try:
        made: list[Made] = list(workshop.map(make_in_worker, [(each, at) for each in compositions], chunksize=5))
    except CANNOT_MAKE as trouble:
        raise CannotIssueNow from trouble
    for each, number, key, paper in zip(sound, given, keys, made, strict=True):
        keep(each, number, key, paper, viewer=viewer, at=at, signer=signer)
