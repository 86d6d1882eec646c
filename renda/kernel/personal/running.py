"""The run over all rules: begun again after a cut, it finds what is left by itself."""

from __future__ import annotations

from collections.abc import Iterator

from renda.kernel.audit.models import NO_TENANT
from renda.kernel.parties import Actor
from renda.kernel.personal.actions import personal_clear
from renda.kernel.personal.retention import BATCH, Rule, rules
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant


def everywhere() -> Actor:
    """The machine, in all congresses."""
    return Actor.machine("个人信息保存期限", [NO_TENANT, *Tenant.objects.values_list("id", flat=True)])


def counts() -> list[tuple[Rule, int]]:
    """Each rule with how many rows are due now."""
    with tenant_transaction(everywhere().tenants):
        return [(rule, rule.count()) for rule in rules()]


def run() -> Iterator[tuple[Rule, int]]:
    """Clear what is due; gives each rule with how many rows were cleared. Rows that others hold wait for the next run."""
    actor = everywhere()
    for rule in rules():
        total, after = 0, 0
        # A night without anything due leaves no line in the trail.
        with tenant_transaction(actor.tenants):
            is_due = rule.rows().exists()
        while is_due:
            count, last = personal_clear(actor, rule=rule.name, after=after, many=BATCH)
            total += count
            is_due, after = count == BATCH, last or 0
        yield rule, total
