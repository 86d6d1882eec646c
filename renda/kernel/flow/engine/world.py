"""What the engine asks of the world around it, and who moves. The rows' side is ``flow.world.DatabaseWorld``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from renda.kernel.flow.models import Case
from renda.kernel.flow.shapes import Definition


@dataclass(frozen=True, slots=True)
class Due:
    """A due moment, the moment it is "due soon", and whether it reaches into a year without a calendar."""

    at: datetime
    soon_at: datetime | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Mover:
    """Whoever presses: a person with the parties whose tasks are hers, the public, or the machine.

    ``kinds``: those of the posts she holds (None: not known), so that who could not be named is not looked up.
    """

    kind: Literal["person", "public", "machine"]
    name: str
    person: int | None = None
    parties: frozenset[int] = frozenset()
    kinds: frozenset[str] | None = None

    def may_be(self, expression: str) -> bool:
        """Whether she could be among those an expression names: ``post:KIND`` names holders of such posts only."""
        word, _, kind = expression.partition("@")[0].partition(":")
        return word != "post" or self.kinds is None or kind in self.kinds


MACHINE = Mover("machine", "系统")


class World(Protocol):
    """Answers are read once and recorded in effects; replay never asks again."""

    now: datetime

    def new_id(self) -> int:
        """An id for a new row."""

    def definition(self, key: str, tenant_id: int) -> tuple[int, Definition]:
        """The published definition that a new case of a tenant takes, with its row's id."""

    def resolve(self, expression: str, case: Case) -> Sequence[int]:
        """The parties an expression names for a case (never ``choice`` or ``initiator``)."""

    def learn(self, party_ids: Iterable[int]) -> None:
        """These parties will be asked about: read them at once."""

    def humans(self, party_id: int) -> frozenset[int]:
        """The persons who can act for a party now: an active person himself, a post's holders."""

    def parties_of(self, person_id: int) -> frozenset[int]:
        """A person and the posts she holds now."""

    def principals(self, person_id: int, flow_key: str) -> Sequence[int]:
        """The parties (persons or posts) that have delegated to this person today for this flow."""

    def superiors(self, party_id: int, case: Case) -> Sequence[int]:
        """The superior of a party: the head of its unit."""

    def tenant_of(self, party_id: int) -> int | None:
        """The tenant a party's tasks are filed under."""

    def name(self, party_id: int) -> str:
        """The party's name."""

    def due(self, key: str, tenant_id: int, start: datetime) -> Due | None:
        """The due moment of a rule or of a figure such as ``7 working_days``; None: the law sets no limit."""

    def shift(self, key: str, tenant_id: int, due: datetime, stopped: datetime, restarted: datetime) -> Due:
        """A due moment after its clock stood still for a while; what was left is given in the rule's own unit."""

    def value(self, case: Case, field: str) -> Any:
        """A field of the case's subject."""

    def holds(self, case: Case, condition: str) -> bool:
        """Whether a condition on the subject holds."""

    def write(self, case: Case, values: Mapping[str, Any]) -> None:
        """Set fields of the subject."""

    def invertible(self, case: Case, action: str) -> bool:
        """Whether what an action did to the business can be undone (if it did anything beyond the flow)."""

    def subject(self, case: Case, field: str) -> tuple[str, int]:
        """Type and id of the row a field of the subject points at."""
