"""Ordering faults from another process, by the control door of the running simulators."""

import http.client
import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.simulators.faults import Fault
from todoke.shared.messaging.simulators.web import CONTROL_HEADER

TIMEOUT_SECONDS = 2


class SimulatorsAway(Exception):
    """The simulators do not answer on their port."""

    says = _("模擬サービスが動いていません。「todoke simulators」を起動してください。")

    def __str__(self) -> str:
        return str(self.says)


def faults_in_force(port: int) -> dict[str, Fault]:
    """The faults by route. Raises SimulatorsAway."""
    return _asked("GET", port, "/control")


def order_fault(port: int, route: str, fault: Fault) -> None:
    """Put a fault in force. Raises SimulatorsAway."""
    _asked("PUT", port, f"/control/faults/{route}", json.dumps(fault.as_json()))


def clear_fault(port: int, route: str) -> None:
    """Make a route well again. Raises SimulatorsAway."""
    _asked("DELETE", port, f"/control/faults/{route}")


def _asked(method: str, port: int, path: str, body: str = "") -> dict[str, Fault]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body, {CONTROL_HEADER: "1", "Content-Type": "application/json"})
        response = connection.getresponse()
        told: dict[str, Any] = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SimulatorsAway from error
    finally:
        connection.close()
    if response.status != 200 or "faults" not in told:
        raise SimulatorsAway
    return {route: Fault.from_json(fault) for route, fault in told["faults"].items()}
