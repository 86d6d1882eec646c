"""``__in`` over whole numbers as one array: ``id = ANY('{1,2}')`` where Django writes a placeholder for each.

A statement's text is then the same whatever the number of ids, so that its plan is kept (``prepare_threshold`` in the
settings), and the hundred tenants of a city's officer cost what one costs. A list of one is ``id = 1``: a kept plan
must not expect ten rows where there is one.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

_ONE, _MANY = "%s::bigint", "ANY(%s::bigint[])"


class _InArray(In):
    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs_is_direct_value():
            return super().process_rhs(compiler, connection)
        # NULL equals nothing; in the order given, each once.
        wanted = list(dict.fromkeys(value for value in self.rhs if value is not None))
        if not wanted:
            raise EmptyResultSet
        if not all(isinstance(value, int) for value in wanted):
            return super().process_rhs(compiler, connection)
        if len(wanted) == 1:
            return _ONE, [str(int(wanted[0]))]
        return _MANY, ["{" + ",".join(str(int(value)) for value in wanted) + "}"]

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= {rhs}" if rhs in (_ONE, _MANY) else super().get_rhs_op(connection, rhs)


class _RelatedInArray(RelatedIn, _InArray):
    """The same for a link."""


def register() -> None:
    """Take the place of Django's lookups; links to rows with other keys than whole numbers keep theirs."""
    models.IntegerField.register_lookup(_InArray)
    models.ForeignKey.register_lookup(_RelatedInArray)
