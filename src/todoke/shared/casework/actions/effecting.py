"""Running effects: at least once, under a key that is the same at every try, so that there is exactly one result.

The claim is a move of `next_at`: whoever dies over an effect leaves a row that another worker takes up when the lease
is over. A result is written only where none stands yet.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, transaction

from todoke.base.registry import Registry
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.refusals import NoSuchAction, NotAllowed
from todoke.shared.casework.models import EffectRun
from todoke.shared.casework.queries.cases import HANDLE
from todoke.shared.casework.registry import Effect, Never, Order, TryLater, effects

log = logging.getLogger("todoke.casework")

LEASE = timedelta(minutes=2)
PATIENCE_SECONDS = 10.0
TRIES_MAX = 8
PAUSES_MINUTES = (1, 2, 5, 15, 60, 240, 720)


def run_due(
    *,
    clock: Callable[[], datetime],
    registry: Registry[Effect] = effects,
    patience_seconds: float = PATIENCE_SECONDS,
    limit: int = 50,
) -> int:
    """Run what is due, one after the other; how many were taken up."""
    taken = 0
    while taken < limit and (run := _claim(clock())) is not None:
        taken += 1
        effect = registry.find(run.effect)
        if effect is None:
            _give_up(run, "effect retired")
            continue
        _settle(run, *_tried(effect, run, patience_seconds), at=clock())
    return taken


@transaction.atomic
def run_again(run_id: int, *, viewer: Viewer, at: datetime) -> EffectRun:
    """A person has looked: try an effect again that was given up. Raises NotAllowed, NoSuchAction."""
    run = EffectRun.objects.select_for_update(of=("self",)).select_related("case__section").get(pk=run_id)
    if not viewer.may(HANDLE, run.case.section.key):
        raise NotAllowed
    if run.state != EffectRun.State.GAVE_UP:
        raise NoSuchAction
    run.state, run.tries, run.next_at = EffectRun.State.WAITING, 0, at
    run.save(update_fields=["state", "tries", "next_at"])
    record("casework.effect-again", on=run, by=viewer, before={"trouble": run.trouble})
    return run


@transaction.atomic
def _claim(at: datetime) -> EffectRun | None:
    due = EffectRun.objects.filter(state=EffectRun.State.WAITING, next_at__lte=at).order_by("next_at", "pk")
    run = due.select_for_update(skip_locked=True).first()
    if run is not None:
        run.tries += 1
        run.next_at = at + LEASE
        run.save(update_fields=["tries", "next_at"])
    return run


def _tried(effect: Effect, run: EffectRun, patience_seconds: float) -> tuple[Mapping[str, Any] | None, str, bool]:
    """The result, or what went wrong and whether it is for good. One that hangs is left to its own thread."""
    order = Order(run.case_id, run.seq, run.once, run.settings)
    outcome: list[tuple[Mapping[str, Any] | None, str, bool]] = []

    def work() -> None:
        try:
            outcome.append((dict(effect.run(order)), "", False))
        except Never as refusal:
            outcome.append((None, str(refusal) or "never", True))
        except TryLater as refusal:
            outcome.append((None, str(refusal) or "later", False))
        except Exception as fault:  # a fault nobody foresaw ends neither the worker nor the other effects
            log.exception("casework.effect-failed", extra={"case": run.case_id, "effect": run.effect})
            outcome.append((None, type(fault).__name__, False))
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, name=f"effect {run.pk}", daemon=True)
    thread.start()
    thread.join(patience_seconds)
    return outcome[0] if outcome else (None, "hung", False)


def _settle(run: EffectRun, result: Mapping[str, Any] | None, trouble: str, is_final: bool, *, at: datetime) -> None:
    waiting = EffectRun.objects.filter(pk=run.pk, state=EffectRun.State.WAITING)
    if result is not None:
        waiting.update(state=EffectRun.State.DONE, result=dict(result), trouble="")
    elif is_final or run.tries >= TRIES_MAX:
        _give_up(run, trouble)
    else:
        pause = PAUSES_MINUTES[min(run.tries, len(PAUSES_MINUTES)) - 1]
        waiting.update(next_at=at + timedelta(minutes=pause), trouble=trouble[:300])


def _give_up(run: EffectRun, trouble: str) -> None:
    EffectRun.objects.filter(pk=run.pk, state=EffectRun.State.WAITING).update(
        state=EffectRun.State.GAVE_UP, trouble=trouble[:300]
    )
    log.warning("casework.effect-given-up", extra={"case": run.case_id, "effect": run.effect})
