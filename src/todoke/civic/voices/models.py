"""Surveys with their answers, those that nobody can be found by and those under a name; and 市民の声 with its themes.

Between an invitation and an unlinkable answer there is no way but their survey: no key, no number, no instant, no day.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.ground.people.models import Section
from todoke.ground.retention.models import Custody
from todoke.shared.casework.models import Case, Flow
from todoke.shared.decisions.models import Decision
from todoke.shared.paperwork.models import Form, FormVersion, Response

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


class VoiceBox(models.Model):
    """市民の声の受付: where anybody writes to the city, as the city folder has it.

    `section` reads first. `uses` says what its questions mean (`rules.voices.USES`); `route` is the way of the decision
    on an answer, `letter` the kind of document in which an answer goes to who left a postal address, or nothing.
    """

    key = models.SlugField(max_length=60, unique=True)
    form = models.OneToOneField(Form, models.PROTECT, related_name="+")
    flow = models.OneToOneField(Flow, models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    title = models.JSONField()
    summary = models.JSONField(default=dict)
    uses = models.JSONField(default=dict)
    route = models.CharField(max_length=80)
    letter = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("市民の声の受付")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Theme(models.Model):
    """論点: voices that ask for the same thing, and what the city answers to all of them at once.

    `reply` goes to whoever wrote, sealed with the custody of the theme. `summary` (意見の概要) and `view` (市の考え方)
    are for everybody, in each language, and say nothing of anybody. Written, put to decision, answered; then either
    published by somebody else than who wrote it, or held back for a reason. `published` is what everybody reads.
    """

    class State(models.TextChoices):
        WRITING = "writing", _("回答案を作成中")
        DECIDING = "deciding", _("決裁中")
        ANSWERED = "answered", _("回答済み")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    box = models.ForeignKey(VoiceBox, models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    custody = models.ForeignKey(Custody, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WRITING)
    title = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    view = models.JSONField(default=dict)
    reply = models.BinaryField(null=True)
    has_changed = models.BooleanField(_("市の取組に反映した"), default=False)
    revision = models.PositiveIntegerField(default=1)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    published = models.JSONField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withheld_reason = models.CharField(_("公表しない理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("論点")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False)
                | (~Q(state="answered") & Q(answered_at__isnull=True)),
                name="theme_is_answered_at_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(published__isnull=True, published_at__isnull=True, published_by__isnull=True)
                | Q(
                    published__isnull=False,
                    published_at__isnull=False,
                    published_by__isnull=False,
                    state="answered",
                    withheld_reason="",
                ),
                name="theme_is_published_once_answered",
            ),
            models.CheckConstraint(condition=~Q(published_by=F("written_by")), name="theme_is_published_by_another"),
        ]

    def __str__(self) -> str:
        return str(self.key)


class Voice(models.Model):
    """市民の声: one opinion, question, proposal or report, and the case that came of it.

    Who wrote and what lies in the response, sealed. `may_publish` is the writer's consent, theirs to take back;
    `excerpt` (要旨) is what of it everybody may read, sealed with the response until it is published. Every voice ends
    shown or withheld, and what is withheld says why.
    """

    class Publishing(models.TextChoices):
        OPEN = "open", _("公表するか、まだ決めていない")
        SHOWN = "shown", _("公表した")
        WITHHELD = "withheld", _("公表しない")

    box = models.ForeignKey(VoiceBox, models.PROTECT, related_name="+")
    response = models.OneToOneField(Response, models.PROTECT, related_name="+")
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="+")
    theme = models.ForeignKey(Theme, models.PROTECT, null=True, related_name="voices")
    kind = models.CharField(max_length=40, blank=True)
    may_publish = models.BooleanField(default=False)
    excerpt = models.BinaryField(null=True)
    publishing = models.CharField(max_length=10, choices=Publishing, default=Publishing.OPEN)
    withheld_reason = models.CharField(max_length=300, blank=True)
    said_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("市民の声")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=True, said_at__isnull=True) | Q(case__isnull=False, said_at__isnull=False),
                name="a_voice_arrives_as_a_case",
            ),
            models.CheckConstraint(
                condition=~Q(publishing="shown") | Q(may_publish=True, theme__isnull=False),
                name="a_voice_is_shown_with_consent",
            ),
            models.CheckConstraint(
                condition=Q(publishing="withheld") ^ Q(withheld_reason=""), name="what_is_withheld_says_why"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
