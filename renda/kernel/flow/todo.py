"""My to-dos: open tasks of mine, of the posts I hold, and those delegated to me (代).

One partial index answers it (``task_to_do``: assignee and due of open tasks), whatever the number of cases: see
``bench/todo.py``. A post's task that somebody has claimed is only his. Lent is what the engine lets a delegate act on:
a person lends her own tasks and those of the posts she holds, a post its own; never a secret vote.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BooleanField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import JSONObject

from renda.kernel import clock
from renda.kernel.flow.models import Delegation, Task
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding

_LOANS = "flow.loans"


@dataclass(slots=True)
class Loan:
    """What a party has delegated for today: the parties whose tasks it may act on, and the flows (None: every flow)."""

    principal: int
    parties: set[int]
    flows: set[str] | None


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures on the work bench. ``mine`` counts every open task that waits for the actor."""

    mine: int = 0
    due_soon: int = 0
    overdue: int = 0
    read: int = 0


def to_do(actor: Actor) -> QuerySet[Task]:
    """Open tasks that wait for the actor, the most pressing first.

    One query more when it is built, for the delegations of today (a second one for the posts of those who delegated);
    none for an actor without a party.
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


# What a list shows of a task, its case and its assignee; anything else would be read row by row.
_SHOWN = (
    *("kind", "role", "node", "state", "action", "opened_at", "read_at", "closed_at", "version"),
    *("due_at", "soon_at", "provisional", "due_soon", "overdue", "claimed_by_id", "principal_id"),
    *("case__title", "case__tenant_id", "case__definition_id", "case__subject_type", "case__subject_id"),
    *("case__state", "case__started_at", "case__due_at", "case__suspended_at", "case__overseen_at", "case__urged"),
    *("assignee__name", "assignee__kind"),
)


def listed(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Tasks with what a list shows of them, of the case and of the assignee.

    The words of a node are in the definition: ``library.by_id([task.case.definition_id])``, without a query.
    """
    return tasks.select_related("case", "assignee").only(*_SHOWN)


def loans(actor: Actor) -> list[Loan]:
    """What is delegated to the actor today: one query, and one for the posts of the principals when there are any.

    Asked once in the actor's life, as her posts are.
    """
    if actor.party_id is None:
        return []
    if _LOANS not in actor.kept:
        actor.kept[_LOANS] = _loans(actor)
    known: list[Loan] = actor.kept[_LOANS]
    return known


def _loans(actor: Actor) -> list[Loan]:
    found: dict[int, Loan] = {}
    for party, key in _delegations(actor).order_by("id").values_list("from_party_id", "flow_key"):
        loan = found.setdefault(party, Loan(party, {party}, set()))
        if not key:
            loan.flows = None
        elif loan.flows is not None:
            loan.flows.add(key)
    if found:
        for person, post in _held_by(list(found)).values_list("person_id", "post_id"):
            found[person].parties.add(post)
    return list(found.values())


def brings(actor: Actor) -> Q:
    """Of tasks in any state those that make their case the actor's concern: her own, her posts', those open ones that are
    lent to her today, and those she has done in another's name. Part of the query; by itself it only
    asks whether anything is lent at all: for most nothing is, and the part for it takes longer to plan than the rest.
    """
    mine = Q(assignee_id__in=actor.party_ids)
    if actor.party_id is None:
        return mine
    if not loans(actor):
        return mine | Q(claimed_by_id=actor.party_id)
    for_it = _delegations(actor).filter(Q(flow_key="") | Q(flow_key=OuterRef("case__definition__key")))
    givers = for_it.filter(
        Q(from_party_id=OuterRef("assignee_id"))
        | Exists(_held_by(OuterRef("from_party_id"), post_id=OuterRef(OuterRef("assignee_id"))))
    )
    lent = Q(Exists(givers), _in_the_open(), state="open", kind="act")
    return mine | lent | Q(claimed_by_id=actor.party_id)


def _delegations(actor: Actor) -> QuerySet[Delegation]:
    today = clock.today()
    return Delegation.objects.filter(to_party_id=actor.party_id, starts_on__lte=today, ends_on__gte=today)


def _held_by(person: object, **where: object) -> QuerySet[Holding]:
    people = {"person_id__in": person} if isinstance(person, list) else {"person_id": person}
    return Holding.on(clock.today()).filter(**people, **where)


def _open(actor: Actor) -> QuerySet[Task]:
    if not actor.party_ids:
        return Task.objects.none()
    tasks = Task.objects.filter(state="open")
    wanted = Q(assignee_id__in=actor.party_ids) & (Q(claimed_by=None) | Q(claimed_by_id=actor.party_id))
    if not (lent := loans(actor)):
        return tasks.filter(wanted)
    for loan in lent:
        wanted |= _lent(loan)
    # The list of assignees is spelled out for the index; what is delegated is then narrowed.
    everybody = set(actor.party_ids).union(*(loan.parties for loan in lent))
    return tasks.filter(wanted, assignee_id__in=everybody)


def _lent(loan: Loan) -> Q:
    tasks = Q(assignee_id__in=loan.parties, kind="act") & (Q(claimed_by=None) | Q(claimed_by_id=loan.principal))
    if loan.flows is not None:
        tasks &= Q(case__definition__key__in=loan.flows)
    return tasks & _in_the_open()


def _in_the_open() -> Q:
    """Not a secret vote. Asked so that what cannot be seen is not lent either."""
    secret = Func(
        F("case__definition__graph"),
        Value("$.node[*] ? (@.id == $id && @.secret == true)"),
        JSONObject(id=F("node")),
        template="jsonb_path_exists(%(expressions)s)",
        arg_joiner=", ",
        output_field=BooleanField(),
    )
    return ~Q(secret)
