from datetime import UTC, datetime, timedelta

import pytest

from todoke.base.backup.checkup import Backups, Setbacks, judge
from todoke.base.backup.models import Backup, Setback
from todoke.base.backup.setbacks import set_back
from todoke.base.clock import now
from todoke.base.doctor import Verdict

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("made", "verified", "verdict"),
    [
        (None, None, Verdict.WARNING),
        (NOON - 9 * HOUR, None, Verdict.WARNING),
        (NOON - 9 * HOUR, NOON - 100 * HOUR, Verdict.OK),
        (NOON - 27 * HOUR, NOON - 8 * HOUR, Verdict.WARNING),
        (NOON - 9 * HOUR, NOON - 200 * HOUR, Verdict.WARNING),
    ],
)
def test_a_backup_of_last_night_and_a_proof_of_last_week_are_asked_for(made, verified, verdict):
    found = judge(NOON, made, verified)

    assert found.verdict is verdict
    assert bool(found.mend) is (verdict is not Verdict.OK)


@pytest.mark.django_db
def test_the_newest_backup_and_the_newest_proof_count():
    from uuid import uuid4

    Backup.objects.create(identifier=uuid4(), made_at=now() - 5 * HOUR, file_name="b", size_bytes=1)
    Backup.objects.create(
        identifier=uuid4(), made_at=now() - 99 * HOUR, file_name="a", size_bytes=1, verified_at=now() - 90 * HOUR
    )

    assert Backups().run().verdict is Verdict.OK


@pytest.mark.django_db
def test_a_setback_that_nobody_has_looked_at_is_a_failure():
    before = Setbacks().run().verdict
    set_back(Setback.Kind.RESTORED, went_back_to=now() - 9 * HOUR, host="host")

    found = Setbacks().run()

    assert (before, found.verdict) == (Verdict.OK, Verdict.FAILURE)
    assert "todoke resume" in found.mend
