"""What `todoke doctor` asks: are the keys there, are their copies fresh, is anything overdue."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan, now
from todoke.base.doctor import Finding, Verdict
from todoke.ground.retention import keystore
from todoke.ground.retention.actions.keys import stale_copies
from todoke.ground.retention.models import KeyCopy, PeriodKey
from todoke.ground.retention.queries import over

OVERDUE_DAYS = 180
ASKED_MAX = 2_000


class Keys:
    """Whether every key that something hangs on is in the store and opens."""

    key = "retention.keys"
    title = "保管の鍵"

    def run(self) -> Finding:
        """Reads every file; so many at most, for a house of centuries."""
        wanted = list(PeriodKey.objects.filter(destroyed_at=None).order_by("-made_at")[:ASKED_MAX])
        lost = [period for period in wanted if not _opens(period)]
        if lost:
            return Finding(
                Verdict.FAILURE,
                _("保管の鍵 %(count)d 件が %(folder)s にないか、開けません。この鍵の記録は読めません。")
                % {"count": len(lost), "folder": settings.KEY_STORE},
                _(
                    "フォルダーがつながっているか、TODOKE_SEAL_KEYS が正しいかを確かめ、"
                    "失われていれば、写しから「todoke keys import」で"
                    "今すぐ戻してください（docs/running/retention.md）。"
                ),
            )
        return Finding(Verdict.OK, _("保管の鍵 %(count)d 件は、すべて開けます。") % {"count": len(wanted)})


def _opens(period: PeriodKey) -> bool:
    try:
        keystore.read(period.identifier)
    except keystore.KeyIsMissing:
        return False
    except keystore.KeyIsGone:
        # Destroyed, and about to be written down.
        return True
    return True


class Copies:
    """Whether the keys are copied elsewhere, and no old copy brings a destroyed key back."""

    key = "retention.copies"
    title = "保管の鍵の写し"

    def run(self) -> Finding:
        """A key without a copy is one disk away from losing every record that hangs on it."""
        if old := list(stale_copies()):
            return Finding(
                Verdict.WARNING,
                _("廃棄した鍵の入った古い写しが %(count)d 件あります（番号 %(numbers)s）。")
                % {"count": len(old), "numbers": ", ".join(str(copy.pk) for copy in old)},
                _(
                    "「todoke keys export」で新しい写しを作り、古い写しを消してから、"
                    "「todoke keys copies --destroyed 番号」で知らせてください。"
                ),
            )
        newest = KeyCopy.objects.filter(destroyed_at=None).last()
        used = PeriodKey.objects.filter(destroyed_at=None, custodies__isnull=False)
        missing = used.filter(made_at__gt=newest.made_at) if newest else used
        if count := missing.distinct().count():
            return Finding(
                Verdict.WARNING,
                _("写しのない保管の鍵が %(count)d 件あります。失われると、その記録はだれにも読めません。")
                % {"count": count},
                _("「todoke keys export ファイル」で写しを作り、この機械の外に置いてください。"),
            )
        return Finding(Verdict.OK, _("保管の鍵には、すべて写しがあります。"))


class Overdue:
    """Whether records lie there that should long be gone."""

    key = "retention.overdue"
    title = "保存期間の満了"

    def run(self) -> Finding:
        """Half a year is enough to decide."""
        limit = in_japan(now()).date() - timedelta(days=OVERDUE_DAYS)
        if count := over(limit).count():
            return Finding(
                Verdict.WARNING,
                _("保存期間が終わって半年を過ぎた記録が %(count)d 件あります。") % {"count": count},
                _("「保存と廃棄」の画面で、廃棄を起案してください。"),
            )
        return Finding(Verdict.OK, _("廃棄が大きく遅れている記録はありません。"))


CHECKS = (Keys(), Copies(), Overdue())
