"""The register of the city's accounts on social networks, their quotas, and what was held back for their sake."""

from django.db import models
from django.db.models import F, Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now

from todoke.ground.people.models import Post, Section
from todoke.shared.social.types import Window

VARIABLE = r"^TODOKE_SOCIAL_SECRET_[A-Z0-9_]+$"


class SocialAccount(models.Model):
    """アカウント台帳の一行: one account of the city, by the rules for social networks (仙台市は要綱とガイドライン).

    Opened, changed and closed by `actions.register` alone, never deleted. `address` is what a destination of its
    channel is addressed to, empty where people post by hand. Its secret is named (`secret_name`, a variable of the
    environment) or sealed (`sealed_secret`), and never shown. Who may post sits in one of `poster_sections` and holds
    one of `poster_posts`; no post named means every post.
    """

    key = models.SlugField(max_length=60, unique=True)
    service = models.CharField(max_length=60)
    handle = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=500)
    rule = models.CharField(max_length=300)
    rule_address = models.URLField(max_length=300, blank=True)
    contact = models.CharField(max_length=200)
    poster_sections = models.ManyToManyField(Section, related_name="+")
    poster_posts = models.ManyToManyField(Post, related_name="+", blank=True)
    address = models.CharField(max_length=300, blank=True)
    secret_name = models.CharField(max_length=100, blank=True)
    sealed_secret = models.BinaryField(null=True)
    is_listed = models.BooleanField(default=True)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True)

    class Meta:
        verbose_name = "ソーシャルメディアのアカウント"
        ordering = ["service", "handle"]
        constraints = [
            models.UniqueConstraint(fields=["service", "handle"], name="social_account_stands_in_the_register_once"),
            models.UniqueConstraint(
                fields=["service", "address"], condition=~Q(address=""), name="social_account_has_its_own_address"
            ),
            models.CheckConstraint(
                condition=Q(closed_date__isnull=True) | Q(closed_date__gte=F("opened_date")),
                name="social_account_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(secret_name="") | Q(secret_name__regex=VARIABLE),
                name="social_account_names_a_variable_of_its_own_kind",
            ),
            models.CheckConstraint(
                condition=Q(secret_name="") | Q(sealed_secret__isnull=True), name="social_account_has_one_secret"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed."""
        return self.closed_date is None

    @property
    def has_secret(self) -> bool:
        """Whether a secret is named or sealed; whether it works only the service knows."""
        return bool(self.secret_name) or self.sealed_secret is not None


class Quota(models.Model):
    """上限: how many posts an account has in a window, and which part of them only the life-critical may use.

    From the city's file (`social_quotas.csv`) until staff set it on the account's page (`set_at`); then the page wins.
    A contract says it, with its `source`. `since_date` is when prepaid posts were last bought.
    """

    account = models.ForeignKey(SocialAccount, models.PROTECT, related_name="quotas")
    window = models.CharField(max_length=20, choices=Window)
    limit = models.PositiveIntegerField()
    reserve_percent = models.PositiveSmallIntegerField()
    since_date = models.DateField(null=True)
    source = models.CharField(max_length=300)
    set_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "ソーシャルメディアの上限"
        ordering = ["account", "window"]
        constraints = [
            models.UniqueConstraint(fields=["account", "window"], name="quota_is_one_for_account_and_window"),
            models.CheckConstraint(condition=Q(window__in=Window.values), name="quota_has_a_known_window"),
            models.CheckConstraint(
                condition=Q(limit__gt=0, reserve_percent__lte=99), name="quota_leaves_something_to_everybody"
            ),
            models.CheckConstraint(
                condition=~Q(window=Window.CREDITS) | Q(since_date__isnull=False),
                name="quota_of_credits_has_a_beginning",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.window}"


class Held(models.Model):
    """控えた投稿: a post of little weight that waits, or was dropped, so that the account can still speak.

    One row for a delivery, by its key; the latest decision stands in it with its reason.
    """

    account = models.ForeignKey(SocialAccount, models.PROTECT, related_name="held")
    delivery_key = models.CharField(max_length=100, unique=True)
    title = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    is_dropped = models.BooleanField(default=False)
    held_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-held_at"]

    def __str__(self) -> str:
        return self.delivery_key
