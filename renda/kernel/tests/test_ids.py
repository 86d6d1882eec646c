"""Ids are never handed out twice: not by threads, not by a forked child, and a block is one statement."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renda.kernel import ids


@pytest.mark.django_db(transaction=True)
def test_threads_share_a_block_without_doubles() -> None:
    def take(_: int) -> list[int]:
        try:
            return [ids.new_id() for _ in range(700)]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = [one for part in pool.map(take, range(6)) for one in part]
    assert len(set(taken)) == len(taken) == 4200


@pytest.mark.django_db
def test_a_thousand_ids_cost_one_statement() -> None:
    while ids._block.next != ids._block.end:
        ids.new_id()
    with CaptureQueriesContext(connection) as asked:
        first = ids.new_id()
        rest = [ids.new_id() for _ in range(ids.BLOCK - 1)]
    assert len(asked) == 1
    assert rest == list(range(first + 1, first + ids.BLOCK))


@pytest.mark.django_db
def test_a_forked_child_takes_a_block_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = ids.new_id()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert abs(ids.new_id() - mine) >= ids.BLOCK - 1
