"""What `/metrics` says of this host and this programme."""

import shutil
from collections.abc import Iterator
from importlib.metadata import version

from django.conf import settings

from todoke.base.disk import nearest_folder
from todoke.base.health.registry import Gauge, Sample


def free_bytes() -> Iterator[Sample]:
    """Room on the disks that this host writes to: `var`, and `database` where the database is ours."""
    yield Sample(shutil.disk_usage(nearest_folder(settings.VAR)).free, {"place": "var"})
    if settings.EMBEDDED_SERVER:
        folder = nearest_folder(settings.EMBEDDED_SERVER.place.folder)
        yield Sample(shutil.disk_usage(folder).free, {"place": "database"})


def the_version() -> Iterator[Sample]:
    """Always 1, with the version as its label."""
    yield Sample(1, {"version": version("todoke")})


GAUGES = (
    Gauge("start.disk-free-bytes", "Bytes free on this host's disks.", free_bytes, ("place",), asks_database=False),
    Gauge("start.version", "Always 1; the label names the version.", the_version, ("version",), asks_database=False),
)
