"""All simulated services together."""

from collections.abc import Callable
from pathlib import Path
from typing import Self

from todoke.shared.messaging.simulators.arrivals import Arrival, Postbox
from todoke.shared.messaging.simulators.faults import ROUTES, Fault, FaultBook
from todoke.shared.messaging.simulators.push import PushSimulator
from todoke.shared.messaging.simulators.services import LineSimulator, PartnerSimulator
from todoke.shared.messaging.simulators.smtp import MailServerSimulator
from todoke.shared.messaging.simulators.web import WebSimulator


def postboxes(root: Path) -> dict[str, Postbox]:
    """What arrived, by route; reading works from any process."""
    return {route: Postbox(root / route) for route in ROUTES}


def returned_folder(root: Path) -> Path:
    """Where the mail server puts what it sends back."""
    return root / "returned"


class Simulator:
    """The mail server, LINE, the partners and the browsers' push service, running while the `with` block does.

    Ports of 0 are chosen freely and stand in `smtp_port` and `http_port`. `secret_of` gives a partner's webhook secret.

    Example: `with Simulator(folder, secret_of=…) as simulator: simulator.fault("line", Fault(FaultKind.HANG))`.
    """

    def __init__(
        self,
        root: Path,
        *,
        secret_of: Callable[[str], str],
        smtp_port: int = 0,
        http_port: int = 0,
        line_quota: int = 30_000,
    ) -> None:
        self.faults = FaultBook()
        self.postboxes = postboxes(root)
        self._mail = MailServerSimulator(
            self.postboxes["mail"], self.faults, returned=returned_folder(root), port=smtp_port
        )
        self._web = WebSimulator(
            LineSimulator(self.postboxes["line"], quota=line_quota),
            PartnerSimulator(self.postboxes["webhook"], secret_of),
            PushSimulator(self.postboxes["push"]),
            self.postboxes["mail"],
            self.faults,
            port=http_port,
        )

    def __enter__(self) -> Self:
        self._mail.start()
        try:
            self._web.start()
        except BaseException:
            self._mail.stop()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self._web.stop()
        self._mail.stop()

    @property
    def smtp_port(self) -> int:
        return self._mail.port

    @property
    def http_port(self) -> int:
        return self._web.port

    def fault(self, route: str, fault: Fault) -> None:
        """Order a fault for `mail`, `line`, `webhook` or `push`."""
        self.faults.set(route, fault)

    def arrivals(self, route: str) -> list[Arrival]:
        """What arrived on this route and is still kept, oldest first."""
        box = self.postboxes[route]
        return box.newest(limit=box.kept_max)[::-1]
