"""The one list of jobs, and the two ways to start one: now (``run``) or as a row of the transaction (``defer``)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, TypeVar

from django.utils import timezone
from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job as QueuedJob
from procrastinate.manager import JobManager

Function = TypeVar("Function", bound=Callable[..., Any])

logger = logging.getLogger(__name__)


class UnknownJobError(LookupError):
    """No ``@job`` of this name: a fault in the code, found by ``renda check`` (kernel_jobs.E001)."""


@dataclass(frozen=True)
class Job:
    """One declared job.

    Attributes:
        every: cron line in UTC, five fields (``daily`` makes one from a local time), or None: only by ``defer``.
        per_tenant: run once for each active tenant, each in a ``tenant_transaction`` of its own.
        retries: how often a deferred job is tried again (after 2, 4, 8 … seconds). A periodic job is not retried:
            its next tick is the next try.
    """

    name: str
    function: Callable[..., Any]
    every: str | None
    per_tenant: bool
    retries: int

    def __call__(self, **args: Any) -> None:
        """Do the work, as the worker does it.

        Raises:
            ExceptionGroup: the job failed for some tenants; the others were served all the same.
        """
        if not self.per_tenant:
            self.function(**args)
            return
        from renda.kernel.tenancy import tenant_transaction
        from renda.kernel.tenancy.models import Tenant

        failures: list[Exception] = []
        for tenant_id in Tenant.objects.filter(is_active=True).order_by("id").values_list("id", flat=True):
            try:
                with tenant_transaction([tenant_id]):
                    self.function(tenant_id=tenant_id, **args)
            except Exception as error:
                logger.exception("job %s failed for tenant %s", self.name, tenant_id)
                failures.append(error)
        if failures:
            raise ExceptionGroup(f"job {self.name} failed for {len(failures)} tenants", failures)


JOBS: dict[str, Job] = {}


def job(
    name: str, *, every: str | None = None, per_tenant: bool = False, retries: int = 5
) -> Callable[[Function], Function]:
    """Declare a job under a name such as ``voice.remind``.

    The function takes keyword arguments that JSON can carry; a periodic one also gets ``timestamp`` (seconds since
    1970 of the tick it stands for), a per-tenant one ``tenant_id``. It must bear being run twice: a job whose worker
    was killed is run again.

    Raises:
        ValueError: the name is taken by another function.
    """

    def declare(function: Function) -> Function:
        known = JOBS.get(name)
        if known is not None and known.function is not function:
            raise ValueError(f"two jobs are called {name}")
        JOBS[name] = Job(name, function, every, per_tenant, retries)
        return function

    return declare


def daily(at: str) -> str:
    """The cron line for one local time a day, ``daily("02:30")``: the worker's cron counts in UTC.

    Raises:
        ValueError: not a time of the form HH:MM.
    """
    # The day only fixes the offset; Asia/Shanghai has known no summer time since 1991.
    local = datetime.combine(date(2026, 1, 1), time.fromisoformat(at), timezone.get_default_timezone())
    there = local.astimezone(UTC)
    return f"{there.minute} {there.hour} * * *"


def run(name: str, **args: Any) -> None:
    """Do a job here and now (tests; a replay that holds the clock).

    Raises:
        UnknownJobError: nobody declared it.
    """
    _named(name)(**args)


def defer(name: str, **args: Any) -> None:
    """Ask for a job in the running transaction: no commit, no job.

    Raises:
        UnknownJobError: nobody declared it.
    """
    defer_many([(name, args)])


def defer_many(wanted: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Ask for many jobs, of any names, with one statement.

    Raises:
        UnknownJobError: nobody declared one of them; then none is stored.
    """
    rows = [
        QueuedJob(
            id=None,
            queue="default",
            lock=None,
            queueing_lock=None,
            task_name=_named(name).name,
            task_kwargs=dict(args),
        )
        for name, args in wanted
    ]
    if rows:
        _manager().batch_defer_jobs(jobs=rows)


def register(app: App | None = None) -> None:
    """Hand every declared job to procrastinate; called once when Django is ready."""
    target = app or django_app
    for declared in JOBS.values():
        if declared.name in target.tasks:
            continue
        if declared.every is None:
            target.task(name=declared.name, retry=_patience(declared))(_worker_side(declared))
        else:
            # One waiting and one running at most: a slow tick is skipped, never piled up.
            task = target.task(name=declared.name, queueing_lock=declared.name, lock=declared.name)
            target.periodic(cron=declared.every)(task(_worker_side(declared)))


def _named(name: str) -> Job:
    try:
        return JOBS[name]
    except KeyError:
        raise UnknownJobError(f"no job is called {name!r}") from None


@cache
def _manager() -> JobManager:
    # Always Django's own connection, also inside the worker (which gives the app a pool of its own): only so is a
    # deferred job part of the running transaction.
    return JobManager(DjangoConnector(alias="default"))


def _patience(declared: Job) -> RetryStrategy | bool:
    return RetryStrategy(max_attempts=declared.retries, exponential_wait=2) if declared.retries else False


def _worker_side(declared: Job) -> Callable[..., None]:
    def work(**args: Any) -> None:
        declared(**args)

    work.__name__ = declared.name
    return work
