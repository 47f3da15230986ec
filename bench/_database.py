"""A database of its own for a measurement, with the house's tables and nothing in them."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from django.db import connection
from django.test.utils import override_settings


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """Made, used and taken away; `name` is the measurement's."""
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{name}_{secrets.token_hex(4)}"
    # Django says something here even when asked to be quiet; the measurements alone go to standard output.
    with redirect_stdout(sys.stderr):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with override_settings(DEBUG=False):
            yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
        connection.close()
