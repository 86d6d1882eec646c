"""The worker process: polls the queue, fires periodic jobs, and picks up what a killed worker left behind."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import DeleteJobCondition, Status

from renda.kernel.jobs.tickers import TICKERS, tick_for_ever

POLL_SECONDS = 0.8
HEARTBEAT_SECONDS = 2.0
# A worker that has been silent for five heartbeats is dead; its jobs are run again.
DEAD_AFTER_SECONDS = 10.0
RESCUE_SECONDS = 3.0
# Long enough for any job that works in steps; the supervisor kills after its own, longer patience.
DRAIN_SECONDS = 15.0

logger = logging.getLogger(__name__)


async def work(*, concurrency: int = 2, wait: bool = True) -> None:
    """Run jobs until SIGTERM (``wait``) or until none is waiting.

    Raises:
        ConnectorException: the database went away; the supervisor starts a new worker.
    """
    connector = django_app.connector
    assert isinstance(connector, DjangoConnector)
    with django_app.replace_connector(connector.get_worker_connector()) as app:
        async with app.open_async():
            beside = [asyncio.create_task(_rescue_for_ever(app))]
            beside += [asyncio.create_task(tick_for_ever(one)) for one in TICKERS.values() if wait]
            try:
                await app.run_worker_async(
                    name="renda",
                    concurrency=concurrency,
                    wait=wait,
                    listen_notify=False,
                    fetch_job_polling_interval=POLL_SECONDS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=DEAD_AFTER_SECONDS,
                    shutdown_graceful_timeout=DRAIN_SECONDS,
                    delete_jobs=DeleteJobCondition.SUCCESSFUL.value,
                )
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)


async def _rescue_for_ever(app: App) -> None:
    while True:
        try:
            await rescue(app)
        except ConnectorException:
            # The worker's own loop meets the same fault and ends the process; this loop only repeats.
            logger.warning("could not look for stalled jobs")
        await asyncio.sleep(RESCUE_SECONDS)


async def rescue(app: App) -> int:
    """Queue again the jobs of workers that died while doing them; returns how many."""
    rescued = 0
    for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        assert stalled.id is not None
        try:
            await app.job_manager.retry_job_by_id_async(job_id=stalled.id, retry_at=datetime.now(UTC))
            rescued += 1
        except UniqueViolation:
            # The next tick of the same periodic job is waiting already (queueing lock): it does the work.
            await app.job_manager.finish_job_by_id_async(job_id=stalled.id, status=Status.FAILED, delete_job=False)
        logger.warning("job %s (%s) was left by a dead worker", stalled.id, stalled.task_name)
    return rescued
