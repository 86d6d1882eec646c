"""From an expression in a flow file to parties. The kernel knows no organisation; the capability that does registers here."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models

Resolver = Callable[[str, "models.Model | None", int], list[int]]

_resolvers: list[Resolver] = []


def register_resolver(resolver: Resolver) -> None:
    """Register who ``post:KIND`` and ``head`` mean.

    A resolver takes the expression before ``@``, the anchor (the subject's field, None for the case itself) and the
    case's tenant id; it gives party ids, in order, or an empty list.
    """
    if resolver not in _resolvers:
        _resolvers.append(resolver)


def resolve(expression: str, anchor: models.Model | None, tenant_id: int) -> list[int]:
    """Party ids for an expression, without doubles, in the resolvers' order."""
    found = [party for resolver in _resolvers for party in resolver(expression, anchor, tenant_id)]
    return list(dict.fromkeys(found))
