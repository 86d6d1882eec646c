"""Copies: made when marked, compared once a night, mended when altered, and shown only as the inner zone signed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest
from django.db import connection

from renda.kernel.actions.api import Context
from renda.kernel.exchange import publishing
from renda.kernel.exchange.models import Mark, PublishedCopy
from renda.kernel.exchange.registry import BUILDERS, Builder, Draft
from renda.kernel.parties import Actor
from renda.kernel.public_zone import copies
from renda.kernel.public_zone.packages import ForgedError
from renda.kernel.public_zone.storing import store

pytestmark = pytest.mark.django_db


class Things:
    """What there is, and what of it is public."""

    def __init__(self) -> None:
        self.there = {"1": "甲", "2": "乙", "3": "丙"}
        self.asked: list[list[str]] = []

    def build(self, wanted: Sequence[str]) -> Iterator[Draft]:
        self.asked.append(list(wanted))
        for key in wanted:
            if key in self.there:
                yield Draft(key, {"name": self.there[key]}, [f"of:{self.there[key]}", "all"], self.there[key], key)

    def keys(self) -> Iterable[str]:
        return self.there


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch) -> Things:
    made = Things()
    for kind in list(BUILDERS):
        monkeypatch.delitem(BUILDERS, kind)
    monkeypatch.setitem(BUILDERS, "thing", Builder("thing", made.build, made.keys))
    copies._verified.cache_clear()
    return made


def mark(*keys: str) -> None:
    ctx = Context(Actor.machine("test", []))
    publishing.publish(ctx, "thing", *keys)
    ctx.flush()


def names() -> list[str]:
    return [copy.body["name"] for copy in copies.found("thing")]


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_marked_is_made_and_the_mark_is_gone(things: Things) -> None:
    mark("2")
    mark("2", "1")
    assert publishing.publish_marked() == 2
    assert names() == ["甲", "乙"]
    assert not Mark.objects.exists()
    assert publishing.publish_marked() == 0


def test_what_has_not_changed_is_not_made_again(things: Things) -> None:
    mark()
    publishing.publish_marked()
    before = dict(PublishedCopy.objects.values_list("key", "version"))
    things.there["2"] = "乙二"
    mark("1", "2")
    assert publishing.publish_marked() == 1
    after = dict(PublishedCopy.objects.values_list("key", "version"))
    assert [key for key in after if after[key] != before[key]] == ["2"]
    assert after["2"] > max(before.values())


def test_what_is_no_longer_public_is_withdrawn(things: Things) -> None:
    publishing.reconcile()
    del things.there["1"]
    mark("1")
    assert publishing.publish_marked() == 1
    assert names() == ["乙", "丙"]
    things.there["1"] = "甲"
    mark("1")
    publishing.publish_marked()
    assert names() == ["甲", "乙", "丙"]


def test_at_night_everything_is_compared(things: Things) -> None:
    assert publishing.reconcile() == {"thing": 3}
    assert publishing.reconcile() == {"thing": 0}
    del things.there["3"]
    things.there["1"] = "甲一"
    things.there["4"] = "丁"
    assert publishing.reconcile() == {"thing": 3}
    assert names() == ["甲一", "乙", "丁"]


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM public_zone.published WHERE key = '1'",
        """UPDATE public_zone.published SET body = '{"name": "假"}' WHERE key = '1'""",
        "UPDATE public_zone.published SET terms = '{}' WHERE key = '1'",
        """UPDATE public_zone.published SET body = '{"name": "假"}', version = version + 1000000 WHERE key = '1'""",
        """INSERT INTO public_zone.published SELECT kind, '9', version, made_at, body, terms, words, sort, signature
           FROM public_zone.published WHERE key = '1'""",
    ],
)
def test_what_is_lost_or_altered_outside_is_mended(things: Things, harm: str) -> None:
    publishing.reconcile()
    execute(harm)
    assert publishing.reconcile() == {"thing": 1}
    assert names() == ["甲", "乙", "丙"]


@pytest.mark.parametrize(
    "forgery",
    [
        """body = '{"name": "假"}'""",
        "key = '7'",
        "terms = terms || '{thing:of:丁}'",
        "version = version + 1",
        "words = '假'",
        "signature = set_byte(signature, 5, (get_byte(signature, 5) + 1) % 256)",
    ],
)
def test_an_altered_copy_is_never_shown(things: Things, forgery: str) -> None:
    publishing.reconcile()
    execute(f"UPDATE public_zone.published SET {forgery} WHERE key = '1'")
    with pytest.raises(ForgedError):
        copies.found("thing")


def test_an_older_copy_does_not_take_the_place_of_a_newer_one(things: Things) -> None:
    publishing.reconcile()
    old = [publishing.package_of(one) for one in PublishedCopy.objects.filter(key="1")]
    things.there["1"] = "甲二"
    publishing.reconcile()
    store(old)
    assert names()[0] == "甲二"


def test_it_is_found_by_terms_and_words(things: Things) -> None:
    publishing.reconcile()
    assert [copy.key for copy in copies.found("thing", any_of=["of:甲", "of:丙"])] == ["1", "3"]
    assert [copy.key for copy in copies.found("thing", all_of=["all", "of:乙"])] == ["2"]
    assert copies.found("thing", all_of=["all"], saying="%") == []
    assert [copy.key for copy in copies.found("thing", saying="乙")] == ["2"]
    assert copies.one("thing", "2") is not None
    assert copies.one("other", "2") is None


def test_a_set_is_built_together(things: Things) -> None:
    mark("1", "2", "3", "none")
    publishing.publish_marked()
    assert [sorted(asked) for asked in things.asked] == [["1", "2", "3", "none"]]
