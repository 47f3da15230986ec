"""Effects for trying out a flow and the machinery: one that succeeds, one that fails politely, one that hangs, one that
explodes."""

import time
from collections.abc import Mapping
from typing import Any

from todoke.shared.casework.registry import Never, Order, TryLater

HANGS_SECONDS = 60.0


class Succeeds:
    """Gives back what it was told."""

    key = "casework.demo-succeeds"

    def run(self, order: Order) -> Mapping[str, Any]:
        """The settings."""
        return dict(order.settings)


class FailsPolitely:
    """Says that it cannot be done now, or with `never` that it cannot be done at all."""

    key = "casework.demo-fails"

    def run(self, order: Order) -> Mapping[str, Any]:
        """Always refuses."""
        raise Never("お試しの命令です。実行できません。") if order.settings.get("never") else TryLater("demo")


class Hangs:
    """Does not come back within any patience."""

    key = "casework.demo-hangs"

    def run(self, order: Order) -> Mapping[str, Any]:
        """Sleeps."""
        time.sleep(float(order.settings.get("seconds", HANGS_SECONDS)))
        return {}


class Explodes:
    """Has a fault nobody foresaw."""

    key = "casework.demo-explodes"

    def run(self, order: Order) -> Mapping[str, Any]:
        """Divides by nothing."""
        return {"never": order.seq / 0}
