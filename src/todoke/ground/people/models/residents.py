"""Residents: who has come to the portal, by which means they are known again, and what was checked about them.

None of this is a copy of the resident register (住民基本台帳). A resident here is somebody who signs in; what the city
knows about them for certain are facts with a source and an end.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Resident(models.Model):
    """Somebody who uses the portal; shown nowhere by name, because we need not know one.

    `key` is what other systems may be told; `reference` is the number that a resident tells a clerk or whoever acts for
    them. `account` exists for passkeys alone. A session holds for one `generation`: a higher one ends them all.
    Closed, never deleted, because records point here; what is personal goes at the closing. An ephemeral one is made
    for one act (an opinion, a vote) and closed after it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=10, unique=True, editable=False)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="resident"
    )
    generation = models.PositiveIntegerField(default=1)
    is_ephemeral = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "住民"
        constraints = (
            models.CheckConstraint(
                condition=Q(reference__regex=r"^[2-9A-HJ-NP-Z]{10}$"), name="resident_reference_can_be_said_aloud"
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class MailAddress(models.Model):
    """A mail address that its owner has confirmed; found by its keyed hash, kept sealed."""

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="mail_addresses")
    lookup = models.BinaryField(max_length=16, unique=True)
    sealed = models.BinaryField()
    verified_at = models.DateTimeField()

    class Meta:
        verbose_name = "確かめたメールアドレス"

    def __str__(self) -> str:
        return f"{self.resident_id}"


class OutsideIdentity(models.Model):
    """Somebody as an OpenID Connect provider knows them: only a keyed hash of issuer and subject is kept."""

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="outside_identities")
    provider = models.CharField(max_length=60)
    subject_hash = models.BinaryField(max_length=16, unique=True)
    linked_at = models.DateTimeField()

    class Meta:
        verbose_name = "外部の本人確認"

    def __str__(self) -> str:
        return f"{self.provider}/{self.resident_id}"


class VerifiedFact(models.Model):
    """One fact about a resident that a source vouched for (「一度だけ確認」): sealed, and gone when it expires.

    Kept only because a procedure asked for it; a newer word of the same source takes the place of the older one.
    """

    class Name(models.TextChoices):
        NAME = "name", _("氏名")
        ADDRESS = "address", _("住所")
        BIRTH_DATE = "birth-date", _("生年月日")
        GENDER = "gender", _("性別")
        IDENTITY = "identity", _("窓口での本人確認")

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="facts")
    name = models.CharField(max_length=20, choices=Name)
    source = models.CharField(max_length=60)
    sealed = models.BinaryField()
    verified_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "確かめた事実"
        constraints = (
            models.UniqueConstraint(fields=("resident", "name", "source"), name="fact_has_one_word_of_each_source"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("verified_at")), name="fact_expires_after_it_is_checked"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}/{self.resident_id}"


class SignInEvent(models.Model):
    """A resident has shown something: by which means, at which level, when. Never changed."""

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="sign_ins")
    means = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "サインインの記録"
        constraints = (
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=5), name="sign_in_reaches_a_level_of_the_ladder"
            ),
        )

    def __str__(self) -> str:
        return f"{self.means}/{self.resident_id}"


class SignInLetter(models.Model):
    """A mail by which somebody signs in: for one browser, for a quarter of an hour, once.

    The address is wiped with the row's end; the hashes stay for a day, to count by.
    """

    lookup = models.BinaryField(max_length=16)
    client = models.BinaryField(max_length=16)
    browser = models.BinaryField(max_length=16)
    code = models.BinaryField(max_length=16)
    sealed = models.BinaryField()
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "サインインのメール"
        indexes = (
            models.Index(fields=("lookup", "created_at"), name="letters_to_an_address"),
            models.Index(fields=("client", "created_at"), name="letters_from_a_place"),
        )

    def __str__(self) -> str:
        return str(self.pk)


class CounterNumber(models.Model):
    """A number that a clerk hands over, or sends by post, after checking who somebody is; good once."""

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="counter_numbers")
    code = models.BinaryField(max_length=16)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "窓口の番号"

    def __str__(self) -> str:
        return str(self.pk)


class Protection(models.Model):
    """支援措置: this person's address and telephone are hidden from everybody but the named handlers.

    Source: 住民基本台帳事務における支援措置 (for victims of domestic violence, stalking and abuse), one year at a time.
    """

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="protections")
    handlers: models.ManyToManyField = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    start_date = models.DateField()
    end_date = models.DateField()

    class Meta:
        verbose_name = "支援措置"
        constraints = (
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="protection_ends_after_its_start"),
        )

    def __str__(self) -> str:
        return str(self.resident_id)
