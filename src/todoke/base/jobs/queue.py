"""Putting a job into the queue, by name: actions do not import tasks."""

from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from todoke.base.jobs.lanes import Lane


def enqueue(
    task: str, /, *, lane: Lane, at: datetime | None = None, once: str | None = None, **arguments: Any
) -> int | None:
    """Have the task of this name run on a lane, at once or not before `at`; gives the job's number.

    The job is written in the surrounding transaction: it exists if and only if that commits. With `once`, nothing
    happens (None) while another job with the same word is waiting. Arguments are JSON and never personal data: they
    stand in logs.
    """
    deferrer = app.configure_task(name=task, queue=lane, schedule_at=at, queueing_lock=once, task_kwargs=arguments)
    try:
        # A savepoint, because the refusal of a double would spoil the caller's transaction.
        with transaction.atomic():
            return deferrer.defer()
    except AlreadyEnqueued:
        return None
