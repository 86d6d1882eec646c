"""The chain names what was altered, what is missing, what was never sealed; and no link is set before its time."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from renda.kernel import clock
from renda.kernel.audit import chain, jobs
from renda.kernel.audit.chain import entry_hash, verify
from renda.kernel.audit.models import AuditEntry, AuditSeal
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.kernel.tenancy.tests.beside import beside

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = timedelta(0)


@pytest.fixture
def tenant() -> int:
    tenant = Tenant.make(name="甲县", level="county")
    tenant.save()
    return int(tenant.id)


def entry(tenant: int, text: str) -> AuditEntry:
    made = AuditEntry(
        tenant_id=tenant,
        action="test.write",
        outcome="done",
        actor_kind="machine",
        payload=chain.canonical({"text": text}),
        occurred_at=clock.now(),
    )
    made.payload_hash = entry_hash(made)
    return made


def write(tenant: int, count: int = 1) -> list[int]:
    rows = [entry(tenant, f"第{number}件") for number in range(count)]
    for row in rows:
        with tenant_transaction([tenant]):
            AuditEntry.objects.bulk_create([row])
    return [row.id for row in rows]


def seal(tenant: int, **given: Any) -> int:
    return chain.seal(tenant, **given)


def as_owner(sql: str, *values: object) -> None:
    """What only the owner of the database can do, and only with the walls down."""
    with beside("renda_owner") as owner:
        for table in ("kernel_audit_auditentry", "kernel_audit_auditseal"):
            owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        assert owner.execute(sql, values).rowcount == 1
        for table in ("kernel_audit_auditentry", "kernel_audit_auditseal"):
            owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def faults(tenant: int) -> list[tuple[str, int]]:
    return [(fault.kind, fault.entry_id) for fault in verify(tenant, grace=AT_ONCE)]


# --- what the application may not --------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["kernel_audit_auditentry", "kernel_audit_auditseal"])
@pytest.mark.parametrize("change", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"])
def test_the_application_changes_and_deletes_nothing(tenant: int, table: str, change: str) -> None:
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with tenant_transaction([tenant]), connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(change.format(table))


def test_an_entry_may_be_filed_where_its_writer_sees_nothing(tenant: int) -> None:
    """Whoever works on another congress's case writes that congress's trail."""
    with tenant_transaction([tenant + 1]):
        AuditEntry.objects.bulk_create([entry(tenant, "跨级办理")])
        assert AuditEntry.objects.count() == 0
    with tenant_transaction([tenant]):
        assert AuditEntry.objects.count() == 1


# --- faults ------------------------------------------------------------------------------------------------------------


def test_a_sound_chain_has_no_fault(tenant: int) -> None:
    ids = write(tenant, 5)
    assert seal(tenant) == 5
    assert seal(tenant) == 0
    assert faults(tenant) == []
    with tenant_transaction([tenant]):
        links = list(AuditSeal.objects.order_by("seq").values_list("seq", "entry_id"))
    assert links == list(enumerate(ids, 1))


@pytest.mark.parametrize(
    "change", ["payload = payload || ' '", "actor_id = 7", "occurred_at = occurred_at - interval '1 day'", "code = 'x'"]
)
def test_an_altered_entry_is_named(tenant: int, change: str) -> None:
    ids = write(tenant, 3)
    seal(tenant)
    as_owner(f"UPDATE kernel_audit_auditentry SET {change} WHERE id = %s", ids[1])
    assert faults(tenant) == [("altered", ids[1])]


def test_an_entry_altered_with_its_hash_breaks_its_link(tenant: int) -> None:
    ids = write(tenant, 3)
    seal(tenant)
    with tenant_transaction([tenant]):
        forged = AuditEntry.objects.get(id=ids[1])
    forged.payload = chain.canonical({"text": "改过的"})
    as_owner(
        "UPDATE kernel_audit_auditentry SET payload = %s, payload_hash = %s WHERE id = %s",
        forged.payload,
        entry_hash(forged),
        ids[1],
    )
    assert faults(tenant) == [("broken", ids[1])]


def test_a_missing_entry_is_named(tenant: int) -> None:
    ids = write(tenant, 3)
    seal(tenant)
    as_owner("DELETE FROM kernel_audit_auditentry WHERE id = %s", ids[1])
    assert faults(tenant) == [("missing", ids[1])]


def test_a_missing_link_is_named(tenant: int) -> None:
    ids = write(tenant, 3)
    seal(tenant)
    as_owner("DELETE FROM kernel_audit_auditseal WHERE entry_id = %s", ids[1])
    assert faults(tenant) == [("broken", ids[2]), ("unsealed", ids[1])]


def test_an_entry_that_was_never_sealed_is_named_after_its_grace(tenant: int) -> None:
    write(tenant, 2)
    seal(tenant)
    (late,) = write(tenant)
    assert faults(tenant) == [("unsealed", late)]
    assert list(verify(tenant)) == []


def test_chains_of_two_congresses_are_apart(tenant: int) -> None:
    other = Tenant.make(name="乙县", level="county")
    other.save()
    write(tenant, 2)
    write(other.id, 2)
    assert chain.tenants_to_seal([tenant, other.id]) in ([tenant, other.id], [other.id, tenant])
    assert (seal(tenant), seal(other.id)) == (2, 2)
    assert chain.root(tenant) != chain.root(other.id)
    assert chain.tenants_to_seal([tenant, other.id]) == []


def test_what_the_worker_slept_through_is_sealed_all_the_same(tenant: int) -> None:
    (old,) = write(tenant)
    as_owner("UPDATE kernel_audit_auditentry SET recorded_at = now() - interval '3 days' WHERE id = %s", old)
    jobs.seal()
    assert faults(tenant) == [("unsealed", old)]
    jobs.seal_all()
    assert faults(tenant) == []


# --- when a link may be set ----------------------------------------------------------------------------------------------


def test_only_what_is_older_than_the_oldest_running_transaction_is_sealed(tenant: int) -> None:
    """Else an entry could still appear behind a link that is set."""
    with beside() as slow:
        slow.execute("SELECT pg_current_xact_id()")
        (quick,) = write(tenant)
        assert chain.tenants_to_seal([tenant]) == []
        assert chain.seal(tenant) == 0
        slow.execute("SELECT set_config('renda.tenants', %s, true)", [f"{{{tenant}}}"])
        insert(slow, late := entry(tenant, "慢的事务"))
        slow.commit()
    assert chain.tenants_to_seal([tenant]) == [tenant]
    assert chain.seal(tenant) == 2
    with tenant_transaction([tenant]):
        assert set(AuditSeal.objects.values_list("entry_id", flat=True)) == {quick, late.id}
    assert faults(tenant) == []


def insert(other: psycopg.Connection, row: AuditEntry) -> None:
    names = ("id", "tenant_id", "action", "outcome", "code", "actor_kind", "subject_type", "payload", "payload_hash",
             "occurred_at")  # fmt: skip
    places = ", ".join(["%s"] * len(names))
    values = [getattr(row, name) for name in names]
    other.execute(f"INSERT INTO kernel_audit_auditentry ({', '.join(names)}) VALUES ({places})", values)


def test_two_sealers_at_once_make_one_chain(tenant: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = write(tenant, 30)
    monkeypatch.setattr(chain, "BATCH", 3)
    together = threading.Barrier(2)

    def sealer() -> None:
        together.wait()
        for _ in range(20):
            chain.seal(tenant)
        connection.close()

    threads = [threading.Thread(target=sealer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while seal(tenant):
        pass
    with tenant_transaction([tenant]):
        links = list(AuditSeal.objects.order_by("seq").values_list("seq", "entry_id"))
    assert links == list(enumerate(ids, 1))
    assert faults(tenant) == []


# --- the anchor -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def anchors(settings: Any, tmp_path: Path) -> Path:
    settings.RENDA_DATA_DIR = tmp_path
    return tmp_path / "anchors"


def audit_verify(*options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("audit", "verify", *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_an_anchor_holds_while_the_chain_grows(tenant: int, anchors: Path) -> None:
    write(tenant, 3)
    jobs.anchor(timestamp=0)
    (file,) = anchors.iterdir()
    roots = json.loads(file.read_text())["roots"]
    assert roots[str(tenant)]["length"] == 3
    write(tenant, 2)
    seal(tenant)
    assert audit_verify("--anchors", str(file)) == (0, "已核验 5 条封存记录，发现 0 处问题。\n")


def test_a_chain_that_was_rewritten_as_a_whole_does_not_match_its_anchor(tenant: int, anchors: Path) -> None:
    ids = write(tenant, 2)
    jobs.anchor(timestamp=0)
    (file,) = anchors.iterdir()
    as_owner("DELETE FROM kernel_audit_auditentry WHERE id = %s", ids[1])
    as_owner("DELETE FROM kernel_audit_auditseal WHERE entry_id = %s", ids[1])
    assert faults(tenant) == []
    code, said = audit_verify("--anchors", str(file))
    assert code == 1
    assert f"与锚定文件不符：租户 {tenant}" in said


def test_the_command_names_what_is_wrong(tenant: int) -> None:
    ids = write(tenant, 2)
    call_command("audit", "seal")
    as_owner("DELETE FROM kernel_audit_auditentry WHERE id = %s", ids[0])
    code, said = audit_verify()
    assert code == 1
    assert f"缺失：租户 {tenant} 记录 {ids[0]} 序号 1" in said
    assert "发现 1 处问题" in said


@pytest.mark.parametrize("name", ["sha256", "sm3"])
def test_either_hash_makes_a_chain(tenant: int, settings: Any, name: str) -> None:
    settings.RENDA_HASH = name
    write(tenant, 2)
    seal(tenant)
    assert faults(tenant) == []
    settings.RENDA_HASH = "sm3" if name == "sha256" else "sha256"
    assert {fault.kind for fault in verify(tenant)} == {"altered", "broken"}


# --- when ------------------------------------------------------------------------------------------------------------


def test_a_transaction_of_this_database_is_waited_for_and_one_of_another_is_not(tenant: int) -> None:
    write(tenant)
    with beside("renda_app") as slow:
        slow.execute("SELECT pg_current_xact_id()")
        later = write(tenant)
        assert seal(tenant) == 1
        slow.commit()
        assert seal(tenant) == 1
    with beside("renda_owner", database="postgres") as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        write(tenant)
        assert seal(tenant) == 1
    with tenant_transaction([tenant]):
        assert AuditSeal.objects.get(seq=2).entry_id == later[0]
