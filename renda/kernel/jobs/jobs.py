"""The queue keeps itself small."""

from __future__ import annotations

from django.db import connection

from renda.kernel.jobs.registry import daily, job

KEPT_DAYS = 30


@job("jobs.trim", every=daily("03:10"))
def trim(timestamp: int) -> None:
    """Forget finished jobs (succeeded ones are deleted at once; failed and cancelled ones stay 30 days)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')"
            " AND id NOT IN (SELECT job_id FROM procrastinate_events WHERE at > now() - make_interval(days => %s))",
            [KEPT_DAYS],
        )
        cursor.execute(
            "DELETE FROM procrastinate_periodic_defers"
            " WHERE job_id IS NULL AND defer_timestamp < extract(epoch FROM now() - make_interval(days => %s))",
            [KEPT_DAYS],
        )
