"""What one can ask to be told about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.Model):
    """分野: a subject under which the city writes to people. From `topics.toml` of the city folder.

    A topic that the file no longer names is not offered any more (`is_active`); who has it keeps it. `gets` says in one
    sentence what somebody who chooses it receives.
    """

    id = models.SmallAutoField(primary_key=True)
    key = models.CharField(_("キー"), max_length=60, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英語の名称"), max_length=120)
    name_easy = models.CharField(_("やさしい日本語の名称"), max_length=120)
    gets = models.CharField(_("届く内容"), max_length=200)
    gets_en = models.CharField(_("届く内容（英語）"), max_length=300)
    gets_easy = models.CharField(_("届く内容（やさしい日本語）"), max_length=300)
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)
    is_active = models.BooleanField(_("受付中"), default=True)

    class Meta:
        verbose_name = _("分野")
        verbose_name_plural = _("分野")
        ordering = ["order", "key"]
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="topic_has_a_name")]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """The name in this language, or in Japanese."""
        return {"en": self.name_en, "ja-easy": self.name_easy}.get(language) or self.name

    def gets_in(self, language: str) -> str:
        """What one gets, in this language, or in Japanese."""
        return {"en": self.gets_en, "ja-easy": self.gets_easy}.get(language) or self.gets
