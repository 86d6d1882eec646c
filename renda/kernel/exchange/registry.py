"""Who handles what comes in, and who builds what goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Parcel:
    """A package that is verified and opened. ``parts``: contents of the files that were sent along, by their keys."""

    key: str
    kind: str
    made_at: datetime
    content: Any
    is_released: bool = False
    parts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a package: ``done``, or ``quarantined`` with the reason."""

    state: Literal["done", "quarantined"]
    reason: str = ""


DONE = Outcome("done")

Handler = Callable[[Sequence[Parcel]], Mapping[str, Outcome]]
HANDLERS: dict[str, Handler] = {}
# Files travel as packages of their own and are taken by the package that names them.
PART = "file"
PARTS = "files"


def register_handler(kind: str, handler: Handler) -> None:
    """Register who handles a kind, in sets. It must bear being given a package twice: it uses the key as the action's
    idempotency key.

    Raises:
        ValueError: the kind has another handler.
    """
    if HANDLERS.setdefault(kind, handler) is not handler:
        raise ValueError(f"packages {kind} have two handlers")


@dataclass(frozen=True)
class Draft:
    """What shall be public under a key: what pages show, the terms it is found by, words to search, its place in lists."""

    key: str
    body: dict[str, Any]
    terms: Sequence[str] = ()
    words: str = ""
    sort: str = ""


@dataclass(frozen=True)
class Builder:
    """Builds a kind of copy: for a set of keys in a constant number of queries (what must not be public is left out),
    and all keys there should be. ``public_key``: under which key the copy of a key is published, where that differs.
    ``expand``: the keys that a marked word such as ``district:12`` stands for, in a constant number of queries.
    """

    kind: str
    build: Callable[[Sequence[str]], Iterable[Draft]]
    keys: Callable[[], Iterable[str]]
    public_key: Callable[[str], str] = str
    expand: Callable[[Sequence[str]], Iterable[str]] | None = None


BUILDERS: dict[str, Builder] = {}


def register_builder(
    kind: str,
    build: Callable[[Sequence[str]], Iterable[Draft]],
    keys: Callable[[], Iterable[str]],
    public_key: Callable[[str], str] = str,
    expand: Callable[[Sequence[str]], Iterable[str]] | None = None,
) -> None:
    """Register who builds a kind of copy. Both functions run with every congress in scope.

    Raises:
        ValueError: the kind has another builder.
    """
    made = Builder(kind, build, keys, public_key, expand)
    if BUILDERS.setdefault(kind, made) != made:
        raise ValueError(f"copies {kind} have two builders")
