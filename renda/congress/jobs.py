"""Housekeeping of sign-in, and handing over what somebody leaves behind."""

from __future__ import annotations

from django.core.management import call_command
from django.db.models import Q

from renda.congress.actions.sign_in import forget_old
from renda.congress.following import unit_followers
from renda.kernel.flow import machine
from renda.kernel.flow.models import Task
from renda.kernel.jobs import job
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction


@job("congress.forget_old_sign_ins", every="41 3 * * *")
def forget_old_sign_ins(timestamp: int) -> None:
    """Delete what is over: locks, codes, tokens, what is known of ended sessions, and expired sessions themselves."""
    forget_old()
    call_command("clearsessions")


@job("congress.hand_over_all")
def hand_over_all(person: int, successor: int | None) -> None:
    """A person or post is no more: its own open tasks go to the successor, else to the administrator's pool."""
    machine.hand_over(person, successor)


@job("congress.follow_unit")
def follow_unit(closed: int, successor: int) -> None:
    """An organisation was closed: what is running there in each capability goes on with its successor."""
    for follower in unit_followers():
        follower(closed, successor)


@job("congress.hand_over")
def hand_over(tenant_id: int, pairs: list[list[int | None]]) -> None:
    """Deputies have left a congress: their open tasks in its cases go to the successors, else to the pool.

    Tasks in cases of other congresses, in which they may still sit, stay with them.
    """
    actor = Actor.machine("代表离任", machine.everywhere())
    for person, successor in pairs:
        with tenant_transaction(actor.tenants):
            mine = Task.objects.filter(
                Q(assignee_id=person) | Q(claimed_by_id=person),
                state__in=("open", "waiting"),
                case__tenant_id=tenant_id,
            )
            cases = sorted(set(mine.values_list("case_id", flat=True)))
        machine.flow_hand_over.many(
            actor, [(case, {"person": person, "successor": successor}) for case in cases], skip_refused=True
        )
