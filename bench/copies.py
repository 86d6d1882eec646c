"""The demo city's messages, copied by SQL until there are as many as a bench wants, with every row that pages read beside them.

What is copied is what a million messages mostly are: those that are concluded. A copy has its case, tasks, assignments,
answers, ratings, its place in a common issue, its search document and its published receipt; its month lies one to 36
months back, and the counted figures are those of all copies. Foreign keys hold: they are there again when it is done.
"""

from __future__ import annotations

from typing import Any

import psycopg

from bench.databases import BenchDatabase

# The messages that are copied.
CHOSEN = "stage = 'concluded' AND NOT is_sealed"
# Ids of the k-th copy begin above all of the copies before it.
STEP = 1_000_000
MONTHS = 36
# Stands in this many messages of either size.
RARE, RARE_ROWS = "鼖鼗", 5

# The tables of a message, in the order of their foreign keys: which columns are ids of the copy's own.
OWN: dict[str, tuple[str, ...]] = {
    "kernel_flow_case": ("id", "subject_id", "root_id"),
    "kernel_flow_token": ("id", "case_id"),
    "kernel_flow_activation": ("id", "case_id", "token_id"),
    "kernel_flow_task": ("id", "case_id", "activation_id"),
    "kernel_flow_caseparty": ("id", "case_id"),
    "voice_message": ("id", "case_id"),
    "voice_assignment": ("id", "message_id"),
    "voice_answer": ("id", "message_id"),
    "voice_rating": ("id", "message_id", "answer_id"),
    "voice_issuevoice": ("id", "message_id"),
}
_OF_CASE = "SELECT case_id FROM chosen"
_CHOSEN = {
    "kernel_flow_case": f"t.id IN ({_OF_CASE})",
    "voice_message": "t.id IN (SELECT id FROM chosen)",
    **{f"kernel_flow_{name}": f"t.case_id IN ({_OF_CASE})" for name in ("token", "activation", "task", "caseparty")},
    **{
        f"voice_{name}": "t.message_id IN (SELECT id FROM chosen)"
        for name in ("assignment", "answer", "rating", "issuevoice")
    },
}
# Every copy goes to the next deputy of the same congress, else a few of them would have all the messages of the city.
_NEXT = (
    "coalesce((SELECT p2.person_id FROM peers p1 JOIN peers p2 ON p2.tenant_id = p1.tenant_id"
    " AND p2.n = (p1.n + c.k) % p1.total WHERE p1.person_id = t.{0}), t.{0})"
)
_OTHER = {
    ("voice_message", "deputy_id"): _NEXT.format("deputy_id"),
    ("kernel_flow_task", "assignee_id"): _NEXT.format("assignee_id"),
    ("kernel_flow_task", "claimed_by_id"): _NEXT.format("claimed_by_id"),
    ("voice_message", "receipt_number"): "'C' || lpad(to_hex(c.k * 2000 + chosen.n), 13, '0')",
    ("voice_message", "number"): "CASE WHEN t.number = '' THEN '' ELSE t.number || '-' || to_hex(c.k) END",
}


def rows(database: BenchDatabase) -> int:
    """How many messages there are."""
    with database.as_owner() as owner:
        _scope(owner)
        found = owner.execute("SELECT count(*) FROM voice_message").fetchone()
        return int(found[0]) if found else 0


def copy_messages(database: BenchDatabase, wanted: int) -> int:
    """Copy until there are about ``wanted`` messages; returns how many there are. The database holds the demo city."""
    with database.as_owner() as owner, psycopg.ClientCursor(owner) as cursor:
        _scope(owner)
        cursor.execute(
            "SET maintenance_work_mem = '512MB'; SET synchronous_commit = off; SET TimeZone = 'Asia/Shanghai'"
        )
        cursor.execute(
            "CREATE TEMP TABLE chosen AS SELECT id, case_id, row_number() OVER (ORDER BY id) AS n FROM voice_message"
            f" WHERE {CHOSEN}"
        )
        cursor.execute("ANALYZE chosen")
        cursor.execute("SELECT (SELECT count(*) FROM chosen), (SELECT count(*) FROM voice_message)")
        found = cursor.fetchone()
        assert found is not None
        times = max(0, round((wanted - found[1]) / found[0]))
        cursor.execute(
            "CREATE TEMP TABLE copies AS SELECT k, k %% %s AS months, make_interval(months => k %% %s) AS back"
            " FROM generate_series(1, %s) k",
            [MONTHS, MONTHS, times],
        )
        cursor.execute(
            "CREATE TEMP TABLE peers AS SELECT person_id, tenant_id, row_number() OVER w - 1 AS n,"
            " count(*) OVER (PARTITION BY tenant_id) AS total FROM"
            " (SELECT person_id, min(tenant_id) AS tenant_id FROM congress_mandate WHERE status = 'active' GROUP BY 1) m"
            " WINDOW w AS (PARTITION BY tenant_id ORDER BY person_id); CREATE UNIQUE INDEX ON peers (person_id);"
            " CREATE UNIQUE INDEX ON peers (tenant_id, n); ANALYZE peers"
        )
        tables = [*OWN, "search_store.document", "public_zone.published"]
        made_later = without_indexes(cursor, tables)
        for table, own in OWN.items():
            cursor.execute(_insert(cursor, table, own))
        _documents(cursor)
        _receipts(cursor)
        _figures(cursor)
        _issue_figures(cursor)
        for statement in made_later:
            cursor.execute(statement)
        for table in (*tables, "voice_monthfigure", "voice_issuefigure"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return rows(database)


def _scope(owner: psycopg.Connection[Any]) -> None:
    owner.execute("SELECT set_config('renda.tenants', (SELECT array_agg(id)::text FROM kernel_tenancy_tenant), false)")


def _insert(cursor: psycopg.ClientCursor[Any], table: str, own: tuple[str, ...]) -> str:
    """One statement that copies a table: own ids moved on, moments and days moved back."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
        [table],
    )
    columns = cursor.fetchall()
    values = []
    for name, kind in columns:
        if name in own:
            values.append(f"t.{name} + c.k * {STEP}")
        elif (table, name) in _OTHER:
            values.append(_OTHER[table, name])
        elif kind.startswith("timestamp"):
            values.append(f"t.{name} - c.back")
        elif kind == "date":
            values.append(f"(t.{name} - c.back)::date")
        else:
            values.append(f"t.{name}")
    names = ", ".join(name for name, _ in columns)
    numbered = " JOIN chosen ON chosen.id = t.id" if table == "voice_message" else ""
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} t{numbered} CROSS JOIN copies c"
        f" WHERE {_CHOSEN[table]}"
    )


def _documents(cursor: psycopg.ClientCursor[Any]) -> None:
    """What is searched; the rare word is said in the first copy of a few, so it is found as often in either size."""
    cursor.execute(
        f"INSERT INTO search_store.document (kind, object_id, tenant_id, text, grams)"
        f" SELECT t.kind, t.object_id + c.k * {STEP}, t.tenant_id,"
        f" CASE WHEN c.k = 1 AND chosen.n <= {RARE_ROWS} THEN t.text || '{RARE}' ELSE t.text END,"
        f" CASE WHEN c.k = 1 AND chosen.n <= {RARE_ROWS} THEN t.grams || ARRAY['鼖', '鼗', '{RARE}'] ELSE t.grams END"
        f" FROM search_store.document t JOIN chosen ON chosen.id = t.object_id CROSS JOIN copies c"
        f" WHERE t.kind = 'voice.Message'"
    )


def _receipts(cursor: psycopg.ClientCursor[Any]) -> None:
    """As many published receipts as there are messages, under keys of their own."""
    cursor.execute(
        "INSERT INTO public_zone.published SELECT t.kind, t.key || '-' || c.k, t.version, t.made_at, t.body, t.terms,"
        " t.words, t.sort, t.signature FROM public_zone.published t CROSS JOIN copies c WHERE t.kind = 'receipt'"
    )


def _figures(cursor: psycopg.ClientCursor[Any]) -> None:
    """The counted cells of all copies: those of the chosen messages (``old_figures``) as often as they were copied."""
    cursor.execute(
        "INSERT INTO voice_monthfigure (id, tenant_id, source_id, month, axis, key, category, days, received, accepted,"
        " answered, solved, rated, satisfied, fair, dissatisfied, sent_back, redone)"
        " SELECT 10::bigint ^ 15 + row_number() OVER (), tenant_id, source_id, moved, axis, key, category, days,"
        " sum(received), sum(accepted), sum(answered), sum(solved), sum(rated), sum(satisfied), sum(fair),"
        " sum(dissatisfied), sum(sent_back), sum(redone) FROM"
        " (SELECT o.*, (o.month - c.back)::date AS moved FROM old_figures o CROSS JOIN copies c) m"
        " GROUP BY tenant_id, source_id, moved, axis, key, category, days"
    )


def _issue_figures(cursor: psycopg.ClientCursor[Any]) -> None:
    """As the night counts them (``renda.voice.issues.counting``)."""
    cursor.execute(
        "DELETE FROM voice_issuefigure; INSERT INTO voice_issuefigure (id, tenant_id, issue_id, place_id, voices, open,"
        " first_at, last_at) SELECT 10::bigint ^ 15 + row_number() OVER (), v.tenant_id, v.issue_id, m.place_id, count(*),"
        " count(*) FILTER (WHERE m.concluded_at IS NULL), min(m.submitted_at), max(m.submitted_at)"
        " FROM voice_issuevoice v JOIN voice_message m ON m.id = v.message_id"
        " WHERE NOT v.taken_out AND NOT m.is_sealed AND m.submitted_at >= now() - interval '365 days'"
        " GROUP BY v.tenant_id, v.issue_id, m.place_id"
    )


def without_indexes(cursor: psycopg.ClientCursor[Any], tables: list[str]) -> list[str]:
    """Drop foreign keys, unique constraints and indexes (but primary keys); gives the statements that make them again."""
    made: list[str] = []
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype::text FROM pg_constraint WHERE contype IN"
        " ('f', 'u') AND conrelid = ANY(%s::regclass[]) ORDER BY contype DESC",
        [tables],
    )
    keys = cursor.fetchall()
    for table, name, definition, _ in sorted(keys, key=lambda row: row[3]):
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        made.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary",
        [tables],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    # Unique constraints and indexes first: foreign keys stand on them.
    made.sort(key=lambda statement: "FOREIGN KEY" in statement)
    unique = [one for one in made if "FOREIGN KEY" not in one]
    return [*unique, *(definition for _, definition in indexes), *made[len(unique) :]]


def prepare() -> None:
    """Once in the demo city, with Django as the owner: its figures and common issues, and in a table the figures of what
    will be copied (``old_figures``).
    """
    from django.db import connection

    from renda.kernel.tenancy import tenant_transaction
    from renda.kernel.tenancy.models import Tenant
    from renda.voice.issues.gathering import gather

    gather()
    tenants = {tenant.id: tenant for tenant in Tenant.objects.all()}

    def put(statement: str) -> None:
        with tenant_transaction(tenants), connection.cursor() as cursor:
            cursor.execute(statement)

    # What is not copied steps aside for the first count.
    aside = "UPDATE voice_message SET submitted_at = submitted_at {} interval '100 years' WHERE NOT (" + CHOSEN + ")"
    put(aside.format("+"))
    _count_all(tenants)
    put("CREATE TABLE old_figures AS SELECT * FROM voice_monthfigure WHERE month < '2100-01-01'")
    put("DELETE FROM voice_monthfigure")
    put(aside.format("-"))
    _count_all(tenants)


def _count_all(tenants: Any) -> None:
    from renda.kernel.tenancy import tenant_transaction
    from renda.voice.models import Message
    from renda.voice.statistics.counting import count_month, month_of

    with tenant_transaction(tenants):
        found = Message.objects.values_list("tenant_id", "submitted_at")
        months = sorted({(tenant, month_of(moment)) for tenant, moment in found})
    for tenant, month in months:
        count_month(tenants[tenant], month, tenants)


if __name__ == "__main__":
    import django

    django.setup()
    prepare()
