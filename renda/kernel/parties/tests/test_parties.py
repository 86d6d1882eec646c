"""Who acts, whose work is hers, and how an expression becomes parties."""

from __future__ import annotations

import sys
from datetime import date

import pytest
from django.db import IntegrityError, models, transaction

from renda.kernel.parties import Actor, HeldPost, register_resolver, resolve
from renda.kernel.parties.models import Holding, Party


def test_the_tasks_of_a_person_are_her_own_and_those_of_her_posts() -> None:
    posts = (HeldPost(11, "clerk", 0, 2), HeldPost(12, "vetter", 0, 3))
    assert Actor("person", "甲", 7, posts).party_ids == (7, 11, 12)
    assert Actor.public([2]).party_ids == ()
    assert Actor.machine("钟", [2]).party_ids == ()


def test_where_an_actor_is_at_home() -> None:
    assert Actor("person", "甲", 7, (HeldPost(11, "clerk", 0, 3),), frozenset({2, 3})).home_tenant == 3
    assert Actor.public([5, 4]).home_tenant == 4
    assert Actor.public().home_tenant is None


def test_only_a_person_is_signed_in() -> None:
    signed_in = (
        Actor("person", "甲", 7).is_signed_in,
        Actor.public().is_signed_in,
        Actor.machine("钟", []).is_signed_in,
    )
    assert signed_in == (True, False, False)


def test_resolvers_add_up_without_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    # The package exports a function of the module's name.
    monkeypatch.setattr(sys.modules["renda.kernel.parties.resolve"], "_resolvers", [])
    asked: list[tuple[str, models.Model | None, int]] = []

    def first(expression: str, anchor: models.Model | None, tenant_id: int) -> list[int]:
        asked.append((expression, anchor, tenant_id))
        return [3, 1]

    for resolver in (first, first, lambda *_: [1, 2]):
        register_resolver(resolver)
    assert resolve("post:clerk", None, 5) == [3, 1, 2]
    assert asked == [("post:clerk", None, 5)]


def test_a_post_is_held_once_at_a_time(db: None) -> None:
    person, post = (Party.objects.create(kind=kind, name=kind) for kind in ("person", "post"))
    Holding.objects.create(person=person, post=post, starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1))
    Holding.objects.create(person=person, post=post, starts_on=date(2022, 1, 1))
    with pytest.raises(IntegrityError, match="holding_once"), transaction.atomic():
        Holding.objects.create(person=person, post=post, starts_on=date(2023, 1, 1))
