"""Asking about what waits for its hour. A number and no notice, so no viewer is asked for."""

from datetime import datetime

from todoke.civic.notices.models import Notice, NoticeState


def overdue(before: datetime) -> int:
    """How many scheduled notices should have gone out by then and have not."""
    return Notice.objects.filter(state=NoticeState.SCHEDULED, send_at__lte=before).count()
