"""Work that happens by itself: a job is a row of the same transaction that asked for it.

``@job("voice.remind", every="*/5 * * * *")`` in a capability's ``jobs.py`` declares one; ``ctx.defer("voice.remind",
case_id=7)`` in an action asks for it. The row is committed or rolled back together with the business it belongs to,
the worker finds it by polling (≤ 1 s) and no NOTIFY is sent: NOTIFY inside business transactions halves commits.
"""

from renda.kernel.jobs.registry import JOBS, Job, UnknownJobError, daily, defer, defer_many, job, run
from renda.kernel.jobs.tickers import ticker

__all__ = ["JOBS", "Job", "UnknownJobError", "daily", "defer", "defer_many", "job", "run", "ticker"]
