"""The house looks at itself: checks that every room may add to, on one screen, with what to do about it."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Protocol

from django.db import Error as DatabaseTrouble
from django.db import connections

from todoke.base.registry import Registry

LIMIT_SECONDS = 5.0


class Verdict(StrEnum):
    """How it stands. Only a failure makes `todoke doctor` end with 1."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """What a check found: `says` in one sentence; `mend` says what to do, empty when there is nothing to do."""

    verdict: Verdict
    says: str
    mend: str = ""


class Check(Protocol):
    """One question about the running house.

    `title` is a noun phrase for the screen. `run` only looks, changes nothing, and answers within five seconds. It runs
    in a thread of its own. Whatever it raises counts as a failure. Neither sentence holds personal data or a secret.
    Example: “the intake folder can be written”.
    """

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str: ...

    def run(self) -> Finding: ...


checks: Registry[Check] = Registry("doctor.checks")


def examine(checks: Iterable[Check], *, limit_seconds: float = LIMIT_SECONDS) -> list[tuple[Check, Finding]]:
    """Run all checks side by side; one that does not answer in time, or breaks, is a failure and holds up no other."""
    visits = [_Visit(check) for check in checks]
    for visit in visits:
        visit.start()
    over_at = monotonic() + limit_seconds
    for visit in visits:
        visit.join(max(0.0, over_at - monotonic()))
    return [(visit.check, visit.finding or _no_answer(limit_seconds)) for visit in visits]


class _Visit(threading.Thread):
    def __init__(self, check: Check) -> None:
        # A daemon: a hanging check does not keep the command from ending.
        super().__init__(name=check.key, daemon=True)
        self.check = check
        self.finding: Finding | None = None

    def run(self) -> None:
        try:
            self.finding = self.check.run()
        except DatabaseTrouble:
            self.finding = Finding(
                Verdict.FAILURE, "データベースに聞けないため、調べられません。", "先にデータベースを直してください。"
            )
        except Exception as error:
            self.finding = Finding(
                Verdict.FAILURE, f"調べている途中で失敗しました（{type(error).__name__}: {error}）。"
            )
        finally:
            connections.close_all()


def _no_answer(limit_seconds: float) -> Finding:
    return Finding(
        Verdict.FAILURE, f"{limit_seconds:g} 秒以内に答えません。", "止まっている処理がないか確かめてください。"
    )
