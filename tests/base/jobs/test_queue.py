import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from todoke.base.jobs import Lane, enqueue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]


def test_a_job_waits_in_its_lane_with_its_arguments():
    number = enqueue("room.tidy", lane=Lane.BULK, case=7)

    job = ProcrastinateJob.objects.get(id=number)

    assert (job.queue_name, job.task_name, job.args, job.status) == ("bulk", "room.tidy", {"case": 7}, "todo")


def test_a_job_is_undone_with_the_transaction_that_needed_it():
    def tidy_in_vain() -> None:
        with transaction.atomic():
            enqueue("room.tidy", lane=Lane.NORMAL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tidy_in_vain()

    assert not ProcrastinateJob.objects.exists()


def test_a_job_wanted_once_is_not_enqueued_again_while_it_waits():
    first = enqueue("room.sweep", lane=Lane.EMERGENCY, once="sweep")

    second = enqueue("room.sweep", lane=Lane.EMERGENCY, once="sweep")

    assert first is not None
    assert second is None
    # The caller's transaction is still good.
    assert ProcrastinateJob.objects.count() == 1
