"""Words of this room: who acts for whom, what becomes of a paper, where a fee stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from todoke.ground.people.rules import Level


class Audience(TextChoices):
    """Who files it: anybody, or staff of the city alone (a review of a system)."""

    EVERYONE = "everyone", _("住民・事業者")
    STAFF = "staff", _("職員")


class Proxy(TextChoices):
    """Who may act for somebody else (代理)."""

    LEGAL = "legal", _("法定代理人")
    CHOSEN = "chosen", _("任意代理人")
    MESSENGER = "messenger", _("使者")


class Handling(TextChoices):
    """What becomes of a paper: kept in the file, or only shown (提示)."""

    KEEP = "keep", _("提出")
    SHOW = "show", _("提示")


class Instead(TextChoices):
    """What may stand in for a paper (添付書類の省略)."""

    NONE = "none", _("省略できない")
    HELD = "held", _("市が持つ情報で確かめる")
    LINK = "link", _("行政機関どうしの情報連携で確かめる")
    CARD = "card", _("マイナンバーカードの電子証明書で確かめる")
    STATEMENT = "statement", _("申請者の申告で足りる")


class Outcome(TextChoices):
    """What is put to decision about a filing."""

    GRANTED = "granted", _("許可・承認する")
    REFUSED = "refused", _("許可・承認しない")


class SlipWay(TextChoices):
    """How a filing came that was not typed on our own pages."""

    DEVICE = "device", _("回線のない端末")
    TABLE = "table", _("表の読込み")


class FeeState(TextChoices):
    """Where a fee stands."""

    NONE = "none", _("手数料なし")
    DUE = "due", _("未納")
    PAID = "paid", _("納付済み")
    WAIVED = "waived", _("免除")


LEVEL_KEYS = {
    "none": Level.NONE,
    "contact": Level.CONTACT,
    "account": Level.ACCOUNT,
    "counter": Level.COUNTER,
    "card": Level.CARD,
    "signed": Level.SIGNED,
}


def level_of(key: str) -> Level | None:
    """The sign-in level of a document's word."""
    return LEVEL_KEYS.get(key)
