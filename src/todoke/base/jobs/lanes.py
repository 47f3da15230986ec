"""The lanes: pools of their own, so that a mass of ordinary work never stands in the way of an emergency."""

from enum import StrEnum


class Lane(StrEnum):
    """A lane is the name of a queue and of the workers that serve nothing else."""

    EMERGENCY = "emergency"
    NORMAL = "normal"
    BULK = "bulk"


LANES: tuple[str, ...] = tuple(Lane)

# Jobs of one worker that run side by side. A worker holds about two database connections more than this.
JOBS_AT_ONCE = {Lane.EMERGENCY: 4, Lane.NORMAL: 2, Lane.BULK: 1}
