"""The outbox: rows of the business transaction that say which key has changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models.expressions import Func
from django.db.models.functions import Now

from renda.kernel.ids import Row
from renda.kernel.storing import insert_rows

if TYPE_CHECKING:
    _WholeNumber = models.BigIntegerField[int, int]
else:  # Django's fields take no type arguments at run time.
    _WholeNumber = models.BigIntegerField


class TransactionIdField(_WholeNumber):
    """PostgreSQL's ``xid8``: the 64-bit number of a transaction, never reused. Not read back by ``RETURNING``."""

    db_returning = False

    def db_type(self, connection: Any) -> str:
        return "xid8"


class Event(Row):
    """One key that changed. It has no content, so no row-level security: a key tells a stranger nothing.

    ``xid`` is the transaction that wrote the row. Ids are taken before the commit, so a reader that goes by id skips
    rows of slower transactions; one that goes by xid and snapshot does not (``outbox``).
    """

    key = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())
    xid = TransactionIdField(db_default=Func(function="pg_current_xact_id"), editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["xid"], name="event_xid")]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def add(cls, keys: Iterable[str]) -> None:
        """Store a set of keys with one statement."""
        insert_rows(cls, [cls(key=key) for key in keys])
