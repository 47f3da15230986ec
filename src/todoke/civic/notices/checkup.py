"""What the doctor asks about notices."""

from datetime import timedelta

from todoke.base.clock import now
from todoke.base.doctor import Finding, Verdict
from todoke.civic.notices.queries.schedule import overdue

# The clock looks every five seconds; what waits for minutes waits for a worker that is not there.
WAITING_MAX = timedelta(minutes=2)


class ScheduleCheck:
    """Whether notices leave at their hour."""

    key = "notices.schedule"
    title = "お知らせの発信予約"

    def run(self) -> Finding:
        """A failure where the hour of a scheduled notice has passed and nobody took it up."""
        late = overdue(now() - WAITING_MAX)
        if not late:
            return Finding(Verdict.OK, "時刻を過ぎた予約は残っていません。")
        return Finding(
            Verdict.FAILURE,
            f"予約した時刻を過ぎたお知らせが{late}件、発信されずに残っています。",
            "normalレーンのワーカー（todoke worker --lane normal）が動いているかを確かめ、"
            "ログの rounds.row-failed を見てください。3時間を過ぎたものは発信されず、書いた人に戻ります。",
        )
