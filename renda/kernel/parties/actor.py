"""Who acts. An Actor is a value: it is built once a request and holds no database row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post in the hands of the actor. ``below`` are the tenants under the post's own tenant, itself included."""

    post_id: int
    kind: str
    organisation_id: int
    tenant_id: int
    below: frozenset[int] = frozenset()
    title: str = ""


@dataclass(frozen=True)
class Actor:
    """A person with her posts, an anonymous member of the public, or the machine.

    ``tenants`` is the scope that her work runs in: the tenants of her posts and those below.
    """

    kind: Literal["person", "public", "machine"]
    name: str
    party_id: int | None = None
    posts: tuple[HeldPost, ...] = ()
    tenants: frozenset[int] = field(default_factory=frozenset)
    address: str = ""
    # Rights opened in an emergency, for minutes: (permission, tenant) pairs (kernel.access).
    opened: frozenset[tuple[str, int]] = field(default_factory=frozenset)

    # What is read about her once and holds as long as this value lives, as her posts do.
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def public(cls, tenants: Iterable[int] = (), *, address: str = "") -> Actor:
        """Somebody without an account, working inside the given tenants only."""
        return cls("public", "群众", tenants=frozenset(tenants), address=address)

    @classmethod
    def machine(cls, name: str, tenants: Iterable[int]) -> Actor:
        """The system itself: timeouts, jobs, replay. Its acts are shown as the machine's."""
        return cls("machine", name, tenants=frozenset(tenants))

    @cached_property
    def party_ids(self) -> tuple[int, ...]:
        """The parties whose tasks are hers: she herself and the posts she holds."""
        own = () if self.party_id is None else (self.party_id,)
        return own + tuple(post.post_id for post in self.posts)

    @property
    def is_signed_in(self) -> bool:
        return self.kind == "person"

    @property
    def home_tenant(self) -> int | None:
        """The tenant that refusals and personal notices are filed under: the first post's."""
        return self.posts[0].tenant_id if self.posts else next(iter(sorted(self.tenants)), None)
