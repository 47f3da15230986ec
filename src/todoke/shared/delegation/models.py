"""What is kept: our keys, the partners, what we gave, what we were given, and what was said for us or by us."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from todoke.ground.places.models import Area
from todoke.shared.delegation.rules import LASTS_MAX, Rule
from todoke.shared.delegation.sealed_file import fingerprint
from todoke.shared.messaging.models import Destination, Message
from todoke.shared.messaging.types import Content, EditionKind


class HouseKeys(models.Model):
    """この市の鍵: a pair for signing and a pair for opening; the newest signs, all of them open.

    The private halves are sealed with TODOKE_SEAL_KEYS. Kept, so that a file under way still opens after a change.
    """

    sign_public = models.BinaryField(max_length=32, unique=True)
    box_public = models.BinaryField(max_length=32, unique=True)
    sealed_private = models.BinaryField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.fingerprint

    @property
    def fingerprint(self) -> str:
        """What is read out over the telephone."""
        return fingerprint(bytes(self.sign_public), bytes(self.box_public))


class Partner(models.Model):
    """相手の市: another city (or prefecture) with its public keys, as its card said and a second person checked.

    Until somebody else has compared the fingerprint by telephone or on paper, nothing is sealed for it and nothing it
    signed is taken.
    """

    name = models.CharField(max_length=60)
    code = models.CharField(max_length=6)
    sign_public = models.BinaryField(max_length=32, unique=True)
    box_public = models.BinaryField(max_length=32, unique=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=now)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["code", "-added_at"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="partner_code_has_six_digits"),
            models.CheckConstraint(condition=~Q(added_by=F("checked_by")), name="partner_is_checked_by_somebody_else"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True, checked_at__isnull=True)
                | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="partner_checked_names_who",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """What the other side reads out."""
        return fingerprint(bytes(self.sign_public), bytes(self.box_public))


class GrantState(models.TextChoices):
    """How far a delegation that we give has come."""

    WRITTEN = "written", _("承認待ち")
    ISSUED = "issued", _("発行済み")
    REVOKED = "revoked", _("取消済み")
    DROPPED = "dropped", _("取りやめ")


class Grant(models.Model):
    """委任: what this city lets a partner say in its name, to whom and until when. Kept for good.

    `file` is what was sealed for the partner, `sha256` the fingerprint of what it says. It ends by itself; the longest
    it lasts is a year. The database keeps the two people apart.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    agreement = models.CharField(max_length=200)
    agreement_date = models.DateField()
    kinds = models.JSONField(default=list)
    hazards = models.JSONField(default=list)
    areas = models.ManyToManyField(Area, related_name="+")
    destinations = models.ManyToManyField(Destination, related_name="+", blank=True)
    rule = models.CharField(max_length=12, choices=Rule)
    code_salt = models.CharField(max_length=32, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=GrantState, default=GrantState.WRITTEN)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=now)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    issued_at = models.DateTimeField(null=True)
    file = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=GrantState.values), name="grant_has_a_known_state"),
            models.CheckConstraint(condition=Q(rule__in=Rule.values), name="grant_has_a_known_rule"),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from"), valid_until__lte=F("valid_from") + LASTS_MAX),
                name="grant_ends_within_a_year",
            ),
            models.CheckConstraint(condition=~Q(written_by=F("issued_by")), name="grant_is_issued_by_somebody_else"),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "revoked"])
                | (Q(issued_by__isnull=False, issued_at__isnull=False, file__isnull=False) & ~Q(sha256="")),
                name="grant_issued_has_two_people_and_a_file",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["revoked", "dropped"])
                | (Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")),
                name="grant_taken_back_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.key}"


class MandateState(models.TextChoices):
    """How far a delegation that we were given has come."""

    KEPT = "kept", _("保管中")
    ASKED = "asked", _("開始の確認待ち")
    ACTIVE = "active", _("代行中")
    ENDED = "ended", _("終了")


class Mandate(models.Model):
    """受任: what another city lets us say in its name. Kept for good; `sealed` is the whole document, sealed.

    `city` is how the other city is called and reached. `state` goes from kept by asked to active to ended, and an
    ended one never comes back: for that there is a new delegation.
    """

    key = models.UUIDField(unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    city = models.JSONField()
    agreement = models.CharField(max_length=200)
    agreement_date = models.DateField()
    kinds = models.JSONField(default=list)
    hazards = models.JSONField(default=list)
    rule = models.CharField(max_length=12, choices=Rule)
    code_salt = models.CharField(max_length=32, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    sealed = models.BinaryField()
    areas = models.ManyToManyField(Area, related_name="+", blank=True)
    state = models.CharField(max_length=10, choices=MandateState, default=MandateState.KEPT)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(default=now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField(null=True)
    asked_why = models.CharField(max_length=500, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    begun_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-imported_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MandateState.values), name="mandate_has_a_known_state"),
            models.CheckConstraint(condition=Q(rule__in=Rule.values), name="mandate_has_a_known_rule"),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from"), valid_until__lte=F("valid_from") + LASTS_MAX),
                name="mandate_ends_within_a_year",
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("confirmed_by")), name="mandate_is_confirmed_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(begun_at__isnull=True)
                | (
                    Q(asked_by__isnull=False)
                    & ~Q(asked_why="")
                    & (Q(confirmed_by__isnull=False) | Q(rule=Rule.AT_ONCE))
                ),
                name="mandate_begun_has_its_people_and_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=MandateState.ACTIVE) | Q(begun_at__isnull=False, ended_at__isnull=True),
                name="mandate_active_has_begun",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(state=MandateState.ENDED), name="mandate_revoked_has_ended"
            ),
            models.CheckConstraint(
                condition=~Q(state=MandateState.ENDED) | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="mandate_ended_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.city_name

    @property
    def city_name(self) -> str:
        """The city for which we speak."""
        return str(self.city["name"])

    @property
    def code(self) -> str:
        """Its code, by which its areas are kept apart."""
        return str(self.city["code"])


class PartnerPlace(models.Model):
    """A destination of the other city, here while we speak for it; `their_key` is its key at home.

    The trigger `delivery_stays_with_its_city` holds every delivery to it: what is said for a city goes to places of
    the same delegation, and whatever else is said goes to none of them.
    """

    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="+")
    destination = models.OneToOneField(Destination, models.PROTECT, related_name="+")
    their_key = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mandate", "their_key"], name="partner_place_is_here_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mandate_id}: {self.their_key}"


class Speech(models.Model):
    """代行発信: a message that we send under a delegation. Its delegation never changes (trigger `speech_is_kept`)."""

    message = models.OneToOneField(Message, models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.mandate_id}: {self.message_id}"


class RevokedHere(models.Model):
    """A delegation of which a partner's list says that it no longer holds; kept also where we never had its file."""

    key = models.UUIDField(unique=True)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField()
    learnt_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return str(self.key)


class SpokenForUs(models.Model):
    """代行された発信: one edition that a partner sent in our name, as it handed it back. A record, never changed but
    for its results, which a later handing-back brings up to date.

    `results` lists {destination, name, channel, state, at, reason}, `destination` being our own key.
    """

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+")
    identifier = models.CharField(max_length=120, unique=True)
    message_key = models.UUIDField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=EditionKind)
    content = models.JSONField()
    note = models.TextField(blank=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    results = models.JSONField(default=list)
    handed_back_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["message_key", "number"])]

    def __str__(self) -> str:
        return self.identifier

    @property
    def content_title(self) -> str:
        """The Japanese title, without marks."""
        return Content.from_json(self.content).wording("ja").title
