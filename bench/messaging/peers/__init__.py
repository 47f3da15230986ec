"""The peers, each a programme of its own: `python -m bench.messaging.peers.NAME PORT MAILS FOLDER`."""

import json
from typing import Any


def tell(name: str, value: Any, unit: str, **more: Any) -> None:
    """One line of the measurement."""
    print(json.dumps({"name": name, "value": value, "unit": unit, **more}, ensure_ascii=False), flush=True)
