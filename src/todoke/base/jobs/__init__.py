"""The queue: jobs of procrastinate, on the same PostgreSQL, in the transaction that needs them.

The queue is a hint, the ledger is the truth: whoever must not miss a job also looks into its own tables now and then.
"""

from todoke.base.jobs.lanes import LANES, Lane
from todoke.base.jobs.queue import enqueue

__all__ = ["LANES", "Lane", "enqueue"]
