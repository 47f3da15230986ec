"""What `todoke doctor` asks: does everything that the house does by itself go."""

from todoke.base.clock import in_japan
from todoke.base.doctor import Finding, Verdict
from todoke.base.rounds.models import Stuck
from todoke.base.rounds.queries import stuck_rows

NAMED_MAX = 5


class StuckRows:
    """Whether an errand keeps failing with the same row."""

    key = "rounds.stuck"
    title = "自動の処理"

    def run(self) -> Finding:
        """One that failed once or twice is a warning: it may be a moment's trouble."""
        stuck = list(stuck_rows())
        if stuck:
            since = f"{in_japan(stuck[0].since):%m-%d %H:%M}"
            named = "、".join(f"{each.errand} {each.row}：{each.trouble} {each.place}" for each in stuck[:NAMED_MAX])
            return Finding(
                Verdict.FAILURE,
                f"{len(stuck)} 件が繰り返し失敗し、{since} から進んでいません（{named}）。",
                "ログの rounds.row-failed を見て、原因を直してください。1時間以内に、自動でもう一度試します。",
            )
        if count := Stuck.objects.count():
            return Finding(
                Verdict.WARNING, f"{count} 件が一度失敗しました。もう一度試しています。", "数分待ってください。"
            )
        return Finding(Verdict.OK, "止まっている処理はありません。")


CHECKS = (StuckRows(),)
