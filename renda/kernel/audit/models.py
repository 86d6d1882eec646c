"""The audit trail: what was done or refused, by whom, sealed into one chain a tenant.

The application's role may add and read entries and seals, never change or delete them (see the migration).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.events.models import TransactionIdField
from renda.kernel.ids import Row
from renda.kernel.tenancy.models import TenantManager

if TYPE_CHECKING:
    _Moment = models.DateTimeField[datetime, datetime]
else:  # Django's fields take no type arguments at run time.
    _Moment = models.DateTimeField

# Entries that belong to no congress (sign-in of a stranger, system work) form a chain of their own.
NO_TENANT = 0


class Clock(models.Func):
    """The wall clock of the statement, not of the transaction."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class WallClockField(_Moment):
    """A moment that the database sets.

    It is not read back by ``INSERT … RETURNING``: PostgreSQL allows that only for rows that the writer may see, and
    an act on another congress's row is filed there, outside the actor's scope.
    """

    db_returning = False


class AuditEntry(Row):
    """One act through the gate. ``payload`` is canonical JSON text: the hash is over its exact bytes."""

    class Outcome(models.TextChoices):
        DONE = "done", "完成"
        REFUSED = "refused", "被拒绝"

    tenant_id = models.BigIntegerField(default=NO_TENANT)
    action = models.CharField(max_length=80)
    outcome = models.CharField(max_length=8, choices=Outcome)
    code = models.CharField("拒绝原因", max_length=80, default="")
    actor_kind = models.CharField(max_length=8)
    actor_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=60, default="")
    subject_id = models.BigIntegerField(null=True)
    payload = models.TextField(default="{}")
    payload_hash = models.BinaryField()
    once = models.CharField(max_length=64, null=True)  # noqa: DJ001 - NULLs do not collide in audit_once
    occurred_at = models.DateTimeField()
    recorded_at = WallClockField(db_default=Clock())
    xid = TransactionIdField(db_default=models.Func(function="pg_current_xact_id"), editable=False)

    objects: ClassVar[TenantManager[Any]] = TenantManager()

    class Meta:
        constraints: ClassVar = [
            # The double click's guard: the second press with the same key fails here and is answered with the first.
            models.UniqueConstraint(fields=["action", "once"], condition=Q(once__isnull=False), name="audit_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant_id", "recorded_at"], name="audit_tenant_time"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.outcome} {self.subject_type}:{self.subject_id}"


class AuditSeal(Row):
    """Link ``seq`` of a tenant's chain: hash(previous hash, entry's id, entry's payload hash)."""

    tenant_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    entry_id = models.BigIntegerField(unique=True)
    chain_hash = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Clock())

    objects: ClassVar[TenantManager[Any]] = TenantManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant_id", "seq"], name="seal_order")]

    def __str__(self) -> str:
        return f"{self.tenant_id}#{self.seq}"
