"""What a post may do where. One table for the whole house: permission × kind of post × reach.

A name that was never registered is an error at start-up, not a silent "no".
"""

from __future__ import annotations

from typing import Literal

from renda.kernel.parties.actor import Actor

Where = Literal["own", "tree", "scope"]

# Holders of grants that are no kind of post.
NO_POSTS = frozenset({"public", "machine", "signed_in"})

PERMISSIONS: dict[str, str] = {}
GRANTS: dict[tuple[str, str], Where] = {}


def permission(name: str, title: str) -> str:
    """Register a permission under its dotted name with its Chinese title; gives the name back.

    Raises:
        ValueError: the name is registered with another title.
    """
    if PERMISSIONS.setdefault(name, title) != title:
        raise ValueError(f"permission {name} is registered twice")
    return name


def grant(kind: str, *names: str, where: Where = "own") -> None:
    """Give the holders of posts of ``kind`` (or "public", "machine", "signed_in") these permissions.

    ``own``: in the post's tenant. ``tree``: there and in the tenants below. ``scope``: wherever the row is in the
    actor's scope (for public and machine, which hold no post, and for units that work across congresses).

    Raises:
        ValueError: one of them is granted to this kind with another reach.
    """
    for name in names:
        if GRANTS.setdefault((kind, name), where) != where:
            raise ValueError(f"{name} is granted to {kind} with two reaches")


def may(actor: Actor, name: str, tenant_id: int | None) -> bool:
    """Whether the actor may do ``name`` in the tenant; None asks "anywhere at all".

    Raises:
        KeyError: the permission is unknown.
    """
    if name not in PERMISSIONS:
        raise KeyError(name)
    if (actor.kind, name) in GRANTS or (actor.is_signed_in and ("signed_in", name) in GRANTS):
        return tenant_id is None or tenant_id in actor.tenants
    if any(name == opened and tenant_id in (None, tenant) for opened, tenant in actor.opened):
        return True
    for post in actor.posts:
        where = GRANTS.get((post.kind, name))
        if where is None:
            continue
        if tenant_id is None or tenant_id == post.tenant_id:
            return True
        if where == "tree" and tenant_id in post.below:
            return True
        if where == "scope" and tenant_id in actor.tenants:
            return True
    return False


def tenants_where(actor: Actor, name: str) -> frozenset[int]:
    """The tenants in which the actor may do ``name``: the policy's answer to "which rows?", as ``may`` gives it.

    Raises:
        KeyError: the permission is unknown.
    """
    if name not in PERMISSIONS:
        raise KeyError(name)
    if (actor.kind, name) in GRANTS or (actor.is_signed_in and ("signed_in", name) in GRANTS):
        return actor.tenants
    found = {tenant for opened, tenant in actor.opened if opened == name}
    for post in actor.posts:
        where = GRANTS.get((post.kind, name))
        if where == "scope":
            return actor.tenants
        if where is not None:
            found |= {post.tenant_id} if where == "own" else {post.tenant_id, *post.below}
    return actor.tenants & found


def kinds_with(name: str) -> list[str]:
    """The kinds of posts that hold a permission, in alphabetical order.

    Raises:
        KeyError: the permission is unknown.
    """
    if name not in PERMISSIONS:
        raise KeyError(name)
    return sorted(kind for kind, granted in GRANTS if granted == name and kind not in NO_POSTS)


def unknown_names() -> list[str]:
    """Permission names that are granted but were never registered."""
    return sorted({name for _, name in GRANTS if name not in PERMISSIONS})
