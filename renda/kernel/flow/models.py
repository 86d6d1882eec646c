"""The rows of the engine. A seat is no table: it is (activation, seat number) on its tasks (decision 0003).

Case, token, activation, task, party and request rows are changed only by effects (``engine.tree``), and each event
keeps the effects of its move: applying them in order gives these rows again.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from renda.kernel.ids import Row
from renda.kernel.tenancy.models import TenantRow

Indexes = list[models.Index]


class EffectEncoder(json.JSONEncoder):
    """Effects as JSON keeps them: moments and days as ISO text, to the microsecond."""

    def default(self, o: Any) -> Any:
        if isinstance(o, date):
            return o.isoformat()
        return str(o) if isinstance(o, Decimal) else super().default(o)


def _link(to: str, *, null: bool = False, indexed: bool = False) -> Any:
    """A foreign key without a reverse name; indexed only where a query needs it."""
    return models.ForeignKey(to, models.PROTECT, null=null, related_name="+", db_index=indexed)


class FlowDefinition(Row):
    """One version of a flow. Immutable once published; a running case stays on its version."""

    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    # Null: shipped with the product. A tenant's own fork stands before it.
    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField("名称", max_length=100)
    graph = models.JSONField()
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "tenant", "version"], name="flow_version", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class Case(TenantRow):
    """One run of a definition over one subject (办件)."""

    class State(models.TextChoices):
        RUNNING = "running", "办理中"
        ENDED = "ended", "已办结"
        TERMINATED = "terminated", "已终止"

    definition = _link("kernel_flow.FlowDefinition")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    title = models.CharField("标题", max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    outcome = models.CharField(max_length=40, default="", blank=True)
    initiator = _link("kernel_parties.Party", null=True, indexed=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # The overall clock; tasks have their own.
    due_at = models.DateTimeField(null=True, blank=True)
    provisional = models.BooleanField(default=False)
    suspended_at = models.DateTimeField(null=True, blank=True)
    # Bumped by every move.
    version = models.PositiveIntegerField(default=0)
    # The case whose row is locked for the whole tree of calls: itself, or the outermost caller.
    root = models.ForeignKey("self", models.PROTECT, related_name="+")
    parent = _link("kernel_flow.Case", null=True)
    parent_activation_id = models.BigIntegerField(null=True, blank=True)
    urged = models.PositiveSmallIntegerField(default=0)
    urged_at = models.DateTimeField(null=True, blank=True)
    overseen_at = models.DateTimeField(null=True, blank=True)
    oversee_due_at = models.DateTimeField(null=True, blank=True)
    # Tenants admitted besides the case's own (their units have, or had, a task); mirrors CaseParty.
    admitted = ArrayField(models.BigIntegerField(), default=list)
    # Assignees named ahead for later nodes: {node: [party id, …]}.
    choices = models.JSONField(default=dict)
    # Names of events that came while the case was suspended.
    queued = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        indexes: ClassVar[Indexes] = [
            models.Index(fields=["subject_type", "subject_id"], name="case_subject"),
            models.Index(fields=["tenant", "state", "due_at"], name="case_list"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def running(self) -> bool:
        """Neither ended nor terminated."""
        return self.state == "running"


class CaseRow(Row):
    """A row of a case; ``tenant`` repeats the case's, for row-level security."""

    tenant = _link("kernel_tenancy.Tenant")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True


class Token(CaseRow):
    """Where a case is. A parallel block gives each branch its own, whose parent waits as ``forked``."""

    parent_id = models.BigIntegerField(null=True, blank=True)
    # live: at a node; joined: waits at its join; forked: waits for its branches; gone: used up.
    state = models.CharField(max_length=6, default="live")
    node = models.CharField(max_length=40)
    activation_id = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.state}@{self.node}"


class Activation(CaseRow):
    """One visit of a token to a node."""

    token_id = models.BigIntegerField()
    node = models.CharField(max_length=40)
    round = models.PositiveIntegerField()
    state = models.CharField(max_length=9, default="open")  # open, done, cancelled
    outcome = models.CharField(max_length=40, default="", blank=True)
    # The path: the activation this one was reached from; what "passed", "previous" and the joins read.
    came_from_id = models.BigIntegerField(null=True, blank=True)
    # Straight resume: the activation whose node is visited again when this one is done.
    return_to_id = models.BigIntegerField(null=True, blank=True)
    child_id = models.BigIntegerField(null=True, blank=True)  # the case a call node started
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # waits only
    provisional = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "node", "round"], name="activation_round")]
        indexes: ClassVar[Indexes] = [
            models.Index(fields=["due_at"], condition=Q(state="open", due_at__isnull=False), name="activation_due"),
        ]

    def __str__(self) -> str:
        return f"{self.node}#{self.round}"


class Task(Row):
    """Work of one assignee. ``tenant`` is the assignee's."""

    class State(models.TextChoices):
        OPEN = "open", "待办"
        WAITING = "waiting", "等候"
        DONE = "done", "已办"
        SENT_BACK = "sent_back", "已退回"
        CANCELLED = "cancelled", "已取消"

    tenant = _link("kernel_tenancy.Tenant")
    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    activation_id = models.BigIntegerField()
    # The activation's, which never changes: lists name the step without reading its row too.
    node = models.CharField(max_length=40, default="")
    seat = models.PositiveSmallIntegerField()
    position = models.SmallIntegerField(default=0)  # in the seat's chain; own = 0
    kind = models.CharField(max_length=4, default="act")  # act blocks, read never blocks
    # own, parallel (its own seat), before, after, consult; copy for read tasks
    role = models.CharField(max_length=8, default="own")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    # Why cancelled or done without a hand: sibling, withdrawn, removed, nobody, same_person, timed_out, …
    reason = models.CharField(max_length=12, default="", blank=True)
    assignee = _link("kernel_parties.Party")
    claimed_by = _link("kernel_parties.Party", null=True)  # the human who acted, or claimed a post's task
    principal = _link("kernel_parties.Party", null=True)  # in whose name (代), when acted by a delegate
    added_by = _link("kernel_parties.Party", null=True)
    action = models.CharField(max_length=24, default="", blank=True)  # the last action, recorded ones too
    opinion = models.TextField(default="", blank=True)
    # Whoever has it stands in: the node's rule found nobody, or who had it has left.
    stands_in = models.BooleanField(default=False)
    weight = models.PositiveSmallIntegerField(default=1)
    transfers = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    soon_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    provisional = models.BooleanField(default=False)
    due_soon = models.BooleanField(default=False)
    overdue = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        indexes: ClassVar[Indexes] = [
            models.Index(fields=["assignee", "due_at"], condition=Q(state="open"), name="task_to_do"),
            models.Index(
                fields=["soon_at"],
                condition=Q(state="open", due_soon=False, soon_at__isnull=False),
                name="task_soon",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(state="open", overdue=False, due_at__isnull=False),
                name="task_due",
            ),
            models.Index(
                fields=["claimed_by"], condition=Q(state="open", claimed_by__isnull=False), name="task_claimed"
            ),
            models.Index(fields=["case"], condition=Q(state="open", stands_in=True), name="task_stands_in"),
            models.Index(
                fields=["claimed_by", "closed_at"], condition=Q(state__in=("done", "sent_back")), name="task_done"
            ),
            # Which cases are somebody's concern (``todo.brings``): tasks in any state.
            models.Index(fields=["assignee", "case"], name="task_assignee_case"),
            models.Index(
                fields=["claimed_by", "case"], condition=Q(claimed_by__isnull=False), name="task_claimed_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.state} {self.assignee_id}"

    @property
    def unfinished(self) -> bool:
        """Open, or waiting for its turn."""
        return self.state in ("open", "waiting")


class PendingRequest(CaseRow):
    """Something asked that another must grant: an extension, or a jump that needs a second administrator."""

    kind = models.CharField(max_length=6)  # extend, jump
    state = models.CharField(max_length=9, default="pending")  # pending, granted, refused, cancelled
    task_id = models.BigIntegerField(null=True, blank=True)
    node = models.CharField(max_length=40, default="", blank=True)  # a jump's target
    asked_by = _link("kernel_parties.Party")
    asked_at = models.DateTimeField()
    reason = models.TextField()
    wanted_at = models.DateTimeField(null=True, blank=True)
    approvers = ArrayField(models.BigIntegerField(), default=list)
    choices = models.JSONField(default=dict)
    closed_by = _link("kernel_parties.Party", null=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[Indexes] = [
            models.Index(fields=["case"], condition=Q(state="pending"), name="request_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class CaseParty(Row):
    """A tenant admitted to a case because one of its units has work in it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    tenant = _link("kernel_tenancy.Tenant")

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "tenant"], name="case_party")]
        indexes: ClassVar[Indexes] = [models.Index(fields=["tenant", "case"], name="case_party_tenant")]

    def __str__(self) -> str:
        return f"{self.case_id}←{self.tenant_id}"


class CaseEvent(CaseRow):
    """One move, append-only, with its resolved effects."""

    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    # The hand: a person, or null for the public and the machine (``actor_name`` says which).
    actor = _link("kernel_parties.Party", null=True)
    actor_name = models.CharField(max_length=60)
    on_behalf_of = _link("kernel_parties.Party", null=True)
    move = models.CharField(max_length=24)
    action = models.CharField(max_length=24, default="", blank=True)
    node = models.CharField(max_length=40, default="", blank=True)
    task_id = models.BigIntegerField(null=True, blank=True)
    # Parties or nodes the move goes from and to, as the move means it.
    origin = models.CharField(max_length=60, default="", blank=True)
    target = models.CharField(max_length=200, default="", blank=True)
    opinion = models.TextField(default="", blank=True)
    # Whether the action took a number or published something, so that it cannot be withdrawn.
    final = models.BooleanField(default=False)
    effects = models.JSONField(default=list, encoder=EffectEncoder)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "seq"], name="event_seq")]

    def __str__(self) -> str:
        return f"{self.seq} {self.move}"


class Delegation(Row):
    """委托: from a day to a day, ``to_party`` sees and acts in the name of ``from_party``; never in secret votes."""

    from_party = models.ForeignKey("kernel_parties.Party", models.PROTECT, related_name="+")
    to_party = models.ForeignKey("kernel_parties.Party", models.PROTECT, related_name="+")
    flow_key = models.CharField(max_length=60, default="", blank=True)  # "": every flow
    starts_on = models.DateField()
    ends_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.from_party_id}→{self.to_party_id}"
