import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import OperationalError

from todoke.base.doctor import Finding, Verdict, examine

FINE = Finding(Verdict.OK, "動いています。")


@dataclass
class Demo:
    run: Callable[[], Finding]
    key: str = "demo.check"
    title: str = "見本"


def explode() -> Finding:
    raise RuntimeError("the demonstration explodes")


def lose_the_database() -> Finding:
    raise OperationalError("gone")


def test_findings_come_back_with_their_checks_in_order():
    checks = [Demo(lambda: FINE, key="demo.one"), Demo(lambda: FINE, key="demo.two")]

    assert [(check.key, finding) for check, finding in examine(checks)] == [("demo.one", FINE), ("demo.two", FINE)]


def test_a_check_that_raises_is_a_failure_and_holds_up_no_other():
    (_, broken), (_, sound) = examine([Demo(explode), Demo(lambda: FINE)])

    assert broken.verdict is Verdict.FAILURE
    assert "RuntimeError" in broken.says
    assert sound == FINE


@pytest.mark.parametrize("hanging", [1, 3])
def test_checks_that_hang_are_failures_after_one_limit(hanging: int):
    let_go = threading.Event()
    checks = [Demo(lambda: (let_go.wait(10) and FINE) or FINE) for _ in range(hanging)]

    findings = examine([*checks, Demo(lambda: FINE)], limit_seconds=0.2)

    let_go.set()
    assert [finding.says for _, finding in findings] == ["0.2 秒以内に答えません。"] * hanging + ["動いています。"]


def test_a_database_that_is_away_is_told_as_such():
    ((_, finding),) = examine([Demo(lose_the_database)])

    assert finding.says == "データベースに聞けないため、調べられません。"
