"""The SQL of a piece of work, captured as Django sent it, and the same SQL put by pgbench: what the bare database can do.

Ids that the work made become variables of the script, so that it can run again and again. Unique indexes other than
primary keys are made plain ones first (``relax``): the same index is kept up to date, only the refusal is gone.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.databases import BenchDatabase

# Fresh ids: above what the bench has made, below 2³¹ (psycopg wrote the captured ids with the narrowest type), and a
# stretch of its own for each client of each run.
FRESH_FROM, FRESH_EACH = 1_000_000_000, 25_000_000
_stretches = itertools.count()
MAX_SCRIPTS = 100  # pgbench takes 128


@dataclass(frozen=True)
class Captured:
    """The statements of one piece of work, BEGIN and COMMIT among them, and the ids it made."""

    statements: tuple[str, ...]
    new_ids: tuple[int, ...]

    def heads(self) -> str:
        """The beginning of each statement on a numbered line, to see what is asked."""
        return "\n".join(f"{number:3} {' '.join(one.split())[:150]}" for number, one in enumerate(self.statements, 1))

    def script(self) -> str:
        """A pgbench script that puts the same statements with fresh ids."""
        names = {str(one): f"fresh_{index}" for index, one in enumerate(self.new_ids)}
        first = f":start + :client_id * {FRESH_EACH} + :used"
        sets = [f"\\set {name} {first} + {index}" for index, name in enumerate(names.values())]
        sets.append(f"\\set used :used + {len(names)}")
        body = "\n".join(f"{statement.rstrip().rstrip(';')};" for statement in self.statements)
        if names:
            found = re.compile(r"(?<![\w.])(" + "|".join(names) + r")(?![\w.])")
            # The blank: in JSON an id follows a colon, and pgbench takes two colons for a cast.
            body = found.sub(lambda match: f" :{names[match[0]]}", body)
        return "\n".join([*sets, body, ""])


def capture(work: Callable[[], object], *, makes_ids: bool = True) -> Captured:
    """Do the work once and keep what it sent. Django is set up; the work opens and commits its own transaction.

    ``makes_ids``: False for the public zone, whose role may not take any.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from renda.kernel import ids

    made: list[int] = []
    block = ids._block  # noqa: SLF001 - the only place where ids are handed out
    take = block.take

    def noted() -> int:
        made.append(take())
        return made[-1]

    # The first id of a block costs a statement; it belongs to a thousand rows and not to this work.
    if makes_ids:
        take()
    block.take = noted  # type: ignore[method-assign]
    try:
        with CaptureQueriesContext(connection) as queries:
            work()
    finally:
        block.take = take  # type: ignore[method-assign]
    return Captured(tuple(query["sql"] for query in queries.captured_queries), tuple(made))


def relax(database: BenchDatabase) -> None:
    """Make every unique index that is no primary key a plain one; those that a foreign key needs stay."""
    with database.as_owner() as owner:
        rows = owner.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname, i.indrelid::regclass::text"
            " FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid"
            " LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'"
            " WHERE i.indisunique AND NOT i.indisprimary AND t.relnamespace = 'public'::regnamespace"
            " AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid)"
        ).fetchall()
        for index, definition, constraint, table in rows:
            if constraint:
                owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
            else:
                owner.execute(f"DROP INDEX {index}")
            plain = definition.replace("CREATE UNIQUE INDEX", "CREATE INDEX").replace(" NULLS NOT DISTINCT", "")
            owner.execute(plain)


def pgbench(database: BenchDatabase, works: Sequence[Captured], *, clients: int, seconds: int) -> float:
    """Transactions (pieces of work) a second of the bare database, as the application's role.

    Raises:
        RuntimeError: pgbench failed; with what it said.
    """
    parts: dict[str, Any] = database.parts
    with tempfile.TemporaryDirectory(prefix="renda-bench-") as folder:
        files = []
        for number, work in enumerate(works[:MAX_SCRIPTS]):
            path = Path(folder, f"{number}.sql")
            path.write_text(work.script(), encoding="utf-8")
            files += ["-f", str(path)]
        start = FRESH_FROM + FRESH_EACH * min([next(_stretches) for _ in range(clients)])
        command = [
            "pgbench",
            "-n",
            "-D",
            f"start={start}",
            "-D",
            "used=0",
            "-c",
            str(clients),
            "-j",
            "1",
            "-T",
            str(seconds),
            *files,
            "-U",
            str(parts["user"]),
        ]
        for option, name in (("-h", "host"), ("-p", "port")):
            if parts.get(name):
                command += [option, str(parts[name])]
        done = subprocess.run([*command, str(parts["dbname"])], capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench: {done.stdout}{done.stderr}"[-3000:])
    return float(found[1])
