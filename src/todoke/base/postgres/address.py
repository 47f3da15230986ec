"""What a DATABASE_URL says: PostgreSQL's own connection address, with one host or several.

Source: PostgreSQL 18, 32.1.1.2 “Connection URIs” and 32.1.1.3 “Specifying Multiple Hosts”. libpq itself reads it, so
whatever psql understands is understood here.
"""

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

# What the address does not say. Without these a host that vanishes (no power, a cut cable) is noticed after a quarter
# of an hour, and with several hosts the next one is only tried then. Milliseconds for the last, seconds for the others.
PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
NAMED_BY_DJANGO = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}


def read_address(address: str) -> dict[str, Any]:
    """Django's settings for this address: HOST, PORT, USER, PASSWORD, NAME, and the rest as OPTIONS.

    Raises ValueError, with libpq's own words, for an address that it cannot read or that names no database. With
    several hosts and no `target_session_attrs`, the one that takes writes is looked for: a replica is of no use to us.
    """
    try:
        parts = conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise ValueError(str(error).strip()) from error
    if not parts.get("dbname"):
        raise ValueError("it names no database; the name stands behind the host, as in …@db.example/todoke")
    options = {**PATIENCE, **{name: value for name, value in parts.items() if name not in NAMED_BY_DJANGO}}
    if len(hosts_of(str(parts.get("host", "")))) > 1:
        options.setdefault("target_session_attrs", "read-write")
    return {
        **{ours: str(parts.get(theirs, "")) for theirs, ours in NAMED_BY_DJANGO.items()},
        "OPTIONS": options,
    }


def hosts_of(host: str) -> list[str]:
    """The single hosts of a HOST that may name several."""
    return [name for name in host.split(",") if name]
