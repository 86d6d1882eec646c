"""A tenant is one congress's boundary; rows of a tenant are seen only inside its scope."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from renda.kernel.ids import Row
from renda.kernel.tenancy.scope import require_scope

M = TypeVar("M", bound=models.Model)


class Tenant(Row):
    """One congress as the kernel sees it: a node of the tree city → county → township."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    # Ids from the root to this tenant itself, so that "the tree below" is one indexed condition.
    path = ArrayField(models.BigIntegerField(), default=list)
    name = models.CharField("名称", max_length=100)
    level = models.CharField("层级", max_length=20)
    is_active = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["parent"], name="tenant_parent")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def below(cls, tenants: list[int]) -> list[int]:
        """Ids of the given tenants and of every tenant under them."""
        rows = cls._default_manager.filter(path__overlap=tenants, is_active=True)
        return list(rows.values_list("id", flat=True))

    @classmethod
    def make(cls, *, name: str, level: str, parent: Self | None = None) -> Self:
        """An unsaved tenant with its path set."""
        tenant = cls(name=name, level=level, parent=parent)
        tenant.path = [*(parent.path if parent else []), tenant.id]
        return tenant


class TenantManager(models.Manager[M]):
    """Raises ``Unscoped`` when no scope is set: a forgotten scope is found by the first test, not by a leak."""

    def get_queryset(self) -> models.QuerySet[M]:
        require_scope(self.model.__name__)
        return super().get_queryset()


class TenantRow(Row):
    """A row that belongs to one tenant; its table has row-level security (``rls.enable`` in its migration)."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+")

    objects: ClassVar[TenantManager[Any]] = TenantManager()

    class Meta:
        abstract = True
