"""What backup plugs in elsewhere, and what the queue does after a restore."""

from django.db import connection

from todoke.base.backup.checkup import CHECKS
from todoke.base.backup.registry import Loss, after_restore
from todoke.base.doctor import checks


class Queue:
    """After a restore no job of before is believed: each ledger's own sweep asks anew for what is still to be done."""

    key = "jobs.queue"

    def set_aside(self, loss: Loss) -> str:
        """Forget the jobs of before. After a mere failover they stay: their workers are at work on them."""
        if loss.is_tail:
            return ""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
            count = cursor.rowcount
        return f"待っていた仕事 {count} 件を捨てました（台帳から作り直されます）。" if count else ""

    def resume(self, loss: Loss, *, by: str) -> str:
        """Nothing: the ledgers see to it."""
        del loss, by
        return ""

    def doubts(self, loss: Loss) -> list[str]:
        """None: the queue knows nothing that a ledger does not."""
        del loss
        return []


for check in CHECKS:
    checks.register(check)
after_restore.register(Queue())
