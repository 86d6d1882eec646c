"""The engine's world as the database has it: parties and their holders, delegations, legal time, subjects.

Everything asked once is kept for the length of the unit of work, so that a set of cases at one office costs no more
questions than one case.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any, cast

from django.apps import apps
from django.db import models
from django.utils import timezone

from renda.kernel import ids, parties
from renda.kernel.deadlines import api as deadlines
from renda.kernel.deadlines import store as calendars
from renda.kernel.errors import NotFound
from renda.kernel.flow import conditions, library
from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.engine.world import Due, Mover
from renda.kernel.flow.models import Case, Delegation
from renda.kernel.flow.shapes import Definition
from renda.kernel.flow.subjects import SUBJECTS
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding, Party


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a party."""

    name: str
    tenant_id: int | None
    humans: frozenset[int]


class DatabaseWorld:
    """One unit of work's view. ``now`` is the moment of the action, ``people_on`` the day whose holders of posts count.

    The two differ when history is replayed: its people are those who are here today.
    """

    def __init__(self, now: datetime, people_on: date | None = None) -> None:
        self.now = now
        self._people_on = people_on or timezone.localdate(now)
        self._parties: dict[int, _Known] = {}
        self._held: dict[int, frozenset[int]] = {}
        self._principals: dict[tuple[int, str], list[int]] = {}
        self._lent: dict[int, Sequence[tuple[int, Container[str] | None]]] = {}
        self._resolved: dict[tuple[str, int | None, str, int], list[int]] = {}
        self._subjects: dict[tuple[str, int], models.Model] = {}
        self._expected: dict[int, Case] = {}

    # Parties

    def new_id(self) -> int:
        """As the kernel's ids."""
        return ids.new_id()

    def learn(self, party_ids: Iterable[int]) -> None:
        """Read the parties that are not known yet, with their holders of today: one query for all."""
        wanted = [party for party in party_ids if party not in self._parties]
        if not wanted:
            return
        today = self._people_on
        rows = Party.objects.filter(id__in=wanted).values_list(
            *("id", "kind", "name", "tenant_id", "is_active"),
            *("holders__person_id", "holders__person__is_active", "holders__starts_on", "holders__ends_on"),
        )
        humans: dict[int, set[int]] = {party: set() for party in wanted}
        known: dict[int, tuple[str, int | None]] = {}
        for party, kind, name, tenant, active, person, person_active, starts, ends in rows:
            known[party] = (name, tenant)
            if active and kind == Party.Kind.PERSON:
                humans[party].add(party)
            elif active and person_active and starts <= today and (ends is None or ends >= today):
                humans[party].add(person)
        for party in wanted:
            name, tenant = known.get(party, ("", None))
            self._parties[party] = _Known(name, tenant, frozenset(humans[party]))

    def humans(self, party_id: int) -> frozenset[int]:
        """Who can act for a party today."""
        self.learn([party_id])
        return self._parties[party_id].humans

    def tenant_of(self, party_id: int) -> int | None:
        """A post's tenant; a person's own, when she has one."""
        self.learn([party_id])
        return self._parties[party_id].tenant_id

    def name(self, party_id: int) -> str:
        """The party's name."""
        self.learn([party_id])
        return self._parties[party_id].name

    def parties_of(self, person_id: int) -> frozenset[int]:
        """A party and the posts it holds today."""
        if person_id not in self._held:
            held = Holding.on(self._people_on).filter(person_id=person_id).values_list("post_id", flat=True)
            self._held[person_id] = frozenset({person_id, *held})
        return self._held[person_id]

    def know_lent(self, person_id: int, lent: Sequence[tuple[int, Container[str] | None]]) -> None:
        """Who has delegated to this person for today, and for which flows (None: every flow), is known already."""
        self._lent[person_id] = lent

    def principals(self, person_id: int, flow_key: str) -> Sequence[int]:
        """Who has delegated to this person for today and this flow."""
        if person_id in self._lent:
            return [party for party, flows in self._lent[person_id] if flows is None or flow_key in flows]
        key = (person_id, flow_key)
        if key not in self._principals:
            today = self._people_on
            rows = Delegation.objects.filter(
                to_party_id=person_id, starts_on__lte=today, ends_on__gte=today, flow_key__in=["", flow_key]
            )
            self._principals[key] = list(rows.order_by("id").values_list("from_party_id", flat=True))
        return self._principals[key]

    def superiors(self, party_id: int, case: Case) -> Sequence[int]:
        """Whom the resolvers name for ``superior`` with the party as anchor."""
        return self._ask("superior", Party.objects.filter(id=party_id).first(), case)

    # Expressions

    def resolve(self, expression: str, case: Case) -> Sequence[int]:
        """``field:NAME`` reads the subject; the rest is asked of the resolvers, once for each anchor."""
        if expression.startswith("field:"):
            found = _ids(_said(self.subject_of(case), expression.removeprefix("field:"), None))
        else:
            word, _, anchor = expression.partition("@")
            if anchor.startswith("field:"):
                value = getattr(self.subject_of(case), anchor.removeprefix("field:"), None)
                found = [party for one in _many(value) for party in self._ask(word, one, case)]
            else:
                found = self._ask(word, None, case)
        return list(dict.fromkeys(found))

    def _ask(self, word: str, anchor: models.Model | None, case: Case) -> list[int]:
        label = anchor._meta.label if anchor is not None else ""
        key = (word, anchor.pk if anchor is not None else None, label, case.tenant_id)
        if key not in self._resolved:
            self._resolved[key] = parties.resolve(word, anchor, case.tenant_id)
        return self._resolved[key]

    # Flows and clocks

    def definition(self, key: str, tenant_id: int) -> tuple[int, Definition]:
        """The nearest published version."""
        return library.current(key, tenant_id)

    def due(self, key: str, tenant_id: int, start: datetime) -> Due | None:
        """By a rule, or by the flow file's own figure."""
        found = _due(key, tenant_id, start)
        return None if found.at is None else Due(found.at, found.soon_at, found.provisional)

    def shift(self, key: str, tenant_id: int, due: datetime, stopped: datetime, restarted: datetime) -> Due:
        """The pause is given back in the rule's own unit."""
        rule = _figure(key) if " " in key else deadlines.rule_for(key, tenant_id, timezone.localdate(stopped))
        unit: deadlines.Unit = rule.unit if rule else "hours"
        arithmetic = calendars.snapshot().arithmetic(tenant_id)
        raw, unit = arithmetic.adjust(timezone.localtime(due), unit, deadlines.Pause(stopped, restarted))
        at = arithmetic.settle(raw, unit)
        before = deadlines.add_working_days(at.date(), -1)
        soon = datetime.combine(before, time.min, at.tzinfo)
        provisional = unit != "hours" and not deadlines.is_published(at.year)
        return Due(at, soon if soon > restarted else restarted + (at - restarted) * 3 / 4, provisional)

    # Subjects

    def expect(self, cases: Iterable[Case]) -> None:
        """The subjects of these cases are read with the first of them that is asked for."""
        self._expected.update((case.id, case) for case in cases)

    def know_subject(self, subject: models.Model) -> None:
        """The action's own instance, with what it has set and not stored yet."""
        self._subjects[subject._meta.label, subject.pk] = subject

    def subject_of(self, case: Case) -> models.Model:
        """The case's subject, read when nobody gave it, together with those of the cases loaded with it.

        A case and one that it calls may be about the same row: it is one instance for both.

        Raises:
            NotFound: it is not in scope.
        """
        key = (case.subject_type, case.subject_id)
        if key not in self._subjects:
            keys = {(one.subject_type, one.subject_id) for one in (case, *self._expected.values())}
            wanted = [pk for label, pk in keys - self._subjects.keys() if label == case.subject_type]
            rows = apps.get_model(case.subject_type)._base_manager.in_bulk(wanted)
            self._subjects.update({(case.subject_type, pk): row for pk, row in rows.items()})
        if key not in self._subjects:
            raise NotFound
        return self._subjects[key]

    def value(self, case: Case, field: str) -> Any:
        """A field as conditions and effects know it: keys for rows."""
        value = _said(self.subject_of(case), field)
        if isinstance(value, models.Model):
            return value.pk
        many = isinstance(value, list | tuple | models.Manager)
        return [one.pk if isinstance(one, models.Model) else one for one in _many(value)] if many else value

    def holds(self, case: Case, condition: str) -> bool:
        """Whether a condition on the subject holds."""
        expression = conditions.parse(condition)
        return conditions.evaluate(expression, {name: self.value(case, name) for name in expression.names})

    def write(self, case: Case, values: Mapping[str, Any]) -> None:
        """Set columns of the subject."""
        subject = self.subject_of(case)
        for name, value in values.items():
            field = _column(subject, name)
            setattr(subject, field.attname, field.to_python(value))

    def invertible(self, case: Case, action: str) -> bool:
        """An action of the business can be undone when the business has registered how."""
        subject = SUBJECTS.get(case.subject_type)
        return subject is None or action not in subject.actions or action in subject.inverses

    def clean(self, case: Case, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values as JSON keeps them, as the subject's columns have them."""
        subject = self.subject_of(case)
        return {name: _column(subject, name).to_python(value) for name, value in values.items()}

    def subject(self, case: Case, field: str) -> tuple[str, int]:
        """Label and key of the row a field points at."""
        row = getattr(self.subject_of(case), field)
        return row._meta.label, row.pk


def mover_of(actor: Actor) -> Mover:
    """The actor as the engine knows movers."""
    kinds = frozenset(post.kind for post in actor.posts)
    return Mover(actor.kind, actor.name, actor.party_id, frozenset(actor.party_ids), kinds)


def database_of(tree: Tree) -> DatabaseWorld:
    """The world of a tree that was loaded from the database."""
    assert isinstance(tree.world, DatabaseWorld)
    return tree.world


def _column(subject: models.Model, name: str) -> models.Field[Any, Any]:
    field = subject._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _said(subject: models.Model, name: str, *otherwise: Any) -> Any:
    """An attribute of a subject, a link by its key: the row behind it is not read for that."""
    return getattr(subject, _attribute(type(subject), name), *otherwise)


@cache
def _attribute(model: type[models.Model], name: str) -> str:
    for field in model._meta.concrete_fields:
        if field.name == name and isinstance(field, models.ForeignKey) and field.target_field.primary_key:
            return field.attname
    return name


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, models.Manager):
        return list(value.all())
    return list(value) if isinstance(value, list | tuple | set | models.QuerySet) else [value]


def _ids(value: Any) -> list[int]:
    return [one.pk if isinstance(one, models.Model) else int(one) for one in _many(value)]


def explained(key: str, tenant_id: int, start: datetime, event: str) -> tuple[str, ...]:
    """The arithmetic of a due, in Chinese lines. ``event``: what it counts from, where no rule says it."""
    return _due(key, tenant_id, start, event).explanation


def _due(key: str, tenant_id: int, start: datetime, event: str = "") -> deadlines.Due:
    start = _moment(start)
    if " " in key:
        return deadlines.due_by(_figure(key, event), tenant_id, start)
    return deadlines.due(key, tenant_id, start)


def _figure(key: str, event: str = "") -> deadlines.Rule:
    amount, unit = key.split(" ")
    return deadlines.Rule("flow", "流程期限", int(amount), cast("deadlines.Unit", unit), event, note="流程文件规定")


def _moment(start: Any) -> datetime:
    """A field's day counts from its first moment."""
    if isinstance(start, datetime):
        return start
    return datetime.combine(start, time.min, timezone.get_default_timezone())
