"""What the house holds about people, read from the models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from renda.kernel.privacy.personal import Kept, Personal, elsewhere

# The matter (case id) that a receipt number or the like names; a capability registers what it can find.
Finder = Callable[[str], tuple[int, int] | None]
_finders: list[Finder] = []


def register_finder(find: Finder) -> None:
    """``find(text)``: (case id, tenant id) of the matter that the text names, or None; called in the scope of all tenants."""
    _finders.append(find)


def matter_of(text: str) -> tuple[int, int] | None:
    """The case and the tenant of what a number names."""
    return next((found for find in _finders if (found := find(text)) is not None), None)


# Columns whose model has no Chinese word for them.
_WORDS = {
    "channel": "渠道",
    "address": "地址",
    "parcel": "验证码",
    "created_at": "时间",
    "state": "状态",
    "sent_at": "发出时间",
    "post": "岗位",
    "starts_on": "开始",
    "ends_on": "结束",
    "ip": "网络地址",
    "user_agent": "浏览器",
}


def title_of(model: type[models.Model], name: str) -> str:
    """What a field is called on the screen."""
    title = str(getattr(model._meta.get_field(name), "verbose_name", name))
    return _WORDS.get(name, title) if title.isascii() else title


@dataclass(frozen=True, slots=True)
class Held:
    """A model with what it holds about people."""

    model: type[models.Model]
    personal: Personal

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def title(self) -> str:
        return self.personal.title or str(self.model._meta.verbose_name)

    @property
    def rows(self) -> models.QuerySet[Any]:
        """All rows in scope, nothing left out that a manager would leave out."""
        return self.model._base_manager.all()

    def lines(self) -> Iterator[tuple[str, str, Kept]]:
        """Name, title and declaration of each field."""
        for name, kept in self.personal.fields.items():
            yield name, title_of(self.model, name), kept

    def together(self) -> list[tuple[str, Kept]]:
        """The fields that are held alike, by their titles: for reading."""
        found: dict[Kept, list[str]] = {}
        for _, title, kept in self.lines():
            found.setdefault(kept, []).append(title)
        return [("、".join(titles), kept) for kept, titles in found.items()]


def holdings() -> list[Held]:
    """Every model that holds something about people, by label."""
    others = elsewhere()
    found = []
    for model in apps.get_models():
        personal: Any = getattr(model, "personal", None) or others.get(model._meta.label)
        if isinstance(personal, Personal):
            found.append(Held(model, personal))
    return sorted(found, key=lambda held: held.label)


# Tables whose rows name a person at work (who assigned, who answered): counted in what is given to her, not copied.
PEOPLE = ("kernel_parties.Party", "congress.Person")


def points_at_a_person(field: models.Field[Any, Any]) -> bool:
    """Whether the column is a key of ``PEOPLE``."""
    to: Any = field.related_model
    return to is not None and to._meta.label in PEOPLE


def mentions() -> Iterator[tuple[type[models.Model], str]]:
    """Every column that points at a person, of models whose rows are not about her: (model, field)."""
    about = {held.label: held.personal.person for held in holdings()}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if points_at_a_person(field) and field.name != about.get(model._meta.label):
                yield model, field.name
