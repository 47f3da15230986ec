"""What `todoke doctor` asks of the backups: is there a fresh one that was proven, and did the database go back."""

from datetime import datetime, timedelta

from todoke.base.backup.models import Backup
from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import in_japan, now
from todoke.base.doctor import Finding, Verdict

FRESH = timedelta(hours=26)  # every night, and two hours for a night that takes longer
PROVEN = timedelta(days=8)  # every week, and a day
MAKE = "「todoke backup」を毎晩、「todoke restore --verify」を毎週動かしてください（docs/running/backup.md）。"


class Backups:
    """Whether a backup was made lately, and one proven lately that it can be restored."""

    key = "backup.backups"
    title = "バックアップ"

    def run(self) -> Finding:
        newest = Backup.objects.order_by("-made_at").first()
        proven = Backup.objects.exclude(verified_at=None).order_by("-verified_at").first()
        return judge(
            now(), newest.made_at if newest else None, proven.verified_at if proven and proven.verified_at else None
        )


def judge(at: datetime, made_at: datetime | None, verified_at: datetime | None) -> Finding:
    """What the ages of the newest backup and of the newest proof mean."""
    if made_at is None:
        return Finding(Verdict.WARNING, "バックアップがまだありません。", MAKE)
    says = f"最後のバックアップは {in_japan(made_at):%m-%d %H:%M}、復元の試験は " + (
        f"{in_japan(verified_at):%m-%d %H:%M} に成功しました。" if verified_at else "まだしていません。"
    )
    if at - made_at > FRESH or verified_at is None or at - verified_at > PROVEN:
        return Finding(Verdict.WARNING, says, MAKE)
    return Finding(Verdict.OK, says)


class Setbacks:
    """Whether the database went back in time and nobody has looked yet."""

    key = "backup.setbacks"
    title = "データベースの後戻り"

    def run(self) -> Finding:
        waiting = open_setbacks()
        if not waiting:
            return Finding(Verdict.OK, "確認を待つ復元はありません。")
        newest = waiting[0]
        return Finding(
            Verdict.FAILURE,
            f"{in_japan(newest.found_at):%m-%d %H:%M} に、データベースが {in_japan(newest.went_back_to):%m-%d %H:%M} "
            "の状態に戻りました。それより前に残っていた配信は、自動では送りません。",
            "「todoke resume --list」を見て、要対応を確かめ、終わったら「todoke resume」を実行してください。",
        )


CHECKS = (Backups(), Setbacks())
