"""My to-dos: open tasks of mine, of the posts I hold, and those delegated to me (代).

One partial index answers it (``task_to_do``: assignee and due of open tasks), whatever the number of cases: see
``bench/todo.py``. A post's task that somebody has claimed is only his.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import BooleanField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject

from renda.kernel import clock
from renda.kernel.flow.models import Activation, Delegation, Task
from renda.kernel.parties import Actor

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# Delegated to somebody: the party that delegated → the flows it is for; None means every flow.
Principals = Mapping[int, frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures on the work bench. ``mine`` counts every open task that waits for the actor."""

    mine: int = 0
    due_soon: int = 0
    overdue: int = 0
    read: int = 0


def to_do(actor: Actor) -> QuerySet[Task]:
    """Open tasks that wait for the actor, the most pressing first.

    One query more when it is built, for the delegations of today; none for an actor without a party.
    """
    return _open(actor).filter(kind="act").order_by(F("due_at").asc(nulls_last=True), "opened_at", "id")


def to_read(actor: Actor) -> QuerySet[Task]:
    """What was sent to the actor to read (抄送、传阅) and is not read yet, oldest first."""
    return _open(actor).filter(kind="read").order_by("opened_at", "id")


def done(actor: Actor) -> QuerySet[Task]:
    """What the actor has done with her own hands, in whosever name, the latest first."""
    if actor.party_id is None:
        return Task.objects.none()
    finished = Task.objects.filter(claimed_by_id=actor.party_id, state__in=("done", "sent_back"))
    return finished.order_by("-closed_at", "-id")


def counts(actor: Actor) -> Counts:
    """The figures above the lists, in one query (and that for the delegations)."""
    act = Q(kind="act")
    found = _open(actor).aggregate(
        mine=Count("id", filter=act),
        due_soon=Count("id", filter=act & Q(due_soon=True, overdue=False)),
        overdue=Count("id", filter=act & Q(overdue=True)),
        read=Count("id", filter=Q(kind="read")),
    )
    return Counts(**found)


class _Node(TypedDict):
    node: str


# What a list shows of a task, its case and its assignee; anything else would be read row by row.
_SHOWN = (
    *("kind", "role", "state", "action", "opened_at", "read_at", "closed_at", "version"),
    *("due_at", "soon_at", "provisional", "due_soon", "overdue", "claimed_by_id", "principal_id"),
    *("case__title", "case__tenant_id", "case__definition_id", "case__subject_type", "case__subject_id"),
    *("case__state", "case__started_at", "case__due_at", "case__suspended_at", "case__overseen_at", "case__urged"),
    *("assignee__name", "assignee__kind"),
)


def listed(tasks: QuerySet[Task]) -> QuerySet[WithAnnotations[Task, _Node]]:
    """Tasks with what a list shows of them, of the case and of the assignee, and ``node`` (its id).

    The words of a node are in the definition: ``library.by_id([task.case.definition_id])``, without a query.
    """
    node = Activation.objects.filter(id=OuterRef("activation_id")).values("node")
    return tasks.select_related("case", "assignee").only(*_SHOWN).annotate(node=Subquery(node))


def principals(actor: Actor) -> Principals:
    """Who has delegated to the actor for today, and for which flows."""
    if actor.party_id is None:
        return {}
    today = clock.today()
    rows = Delegation.objects.filter(to_party_id=actor.party_id, starts_on__lte=today, ends_on__gte=today)
    found: dict[int, frozenset[str] | None] = {}
    for party, key in rows.values_list("from_party_id", "flow_key"):
        known = found.get(party, frozenset())
        found[party] = None if not key or known is None else known | {key}
    return found


def _open(actor: Actor) -> QuerySet[Task]:
    if not actor.party_ids:
        return Task.objects.none()
    lent = {party: keys for party, keys in principals(actor).items() if party not in actor.party_ids}
    # The list of assignees is spelled out for the index; what is delegated is then narrowed.
    tasks = Task.objects.filter(state="open", assignee_id__in=[*actor.party_ids, *lent])
    if lent:
        tasks = tasks.filter(Q(assignee_id__in=actor.party_ids) | _delegated(lent))
    return tasks.filter(Q(claimed_by=None) | Q(claimed_by_id__in=[actor.party_id, *lent]))


def _delegated(lent: Principals) -> Q:
    """Tasks lent to the actor: ``act`` tasks of the flows named, and never a secret vote."""
    always = [party for party, keys in lent.items() if keys is None]
    named = Q(assignee_id__in=always)
    for party, keys in lent.items():
        if keys is not None:
            named |= Q(assignee_id=party, case__definition__key__in=keys)
    secret = Func(
        F("case__definition__graph"),
        Value("$.node[*] ? (@.id == $id && @.secret == true)"),
        JSONObject(id=F("node")),
        template="jsonb_path_exists(%(expressions)s)",
        arg_joiner=", ",
        output_field=BooleanField(),
    )
    # Asked so that what cannot be seen is not lent either.
    open_vote = Activation.objects.filter(id=OuterRef("activation_id")).annotate(secret=secret).filter(secret=False)
    return Q(Exists(open_vote), kind="act") & named
