"""Ids that are known before the insert.

An action builds all its rows in memory and writes each table with one statement; so a row needs its id (and its
children theirs) before it is stored. Ids come from one sequence in blocks of 1,000 (hi-lo): one statement in a
thousand rows, no gap-free promise, no order across processes.
"""

from __future__ import annotations

import os
import threading
from typing import Any, ClassVar

from django.db import connection, models

BLOCK = 1000
SEQUENCE = "kernel_id_seq"


class _Block:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.owner = 0
        self.next = self.end = 0

    def take(self) -> int:
        with self.lock:
            # A forked child must not hand out its parent's block again.
            if self.next == self.end or self.owner != os.getpid():
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT nextval('{SEQUENCE}')")
                    row = cursor.fetchone()
                self.next = int(row[0])
                self.end = self.next + BLOCK
                self.owner = os.getpid()
            self.next += 1
            return self.next - 1


_block = _Block()


def new_id() -> int:
    """A new positive 64-bit id, unique in this database."""
    return _block.take()


class Row(models.Model):
    """A row whose id is known before it is stored."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
