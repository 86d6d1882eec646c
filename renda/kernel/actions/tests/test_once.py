"""A second press with the same key does nothing and is answered with what the first one did."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection

from renda.kernel.errors import KeyUsed, Refused, RendaError
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


def test_a_key_that_comes_with_something_else_is_refused_in_words(house: House) -> None:
    """A form that was edited after going back, another row, another person: nothing is stored and it is said."""
    actor, stranger = house.actor(house.home), house.actor(house.away)
    party, other = house.party(name="旧一"), house.party(name="旧二")
    house.make.once(KEY)(actor, name="新人", tenant=house.home, secret="13800001111")
    house.rename.once(KEY)(actor, party.id, name="新一")
    presses: list[Callable[[], Any]] = [
        lambda: house.make.once(KEY)(actor, name="改过的", tenant=house.home, secret="13800001111"),
        lambda: house.make.once(KEY)(actor, name="新人", tenant=house.home, secret="13800002222"),
        lambda: house.make.once(KEY)(house.actor(house.home), name="新人", tenant=house.home, secret="13800001111"),
        lambda: house.make.once(KEY)(stranger, name="新人", tenant=house.away, secret="13800001111"),
        lambda: house.rename.once(KEY)(actor, other.id, name="新一"),
        lambda: house.rename.once(KEY)(actor, party.id, name="改过的"),
    ]
    for press in presses:
        with pytest.raises(KeyUsed) as refusal:
            press()
        assert (refusal.value.status, "没有再次提交" in refusal.value.message) == (409, True)
    assert house.names() == ["新一", "新人（新）", "旧二"]
    assert [entry[1:] for entry in house.outcomes()] == [("done", "")] * 2 + [("refused", "key_used")] * 6


def test_presses_at_the_same_moment_with_different_words_store_one_and_refuse_the_others(house: House) -> None:
    actor = house.actor(house.home)
    answers = at_once(
        *[lambda name=name: house.make.once(KEY)(actor, name=name, tenant=house.home) for name in "甲乙丙丁"]
    )
    stored = [answer for answer in answers if isinstance(answer, Party)]
    assert len(stored) == 1
    assert [type(answer) for answer in answers if answer not in stored] == [KeyUsed] * 3
    assert house.names() == [stored[0].name]


def test_another_refusal_of_the_database_stays_a_fault(house: House) -> None:
    """Only the key's own constraint is a second press."""
    actor, taken = house.actor(house.home), house.party()

    def work(ctx: Any, *, name: str, tenant: Any) -> Party:
        party = Party(id=taken.id, kind="person", name=name, tenant=tenant)
        ctx.insert(party)
        return party

    with pytest.raises(IntegrityError):
        replace(house.make, work=work).once(KEY)(actor, name="撞号", tenant=house.home)


@pytest.mark.parametrize("key", ["长" * 5000, "\0", "\ud800"])
def test_any_text_is_a_key(house: House, key: str) -> None:
    press = house.make.once(key)
    rows = [press(house.actor(house.home), name="新人", tenant=house.home) for _ in range(1)]
    assert house.names() == [rows[0].name]


def test_an_uploaded_file_is_the_same_by_its_content_not_by_its_new_id(house: House) -> None:
    """The browser sends the picture again with the second press, and it is stored as a new row."""
    actor = house.actor(house.home)

    def work(ctx: Any, *, name: str, tenant: Any, files: list[Party]) -> Party:
        party = Party(kind="person", name=name, tenant=tenant)
        ctx.insert(party, *files)
        files[0].tenant = tenant  # as attaching a file does
        return party

    def press(content: str) -> Party:
        made = replace(house.make, work=work).once(KEY)
        result: Party = made(actor, name="新人", tenant=house.home, files=[Party(kind="post", name=content)])
        return result

    assert press("照片").id == press("照片").id
    with pytest.raises(KeyUsed):
        press("另一张")
    assert sorted(house.names()) == ["新人", "照片"]


def test_a_set_with_a_used_key_stores_nothing(house: House) -> None:
    actor = house.actor(house.home)
    items = [{"name": name, "tenant": house.home} for name in "甲乙"]
    house.make.many(actor, items[:1], keys=["一"])
    with pytest.raises(KeyUsed):
        house.make.many(actor, items, keys=["一", "二"])
    assert house.names() == ["甲（新）"]
    assert list(house.make.made(actor, ["一", "二"])) == ["一"]


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
