"""Jobs are rows of the transaction, silent ones, and each tenant's run stands on its own."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django import procrastinate_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from pytest_django import DjangoAssertNumQueries

from renda.kernel import jobs
from renda.kernel.jobs import checks, registry, worker
from renda.kernel.jobs.tests.aside import run_aside
from renda.kernel.tenancy.models import Tenant
from renda.kernel.tenancy.scope import current_scope


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Jobs of this test only, and what they were called with."""
    monkeypatch.setattr(registry, "JOBS", {})
    # django_app is a proxy: the tasks belong to what stands behind it.
    monkeypatch.setattr(procrastinate_app.current_app, "tasks", dict(django_app.tasks))
    calls: list[object] = []

    @jobs.job("test.note")
    def note(**args: object) -> None:
        calls.append(args)

    registry.register()
    return calls


@pytest.fixture(autouse=True)
def _empty_queue(request: pytest.FixtureRequest) -> None:
    # Django's flush leaves procrastinate's tables alone (its models are unmanaged).
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
            cursor.execute("DELETE FROM procrastinate_workers")


def waiting() -> list[tuple[str, dict[str, object]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [(name, json.loads(args)) for name, args in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_a_deferred_job_lives_and_dies_with_its_transaction(declared: list[object]) -> None:
    def fail() -> None:
        with transaction.atomic():
            jobs.defer("test.note", number=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert waiting() == []
    with transaction.atomic():
        jobs.defer("test.note", number=2)
    assert [name for name, _ in waiting()] == ["test.note"]


@pytest.mark.django_db
def test_many_jobs_are_one_statement(declared: list[object], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        jobs.defer_many([("test.note", {"number": number}) for number in range(50)])
    assert len(waiting()) == 50


@pytest.mark.django_db
def test_an_unknown_job_is_refused_and_nothing_is_stored(declared: list[object]) -> None:
    with pytest.raises(jobs.UnknownJobError):
        jobs.defer_many([("test.note", {}), ("test.nobody", {})])
    assert waiting() == []


@pytest.mark.django_db(transaction=True)
def test_deferring_and_aborting_sends_no_notice(declared: list[object]) -> None:
    wanted = connection.get_connection_params()
    wanted.pop("cursor_factory", None)
    wanted.pop("context", None)
    with psycopg.connect(**wanted, autocommit=True) as listener:
        for channel in ("procrastinate_any_queue_v1", "procrastinate_queue_v1#default"):
            listener.execute(f'LISTEN "{channel}"')
        jobs.defer("test.note")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
            cursor.execute("UPDATE procrastinate_jobs SET abort_requested = true")
        assert list(listener.notifies(timeout=0.5, stop_after=1)) == []
        # The listener does hear: else this test could not fail.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('procrastinate_any_queue_v1', 'x')")
        assert len(list(listener.notifies(timeout=5, stop_after=1))) == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_a_job_and_forgets_it(declared: list[object]) -> None:
    jobs.defer("test.note", number=7)
    run_aside(worker.work(wait=False))
    assert declared == [{"number": 7}]
    # A periodic job of the house may have become due in this very minute.
    assert [job for job in waiting() if job[0].startswith("test.")] == []


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_dead_worker_is_queued_again_and_that_of_a_living_one_is_not(declared: list[object]) -> None:
    jobs.defer("test.note", number=1)
    jobs.defer("test.note", number=2)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute'), (now()) RETURNING id"
        )
        (dead,), (living,) = cursor.fetchall()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE args->>'number' = '1'", [dead]
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE args->>'number' = '2'", [living]
        )

    async def rescue() -> int:
        connector = django_app.connector
        assert isinstance(connector, DjangoConnector)
        with django_app.replace_connector(connector.get_worker_connector()) as app:
            async with app.open_async():
                return await worker.rescue(app)

    assert run_aside(rescue()) == 1
    assert waiting() == [("test.note", {"number": 1})]


@pytest.mark.django_db(transaction=True)
def test_a_job_per_tenant_runs_in_each_scope_and_one_failure_stops_no_other(
    declared: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = [Tenant.make(name=f"县{number}", level="county") for number in range(3)]
    Tenant.objects.bulk_create(tenants)
    seen: dict[int, frozenset[int] | None] = {}

    @jobs.job("test.each", per_tenant=True)
    def each(tenant_id: int) -> None:
        seen[tenant_id] = current_scope()
        if tenant_id == tenants[0].id:
            raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as failed:
        jobs.run("test.each")
    assert len(failed.value.exceptions) == 1
    assert seen == {tenant.id: frozenset([tenant.id]) for tenant in tenants}
    assert current_scope() is None


def test_daily_counts_in_local_time() -> None:
    assert jobs.daily("02:30") == "30 18 * * *"
    assert jobs.daily("08:05") == "5 0 * * *"


def test_two_jobs_cannot_share_a_name(declared: list[object]) -> None:
    with pytest.raises(ValueError, match=r"test\.note"):
        jobs.job("test.note")(lambda: None)


def test_the_check_finds_a_name_nobody_declared(
    tmp_path: Path, declared: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "JOBS", registry.JOBS)
    source = tmp_path / "actions.py"
    source.write_text('"""defer("in.words") is no call"""\nctx.defer("test.note", a=1)\nctx.defer("test.nobody")\n')
    found = list(checks.unknown_names(source))
    assert [(error.id, error.obj) for error in found] == [("kernel_jobs.E001", f"{source}:3")]
