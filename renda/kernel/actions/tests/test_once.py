"""A second press with the same key does nothing and is answered with what the first one did."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection

from renda.kernel.errors import Refused, RendaError
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Party

from .verbs import House, house

__all__ = ["house"]

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "a" * 32


def at_once(*presses: Callable[[], Any]) -> list[Any]:
    """Press together, each on a connection of its own; what each was answered."""
    together = threading.Barrier(len(presses))
    answers: list[Any] = [None] * len(presses)

    def press(number: int) -> None:
        together.wait()
        try:
            answers[number] = presses[number]()
        except (RendaError, IntegrityError) as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[number]) for number in range(len(presses))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_second_press_makes_no_second_row(house: House) -> None:
    press, actor = house.make.once(KEY), house.actor(house.home)
    first = press(actor, name="新人", tenant=house.home)
    second = press(actor, name="新人", tenant=house.home)
    assert (first.id, house.names()) == (second.id, ["新人（新）"])
    assert house.outcomes() == [("test.make", "done", "")]
    third = house.make.once("b" * 32)(actor, name="新人", tenant=house.home)
    assert third.id != first.id


def test_without_a_key_every_press_counts(house: House) -> None:
    for press in (house.make, house.make.once(None), house.make.once("")):
        press(house.actor(house.home), name="新人", tenant=house.home)
    assert len(house.names()) == 3


def test_presses_at_the_same_moment_make_exactly_one_row(house: House) -> None:
    actor = house.actor(house.home)
    answers = at_once(*[lambda: house.make.once(KEY)(actor, name="新人", tenant=house.home)] * 6)
    assert {type(answer) for answer in answers} == {Party}
    assert len({answer.id for answer in answers}) == 1
    assert house.names() == ["新人（新）"]
    assert house.outcomes() == [("test.make", "done", "")]


def test_a_second_press_on_a_row_is_answered_though_the_first_has_changed_it(house: House) -> None:
    """The work of a second press refuses (the task is done); the person pressed once and sees that it went well."""
    party, actor = house.party(), house.actor(house.home)

    def work(ctx: Any, row: Party, *, name: str) -> Party:
        if row.name != "旧名":
            raise Refused("test.done", "已经办过。")
        row.name = name
        ctx.update(row, "name")
        return row

    press = replace(house.rename, work=work).once(KEY)
    answers = at_once(*[lambda: press(actor, party.id, name="新名")] * 4)
    assert [answer.name for answer in answers] == ["新名"] * 4
    assert house.outcomes() == [("test.rename", "done", "")]
    with pytest.raises(Refused):
        press.once("b" * 32)(actor, party.id, name="又一次")


def test_a_key_answers_only_whoever_used_it(house: House) -> None:
    house.make.once(KEY)(house.actor(house.home), name="新人", tenant=house.home)
    with pytest.raises(IntegrityError):
        house.make.once(KEY)(house.actor(house.home), name="别人", tenant=house.home)
    with pytest.raises(IntegrityError):
        house.make.once(KEY)(house.actor(house.away), name="别人", tenant=house.away)
    assert house.names() == ["新人（新）"]


def test_a_key_answers_only_for_its_own_row(house: House) -> None:
    first, second, actor = house.party(name="旧一"), house.party(name="旧二"), house.actor(house.home)
    house.rename.once(KEY)(actor, first.id, name="新一")
    with pytest.raises(IntegrityError):
        house.rename.once(KEY)(actor, second.id, name="新二")
    assert house.names() == ["新一", "旧二"]


def test_two_hands_on_one_row_work_one_after_the_other(house: House) -> None:
    party = house.party(name="0")

    def count_on(ctx: Any, row: Party, *, name: str) -> Party:
        row.name = str(int(row.name) + 1)
        ctx.update(row, "name")
        return row

    press = replace(house.rename, work=count_on)
    actors: list[Actor] = [house.actor(house.home) for _ in range(5)]
    at_once(*[lambda actor=actor: press(actor, party.id, name="") for actor in actors])
    assert house.names() == ["5"]
