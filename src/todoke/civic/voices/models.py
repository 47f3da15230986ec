"""Surveys, the invitations to them, and the answers: those that nobody can be found by, and those under a name.

Between an invitation and an unlinkable answer there is no way but their survey: no key, no number, no instant, no day.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.ground.people.models import Section
from todoke.ground.retention.models import Custody
from todoke.shared.paperwork.models import FormVersion

TOKEN_HASH_BYTES = 16


class Mode(models.TextChoices):
    """Who can answer: everybody, or whoever holds an invitation."""

    OPEN = "open", _("だれでも答えられる")
    INVITED = "invited", _("案内を受けた人だけ")


class Anonymity(models.TextChoices):
    """Whether an answer stands beside the person. Chosen once: a trigger refuses every change."""

    NAMED = "named", _("記名")
    UNLINKABLE = "unlinkable", _("無記名（だれの回答か分からない）")


class Survey(models.Model):
    """アンケート: a version of a form, asked from one day to another (both included) of the people in `audience`.

    With `after_closing` it is what a resident is invited to when a case of one of `flows` (all, where it is empty) came
    to its end; `letter` is what they are told, in each language. `results` are the tables as they were published, with
    small numbers hidden: they stay when the answers go. All answers are sealed with the one custody of the survey.
    """

    key = models.SlugField(max_length=60, unique=True)
    form_version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    custody = models.ForeignKey(Custody, models.PROTECT, related_name="+")
    mode = models.CharField(max_length=10, choices=Mode)
    anonymity = models.CharField(max_length=12, choices=Anonymity)
    audience = models.JSONField(default=dict)
    opens_on = models.DateField()
    closes_on = models.DateField()
    after_closing = models.BooleanField(default=False)
    flows = models.JSONField(default=list)
    letter = models.JSONField(default=dict)
    closed_on = models.DateField(null=True)
    results = models.JSONField(null=True)
    published_on = models.DateField(null=True)
    # Set by the purge: nothing of an answer is left, and nobody may add one.
    purged_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("アンケート")
        ordering = ["-opens_on", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(opens_on__lte=F("closes_on")), name="survey_opens_before_it_closes"),
            models.CheckConstraint(
                condition=Q(results__isnull=True, published_on__isnull=True)
                | Q(results__isnull=False, published_on__isnull=False, closed_on__isnull=False),
                name="survey_results_are_published_after_its_end",
            ),
            models.CheckConstraint(
                condition=Q(after_closing=False) | Q(mode="invited", anonymity="unlinkable"),
                name="survey_after_a_case_is_by_invitation_and_unlinkable",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_unlinkable(self) -> bool:
        """Whether nobody can tell whose an answer is."""
        return self.anonymity == Anonymity.UNLINKABLE


class Invitation(models.Model):
    """回答の案内: a link that is good for one answer. Of the link only a hash is kept, of its use only the day.

    A trigger refuses a second use. `contact`, the address to which it went, is kept of named surveys alone, sealed.
    """

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="+")
    token_hash = models.BinaryField(max_length=TOKEN_HASH_BYTES, unique=True)
    used_on = models.DateField(null=True)
    contact = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("回答の案内")


class UnlinkableAnswer(models.Model):
    """無記名の回答: what somebody answered, and nothing else.

    It has no day: on a day with one answer, that day and the one in the invitation would be the way from one to the
    other. Its number is random, and whenever one is put in, others are taken out and put in again with it in random
    order, so that neither the place in the table nor the number of the transaction tells (`actions.answering`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="+")
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("無記名の回答")


class NamedAnswer(models.Model):
    """記名の回答: what somebody answered, with the day, and with the invitation by which they came."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="+")
    invitation = models.OneToOneField(Invitation, models.PROTECT, related_name="+", null=True)
    answered_on = models.DateField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("記名の回答")
        ordering = ["answered_on", "key"]
