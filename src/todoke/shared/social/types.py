"""The words of the quota planner."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Window(TextChoices):
    """Over which time a service counts: two windows that roll, a month of the Japanese calendar, and prepaid posts."""

    QUARTER = "quarter-hour", _("15分")
    DAY = "day", _("24時間")
    MONTH = "month", _("月")
    CREDITS = "credits", _("前払い")
