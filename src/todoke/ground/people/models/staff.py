"""Accounts, and the city's own people: who sits in which section, in which post, with which role.

The official record of the appointments is 発令 (the personnel order); Todoke keeps what it needs to know who may do
what.
"""

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now

from todoke.ground.people.rules import normal_login_name


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by login name, however it was typed."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(login_name=normal_login_name(username or ""))


class Account(AbstractBaseUser):
    """Somebody who can sign in, resident or staff.

    An account is closed (`is_active`), never deleted: the records of what it did name it.
    """

    login_name = models.CharField(max_length=150, unique=True)
    name = models.CharField("氏名", max_length=100)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    # Belongs to the fictional city, whose passwords are printed: signs in nowhere else (signing_in.LoginNameBackend).
    is_sample = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = AccountManager()

    USERNAME_FIELD = "login_name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "アカウント"
        constraints = (
            models.CheckConstraint(
                condition=Q(login_name__regex=r"^[a-z0-9][a-z0-9._@+-]*$"), name="account_login_name_is_folded"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.login_name = normal_login_name(self.login_name)


class Section(models.Model):
    """A section of the city office (部・課・係); the tree follows the city's 行政組織規則."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    reading = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = "課・係"
        constraints = (models.CheckConstraint(condition=~Q(parent=F("id")), name="section_is_not_its_own_parent"),)

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A post (職), such as 課長 or 主事; a smaller `rank` stands higher."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "職"

    def __str__(self) -> str:
        return self.name


class Staff(models.Model):
    """A member of staff (職員); what they may do follows from their postings."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="staff")
    staff_number = models.CharField(max_length=30, unique=True)
    reading = models.CharField(max_length=200)

    class Meta:
        verbose_name = "職員"

    def __str__(self) -> str:
        return self.account.name


class Role(models.Model):
    """A named set of permissions, as the city has decided it."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        verbose_name = "役割"

    def __str__(self) -> str:
        return self.name


class RolePermission(models.Model):
    """One permission of a role; the keys are those of the registry `people.permissions`."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permissions")
    permission = models.CharField(max_length=100)

    class Meta:
        verbose_name = "役割の権限"
        constraints = (models.UniqueConstraint(fields=("role", "permission"), name="role_gives_a_permission_once"),)

    def __str__(self) -> str:
        return self.permission


def _only(key: str) -> Func:
    # A range of one number: so an exclusion over a key needs no extension (btree_gist).
    return Func(F(key), F(key), Value("[]"), function="int8range")


class Posting(models.Model):
    """A posting (発令): this person holds this post in this section, with this role, from the first to the last day.

    Both days are in office; without an end it runs on. A second posting at the same time is a 兼務.
    """

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="postings")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="postings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="postings")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="postings")
    is_concurrent = models.BooleanField("兼務", default=False)
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "発令"
        constraints = (
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
                name="posting_ends_after_its_start",
            ),
            ExclusionConstraint(
                name="posting_is_held_once_at_a_time",
                expressions=(
                    (_only("staff"), RangeOperators.OVERLAPS),
                    (_only("section"), RangeOperators.OVERLAPS),
                    (_only("post"), RangeOperators.OVERLAPS),
                    (
                        Func(F("start_date"), F("end_date"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.section_id}/{self.post_id}/{self.staff_id}"

    def is_in_office_on(self, day: date) -> bool:
        return self.start_date <= day and (self.end_date is None or day <= self.end_date)
