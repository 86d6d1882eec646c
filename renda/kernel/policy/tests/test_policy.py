"""What a post may do where; and a name that nobody registered is a fault, not a "no"."""

from __future__ import annotations

from typing import Any

import pytest

from renda.kernel.parties import Actor, HeldPost
from renda.kernel.policy import grant, kinds_with, may, permission, registry, tenants_where

CITY, COUNTY, TOWNSHIP, ELSEWHERE = 1, 2, 3, 9
BELOW = {CITY: frozenset({CITY, COUNTY, TOWNSHIP}), COUNTY: frozenset({COUNTY, TOWNSHIP})}


@pytest.fixture(autouse=True)
def _empty_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "PERMISSIONS", {})
    monkeypatch.setattr(registry, "GRANTS", {})
    permission("test.do", "测试")


def holder(kind: str, *tenants: int, scope: frozenset[int] = frozenset()) -> Actor:
    posts = tuple(HeldPost(100 + tenant, kind, 0, tenant, BELOW.get(tenant, frozenset({tenant}))) for tenant in tenants)
    return Actor("person", "甲", 7, posts, scope | frozenset(t for post in posts for t in post.below))


@pytest.mark.parametrize(
    ("where", "expected"),
    [("own", {COUNTY}), ("tree", {COUNTY, TOWNSHIP}), ("scope", {COUNTY, TOWNSHIP, ELSEWHERE})],
)
def test_how_far_a_grant_reaches(where: Any, expected: set[int]) -> None:
    grant("clerk", "test.do", where=where)
    actor = holder("clerk", COUNTY, scope=frozenset({ELSEWHERE}))
    everywhere = (CITY, COUNTY, TOWNSHIP, ELSEWHERE)
    assert {tenant for tenant in everywhere if may(actor, "test.do", tenant)} == expected
    assert tenants_where(actor, "test.do") == expected
    assert may(actor, "test.do", None)


def test_rights_come_from_posts_not_from_people() -> None:
    grant("clerk", "test.do")
    assert not may(holder("driver", COUNTY), "test.do", None)
    assert not may(Actor("person", "甲", 7, (), frozenset({COUNTY})), "test.do", COUNTY)
    assert not may(Actor.public([COUNTY]), "test.do", COUNTY)
    assert not may(Actor.machine("钟", [COUNTY]), "test.do", COUNTY)


def test_one_post_lends_nothing_to_another() -> None:
    """Clerk in one congress and driver in another: what the clerk may, the driver's congress does not give."""
    grant("clerk", "test.do", where="tree")
    clerk, driver = holder("clerk", TOWNSHIP), holder("driver", ELSEWHERE)
    both = Actor("person", "甲", 7, clerk.posts + driver.posts, clerk.tenants | driver.tenants)
    assert tenants_where(both, "test.do") == {TOWNSHIP}


@pytest.mark.parametrize(("kind", "actor"), [
    ("public", Actor.public([COUNTY])),
    ("machine", Actor.machine("钟", [COUNTY])),
    ("signed_in", Actor("person", "甲", 7, (), frozenset({COUNTY}))),
])  # fmt: skip
def test_who_holds_no_post_acts_in_scope_only(kind: str, actor: Actor) -> None:
    grant(kind, "test.do", where="scope")
    assert (may(actor, "test.do", COUNTY), may(actor, "test.do", ELSEWHERE)) == (True, False)


def test_signed_in_is_not_the_public() -> None:
    grant("signed_in", "test.do")
    assert not may(Actor.public([COUNTY]), "test.do", COUNTY)


def test_an_unknown_name_is_a_fault() -> None:
    with pytest.raises(KeyError, match=r"test\.no"):
        may(holder("clerk", COUNTY), "test.no", COUNTY)
    grant("clerk", "test.misspelt")
    assert registry.unknown_names() == ["test.misspelt"]


def test_a_name_has_one_title() -> None:
    assert permission("test.do", "测试") == "test.do"
    with pytest.raises(ValueError, match=r"test\.do"):
        permission("test.do", "另一个")


def test_which_kinds_of_posts_hold_a_right() -> None:
    grant("clerk", "test.do")
    grant("chair", "test.do", where="tree")
    grant("public", "test.do", where="scope")
    assert kinds_with("test.do") == ["chair", "clerk"]
    with pytest.raises(KeyError):
        kinds_with("test.other")


def test_a_grant_has_one_reach() -> None:
    """Two files that grant the same differently: the later one would win unseen."""
    grant("clerk", "test.do", where="tree")
    grant("clerk", "test.do", where="tree")
    with pytest.raises(ValueError, match=r"test\.do"):
        grant("clerk", "test.do")
