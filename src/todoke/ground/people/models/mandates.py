"""Mandates: who acts for whom."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from todoke.ground.people.models.residents import Resident


class Mandate(models.Model):
    """One person (`agent`) acts for another (`principal`, 本人); official record of a 代理権 as shown to the city.

    法定代理 follows from the law (民法818条以下 for parents, 838条以下 for guardians), 任意代理 from the principal's
    will (民法99条); a 使者 only carries what the principal has decided. Confirmed by the principal's own word in a
    session at a sufficient level, or by a clerk who saw evidence; the law's kind by a clerk alone. `scope` is a list of
    the matters it is good for; `*` is everything. `evidence` says which paper, or is a key of the room that keeps it.
    """

    class Kind(models.TextChoices):
        LEGAL = "legal", _("法定代理（親権者、成年後見人など）")
        VOLUNTARY = "voluntary", _("任意代理（委任された人）")
        MESSENGER = "messenger", _("使者（書類を届けるだけの人）")

    class State(models.TextChoices):
        ASKED = "asked", _("確認待ち")
        CONFIRMED = "confirmed", _("確認済み")
        WITHDRAWN = "withdrawn", _("取りやめ")

    principal = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="mandates_given")
    agent = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="mandates_held")
    kind = models.CharField(max_length=10, choices=Kind)
    scope = models.JSONField(default=list)
    evidence = models.CharField(max_length=200, blank=True)
    start_date = models.DateField()
    end_date = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    # None: the principal's own word.
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "代理"
        constraints = (
            models.CheckConstraint(condition=~Q(principal=F("agent")), name="mandate_joins_two_people"),
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="mandate_ends_after_its_start"),
            models.CheckConstraint(
                condition=~Q(state="confirmed", kind="legal", checked_by__isnull=True),
                name="mandate_by_law_is_confirmed_by_a_clerk",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed", checked_by__isnull=False, evidence=""),
                name="mandate_confirmed_by_a_clerk_names_its_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed", confirmed_at__isnull=True), name="mandate_confirmed_says_when"
            ),
            models.UniqueConstraint(
                fields=("principal", "agent", "kind"),
                condition=Q(state__in=("asked", "confirmed")),
                name="mandate_of_a_kind_stands_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}/{self.principal_id}/{self.agent_id}"

    def is_in_force_on(self, day: date) -> bool:
        return self.state == self.State.CONFIRMED and self.start_date <= day <= self.end_date
