"""What a message, an edition and a delivery can be."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Mode(TextChoices):
    """通常・訓練・試験: one value from the telegram to the last byte.

    Sources: 気象庁防災情報XML, Control/Status; OASIS CAP 1.2, section 3.2.1, status.
    """

    ACTUAL = "actual", _("本番")
    EXERCISE = "exercise", _("訓練")
    TEST = "test", _("試験")

    @property
    def is_drill(self) -> bool:
        """Whether the public must never get it."""
        return self is not Mode.ACTUAL


class EditionKind(TextChoices):
    """Why an edition was made. A lifted alert is an update that says so; cancel is for what was wrong to say."""

    FIRST = "first", _("第1報")
    UPDATE = "update", _("続報")
    CORRECTION = "correction", _("訂正")
    CANCEL = "cancel", _("取消")


class DeliveryState(TextChoices):
    """Where one edition stands on its way to one destination."""

    PLANNED = "planned", _("送信待ち")
    LEASED = "leased", _("準備中")
    HANDED_OVER = "handed_over", _("送信中")
    ACCEPTED = "accepted", _("受付済み")
    CONFIRMED = "confirmed", _("到達確認済み")
    FAILED = "failed", _("失敗")
    WITHDRAWN = "withdrawn", _("送信とりやめ")
    EXPIRED = "expired", _("期限切れ")
    UNKNOWN = "unknown", _("到達不明")


class Outcome(TextChoices):
    """How one attempt ended."""

    ACCEPTED = "accepted", _("受付済み")
    CONFIRMED = "confirmed", _("到達確認済み")
    LATER = "later", _("後でやり直し")
    NEVER = "never", _("送信できません")
    UNCLEAR = "unclear", _("結果不明")
    LAPSED = "lapsed", _("応答なし")


class Reach(TextChoices):
    """Whom a destination can reach at most."""

    PUBLIC = "public", _("住民・報道など")
    STAFF = "staff", _("職員")
    SIMULATOR = "simulator", _("模擬装置")


class FollowUpReason(TextChoices):
    """Why a person is asked."""

    FAILED = "failed", _("送信できませんでした")
    UNKNOWN = "unknown", _("届いたかどうか分かりません")
    EXPIRED = "expired", _("期限までに届けられませんでした")
    POLICY = "policy", _("相手のサーバーの方針で断られた宛先が多数あります")


class ContactState(TextChoices):
    """Whether a contact may be written to."""

    ACTIVE = "active", _("配信中")
    SUPPRESSED = "suppressed", _("届かないため停止中")
    ENDED = "ended", _("登録解除")
    ERASED = "erased", _("消去済み")


class BundleState(TextChoices):
    """Where a bundle of the mass lane stands."""

    PLANNED = "planned", _("送信待ち")
    LEASED = "leased", _("送信中")
    DONE = "done", _("配信済み")


class RecipientState(IntegerChoices):
    """What became of one mailing for one contact. Numbers, because there are millions of them.

    `DOUBTFUL` is a copy that may have left and leaves once more, marked as the same one: whoever takes the edition back
    tells its reader too.
    """

    PLANNED = 0, _("送信待ち")
    ACCEPTED = 1, _("受付済み")
    REFUSED = 2, _("受け取り拒否")
    BOUNCED = 3, _("不達の返送")
    SKIPPED = 4, _("送信対象外")
    WITHDRAWN = 5, _("送信とりやめ")
    EXPIRED = 6, _("期限切れ")
    UNKNOWN = 7, _("到達不明")
    DOUBTFUL = 8, _("確認のため再送待ち")


class LetterState(TextChoices):
    """Where a letter to one person stands."""

    PLANNED = "planned", _("送信待ち")
    LEASED = "leased", _("送信中")
    ACCEPTED = "accepted", _("受付済み")
    FAILED = "failed", _("失敗")
    EXPIRED = "expired", _("期限切れ")
    UNKNOWN = "unknown", _("到達不明")


class BounceKind(TextChoices):
    """What a mail that came back means for the person it was for."""

    HARD = "hard", _("宛先なし")
    SOFT = "soft", _("一時的な不達")
    POLICY = "policy", _("相手の方針による拒否")
    COMPLAINT = "complaint", _("迷惑メールの通報")
