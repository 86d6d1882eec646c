"""The library of flows: shipped files become rows, and each new case takes the nearest published row.

Nearest means: the tenant's own fork, else that of the closest tenant above it, else the shipped one. A published row
never changes (a trigger of the database sees to it), so running cases stay on their version, and a definition that
was read once may be kept for the life of the process.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from renda.kernel import clock
from renda.kernel.deadlines import api as deadlines
from renda.kernel.errors import NotFound
from renda.kernel.flow.checker import Unresolved, check
from renda.kernel.flow.definition import from_graph, parse
from renda.kernel.flow.fields import FlowSyntaxError, Problem
from renda.kernel.flow.models import FlowDefinition
from renda.kernel.flow.shapes import Definition
from renda.kernel.flow.subjects import SUBJECTS
from renda.kernel.parties import resolve
from renda.kernel.tenancy.models import Tenant

# How long a process may go on starting cases on a version that has just been replaced.
CURRENT_LIFE = 5.0  # seconds
_current: dict[tuple[str, int], tuple[float, int]] = {}
_definitions: dict[int, Definition] = {}


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing a shipped file did."""

    key: str
    version: int
    is_new: bool


def shipped_files() -> Iterator[Path]:
    """``flows/*.toml`` of every installed capability, in the order of the apps."""
    for app in apps.get_app_configs():
        yield from sorted(Path(app.path, "flows").glob("*.toml"))


def read_shipped() -> dict[str, Definition]:
    """The shipped flows by key.

    Raises:
        FlowSyntaxError: a file that is no flow, or two files with one key.
    """
    found: dict[str, Definition] = {}
    for path in shipped_files():
        definition = parse(path.read_text(encoding="utf-8"))
        if definition.key in found:
            raise FlowSyntaxError([Problem(0, "", f"流程标识“{definition.key}”有两份文件（{path.name}）。")])
        found[definition.key] = definition
    return found


def problems_of(
    definition: Definition, *, tenants: Iterable[Tenant] = (), flows: Mapping[str, Definition] | None = None
) -> list[Problem]:
    """The checker with all that this installation knows.

    ``tenants``: the congresses in which every ``who`` must find somebody. ``flows``: what calls may start (default:
    the shipped ones).
    """
    return check(
        definition,
        SUBJECTS.get(definition.subject),
        rules=deadlines.rule_keys(),
        unresolved=_unresolved_in(list(tenants)),
        flows=flows if flows is not None else read_shipped(),
    )


def _unresolved_in(tenants: list[Tenant]) -> Unresolved:
    def unresolved(word: str) -> list[str]:
        expression, _, _ = word.partition("@")
        return [tenant.name for tenant in tenants if not resolve(expression, None, tenant.id)]

    return unresolved


def publish_shipped() -> list[Published]:
    """Publish every shipped flow whose graph differs from its newest published row; safe to call at every start.

    Whether each ``who`` finds somebody is not asked here: a congress that has not yet filled a post must not keep the
    house from starting, and a case that comes there goes to the flow's administrator.

    Raises:
        FlowSyntaxError: a file is faulty; nothing is published then.
    """
    flows = read_shipped()
    faults = [problem for flow in flows.values() for problem in problems_of(flow, flows=flows)]
    if faults:
        raise FlowSyntaxError(faults)
    with transaction.atomic(), connection.cursor() as cursor:
        # Two processes that start at once publish one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('renda.flow.publish'))")
        results = [_publish_one(flow) for flow in flows.values()]
    forget()
    return results


def _publish_one(flow: Definition) -> Published:
    rows = FlowDefinition.objects.filter(key=flow.key, tenant=None).order_by("-version")
    newest = rows.first()
    if newest is not None and newest.retired_at is None and same_graph(newest.graph, flow.source):
        return Published(flow.key, newest.version, is_new=False)
    version = newest.version + 1 if newest else 1
    moment = clock.now()
    FlowDefinition.objects.create(
        key=flow.key, version=version, title=flow.title, graph=dict(flow.source), published_at=moment
    )
    rows.filter(version__lt=version, retired_at=None).update(retired_at=moment)
    return Published(flow.key, version, is_new=True)


def same_graph(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two graphs say the same; where it stands in the file does not count."""
    return {**one, "lines": None} == {**other, "lines": None}


_NEAREST = """
    SELECT flow.id, flow.graph FROM kernel_flow_flowdefinition flow
    LEFT JOIN kernel_tenancy_tenant tenant ON tenant.id = %s
    WHERE flow.key = %s AND flow.published_at IS NOT NULL AND flow.retired_at IS NULL
      AND (flow.tenant_id IS NULL OR flow.tenant_id = ANY(tenant.path))
    ORDER BY array_position(tenant.path, flow.tenant_id) DESC NULLS LAST, flow.version DESC LIMIT 1
"""


def current(key: str, tenant_id: int) -> tuple[int, Definition]:
    """The row id and definition that a new case of a tenant takes; one query, kept for ``CURRENT_LIFE`` seconds.

    Raises:
        NotFound: no flow of this key is published.
    """
    kept = _current.get((key, tenant_id))
    if kept is not None and kept[0] > time.monotonic():
        return kept[1], _definitions[kept[1]]
    row = next(iter(FlowDefinition.objects.raw(_NEAREST, [tenant_id, key])), None)
    if row is None:
        raise NotFound("flow.unknown", f"没有可用的流程“{key}”，请联系流程管理员。")
    definition = _remember(row)
    _current[key, tenant_id] = (time.monotonic() + CURRENT_LIFE, row.id)
    return row.id, definition


def by_id(ids: Iterable[int]) -> dict[int, Definition]:
    """Definitions by the ids of their rows, published ones; at most one query, none for those seen before.

    Raises:
        KeyError: a row that is not there or is a draft.
    """
    wanted = set(ids)
    if missing := wanted - _definitions.keys():
        for row in FlowDefinition.objects.filter(id__in=missing, published_at__isnull=False):
            _remember(row)
    return {one: _definitions[one] for one in wanted}


def _remember(row: FlowDefinition) -> Definition:
    if row.id not in _definitions:
        _definitions[row.id] = from_graph(row.graph)
    return _definitions[row.id]


def forget() -> None:
    """Ask the database again which versions are current (after publishing, and between tests)."""
    _current.clear()
