"""What did not go: one row of some table for which an errand raised, and when it is tried again."""

from django.db import models


class Stuck(models.Model):
    """A row with which an errand has failed (停滞), deleted once it goes or there is nothing left to do.

    It names the row by its key alone; `trouble` is the class of what was raised, `place` the line of ours that raised.
    """

    errand = models.CharField(max_length=100)
    row = models.CharField(max_length=100)
    since = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    trouble = models.CharField(max_length=100)
    place = models.CharField(max_length=200)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [models.UniqueConstraint(fields=["errand", "row"], name="row_is_stuck_once_with_an_errand")]

    def __str__(self) -> str:
        return f"{self.errand} {self.row}"
