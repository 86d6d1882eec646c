"""My to-dos among 1,000,000 cases and 5,000,000 tasks of 17,000 people, and among 10,000 cases.

    python -m bench.todo [--cases 1000000]

Seeded by SQL in a database of its own: one case in ten runs and has one open task; half of the open tasks lie with
posts, and nearly all with a unit of another congress than the case's own, which is admitted to it (``CaseParty``).
Some 3,300 parties are busy: in both sizes each has about the same number of open tasks, so that only the size of
the tables differs. Read as renda_app under row-level security, through the very functions that the pages call.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from bench.databases import BenchDatabase, fresh, work_on
from bench.report import figure, status

PEOPLE = 17_000
TENANTS = 126
TASKS_OF_A_CASE = 5
OPEN_OF_A_PARTY = 30
ASKED = 300
LIMIT_MS = 5.0
GROWTH = 2.0

# Ids: tenants from 1, persons from 1,000, posts from 101,000 (one each), cases from 10,000,000, then five activations
# and five tasks for each.
_PEOPLE = """
    INSERT INTO kernel_tenancy_tenant (id, parent_id, path, name, level, is_active)
        SELECT n, CASE WHEN n > 1 THEN 1 END, CASE WHEN n > 1 THEN ARRAY[1, n] ELSE ARRAY[1] END, 'tenant ' || n,
            CASE WHEN n > 1 THEN 'township' ELSE 'city' END, true
        FROM generate_series(1, %(tenants)s) n;
    INSERT INTO kernel_parties_party (id, kind, name, tenant_id, is_active)
        SELECT 1000 + n, 'person', 'person ' || n, 1 + n %% %(tenants)s, true FROM generate_series(0, %(people)s - 1) n
        UNION ALL
        SELECT 101000 + n, 'post', 'post ' || n, 1 + n %% %(tenants)s, true FROM generate_series(0, %(people)s - 1) n;
"""
_CASES = """
    INSERT INTO kernel_flow_case (id, tenant_id, definition_id, subject_type, subject_id, title, state, outcome,
            initiator_id, started_at, ended_at, due_at, provisional, version, root_id, urged, admitted, choices, queued)
        SELECT 10000000 + n, 1 + n %% %(tenants)s, 1, 'voice.Message', n, 'A matter of some length, number ' || n,
            CASE WHEN n < %(running)s THEN 'running' ELSE 'ended' END, '', 1000 + n %% %(people)s,
            now() - n * interval '20 seconds', CASE WHEN n >= %(running)s THEN now() END, now(), false, 4, 10000000 + n,
            0, '{}', '{}', '{}'
        FROM generate_series(0, %(cases)s - 1) n;
    INSERT INTO kernel_flow_activation (id, tenant_id, case_id, token_id, node, round, state, outcome, opened_at,
            provisional)
        SELECT 100000000 + n * %(each)s + k, 1 + n %% %(tenants)s, 10000000 + n, 1, 'step_' || k, 1, 'done', 'approve',
            now() - n * interval '20 seconds', false
        FROM generate_series(0, %(cases)s - 1) n, generate_series(0, %(each)s - 1) k;
    INSERT INTO kernel_flow_task (id, tenant_id, case_id, activation_id, node, seat, position, kind, role, state, reason,
            assignee_id, claimed_by_id, action, opinion, weight, transfers, extensions, version, stands_in, opened_at,
            closed_at, soon_at, due_at, provisional, due_soon, overdue)
        SELECT 200000000 + m.n * %(each)s + m.k, 1 + m.who %% %(tenants)s, 10000000 + m.n,
            100000000 + m.n * %(each)s + m.k, 'step_' || m.k, 1, 0, 'act', 'own', CASE WHEN m.open THEN 'open' ELSE 'done' END, '',
            m.who + CASE WHEN m.n %% 2 = 0 THEN 1000 ELSE 101000 END,
            CASE WHEN NOT m.open THEN 1000 + m.who END, CASE WHEN m.open THEN '' ELSE 'approve' END,
            CASE WHEN m.open THEN '' ELSE 'seen and agreed' END, 1, 0, 0, 1, false, now() - m.n * interval '20 seconds',
            CASE WHEN NOT m.open THEN now() - (m.n * 5 + m.k) * interval '4 seconds' END, now() + interval '2 days', now() + m.n %% 500 * interval '1 hour',
            false, m.n %% 7 = 0, m.n %% 11 = 0
        FROM (
            SELECT n, k, n < %(running)s AND k = %(each)s - 1 AS open,
                CASE WHEN n < %(running)s AND k = %(each)s - 1 THEN n %% %(busy)s ELSE (n * 7 + k * 131) %% %(people)s
                END AS who
            FROM generate_series(0, %(cases)s - 1) n, generate_series(0, %(each)s - 1) k
        ) m;
    INSERT INTO kernel_flow_caseparty (id, case_id, tenant_id)
        SELECT row_number() OVER (), case_id, tenant_id FROM (
            SELECT DISTINCT task.case_id, unnest(ARRAY[task.tenant_id, flow.tenant_id]) AS tenant_id
            FROM kernel_flow_task task JOIN kernel_flow_case flow ON flow.id = task.case_id
            WHERE task.id %% %(each)s = %(each)s - 1 AND task.tenant_id <> flow.tenant_id
        ) admitted;
"""
_DEFINITION = """
    INSERT INTO kernel_flow_flowdefinition (id, key, version, title, graph, published_at)
    VALUES (1, 'bench', 1, 'bench', '{"key": "bench", "title": "bench", "node": [], "edge": []}', now())
"""
TABLES = ("kernel_flow_case", "kernel_flow_activation", "kernel_flow_task", "kernel_flow_caseparty")


def seed(database: BenchDatabase, cases: int) -> int:
    """Fill the tables; gives how many parties are busy. Indexes are made after the rows, foreign keys are not asked."""
    running = cases // 10 if cases > 100_000 else cases
    busy = max(1, min(PEOPLE, running // OPEN_OF_A_PARTY))
    figures = {
        "tenants": TENANTS,
        "people": PEOPLE,
        "cases": cases,
        "running": running,
        "busy": busy,
        "each": TASKS_OF_A_CASE,
    }
    with database.as_owner() as owner, psycopg.ClientCursor(owner) as cursor:
        cursor.execute("SELECT set_config('renda.tenants', %s, false)", [str(set(range(1, TENANTS + 1)))])
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(_PEOPLE, figures)
        cursor.execute(_DEFINITION)
        indexes = _without_indexes(cursor)
        cursor.execute(_CASES, figures)
        for statement in indexes:
            cursor.execute(statement)
        for table in (*TABLES, "kernel_parties_party"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return busy


def _without_indexes(cursor: psycopg.ClientCursor[Any]) -> list[str]:
    """Drop foreign keys and indexes (but primary keys) for the seeding; gives the statements that make the indexes."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype IN ('f', 'u') AND conrelid = ANY(%s::regclass[])",
        [list(TABLES)],
    )
    unique = []
    for table, name in cursor.fetchall():
        cursor.execute("SELECT pg_get_indexdef(oid) FROM pg_class WHERE relname = %s AND relkind = 'i'", [name])
        unique += [row[0] for row in cursor.fetchall()]
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT LIKE '%%_pkey'",
        [list(TABLES)],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [*unique, *(definition for _, definition in found)]


def measure(busy: int) -> dict[str, float]:
    """Median milliseconds of a to-do page's first 20 rows, of its figures, and of the done list."""
    from renda.kernel.flow import todo
    from renda.kernel.parties import Actor, HeldPost
    from renda.kernel.tenancy import tenant_transaction

    chance = random.Random(7)
    city = frozenset(range(1, TENANTS + 1))
    actors = []
    for _ in range(ASKED):
        who = chance.randrange(busy)
        tenant = 1 + who % TENANTS
        scope = city if tenant == 1 else frozenset([tenant])
        post = HeldPost(101000 + who, "case_officer", 1, tenant)
        actors.append(Actor("person", "bench", 1000 + who, (post,), scope))
    works: dict[str, Callable[[Actor], Any]] = {
        "list": lambda actor: list(todo.listed(todo.to_do(actor))[:20]),
        "counts": todo.counts,
        "done": lambda actor: list(todo.listed(todo.done(actor))[:20]),
    }
    found: dict[str, float] = {}
    for name, work in works.items():
        taken = []
        for actor in actors:
            with tenant_transaction(actor.tenants):
                begun = time.perf_counter()
                result = work(actor)
                taken.append((time.perf_counter() - begun) * 1000)
                if name == "list" and len(result) < 15:
                    raise AssertionError(f"an actor of the bench sees {len(result)} tasks only")
        found[name] = statistics.median(taken)
    return found


def one_size(cases: int) -> None:
    """Seed and measure one size in this process (Django is set up on one database only); prints the medians."""
    with fresh(f"todo_{cases}") as database:
        begun = time.perf_counter()
        busy = seed(database, cases)
        figure("to-do seeded", time.perf_counter() - begun, "s", cases=cases, tasks=cases * TASKS_OF_A_CASE)
        work_on(database)
        from django.db import connection

        for name, value in measure(busy).items():
            figure(f"to-do {name}", value, "ms", cases=cases)
        connection.close()


def main() -> int:
    """Both sizes, each in a process of its own, then the promises."""
    import json
    import subprocess

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--only", action="store_true", help="this size alone, without the promises")
    chosen = parser.parse_args()
    if chosen.only:
        one_size(chosen.cases)
        return 0
    medians: dict[tuple[str, int], float] = {}
    for cases in (10_000, chosen.cases):
        command = [sys.executable, "-m", "bench.todo", "--only", "--cases", str(cases)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        print(done.stdout, end="", flush=True)
        for line in map(json.loads, done.stdout.splitlines()):
            medians[line["figure"], cases] = line["value"]
    large, small = medians["to-do list", chosen.cases], medians["to-do list", 10_000]
    figure("my to-dos, median", large, "ms", at_most=LIMIT_MS)
    figure("my to-dos, times that at 10,000 cases", large / small, "×", at_most=GROWTH)
    return status()


if __name__ == "__main__":
    sys.exit(main())
