"""The parts of a filter bar. Each gives its form fields and narrows the rows by what was chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, TypeAlias

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from renda.kernel.ui.forms import DayInput

Rows: TypeAlias = QuerySet[Any]
Choices: TypeAlias = Iterable[tuple[str, str]]


class Filter(Protocol):
    """One part of the bar: its fields by name, and the rows that pass."""

    def fields(self) -> Mapping[str, forms.Field]: ...

    def apply(self, rows: Rows, chosen: Mapping[str, Any]) -> Rows: ...


@dataclass(frozen=True)
class Search:
    """A search box. ``by`` narrows the rows (``kernel.search``); without it ``lookups`` are compared by icontains."""

    placeholder: str = "搜索标题、编号"
    lookups: Sequence[str] = ()
    by: Callable[[Rows, str], Rows] | None = None
    name: str = "q"

    def fields(self) -> Mapping[str, forms.Field]:
        widget = forms.TextInput({"type": "search", "placeholder": self.placeholder})
        return {self.name: forms.CharField(label="搜索", required=False, max_length=100, widget=widget)}

    def apply(self, rows: Rows, chosen: Mapping[str, Any]) -> Rows:
        words = chosen.get(self.name, "").strip()
        if not words:
            return rows
        if self.by is not None:
            return self.by(rows, words)
        condition = Q()
        for lookup in self.lookups:
            condition |= Q(**{f"{lookup}__icontains": words})
        return rows.filter(condition)


@dataclass(frozen=True)
class Choice:
    """A select. ``lookup`` is a field to compare, or ``by`` narrows the rows itself. ``choices`` may be a callable."""

    name: str
    label: str
    choices: Choices | Callable[[], Choices]
    lookup: str = ""
    by: Callable[[Rows, str], Rows] | None = None

    def fields(self) -> Mapping[str, forms.Field]:
        listed = self.choices() if callable(self.choices) else self.choices
        options = [("", f"全部{self.label}"), *listed]
        return {self.name: forms.ChoiceField(label=self.label, required=False, choices=options)}

    def apply(self, rows: Rows, chosen: Mapping[str, Any]) -> Rows:
        value = chosen.get(self.name, "")
        if not value:
            return rows
        return self.by(rows, value) if self.by is not None else rows.filter(**{self.lookup or self.name: value})


@dataclass(frozen=True)
class Dates:
    """From a day to a day, both included, on a field that holds moments (or days with ``of_days``)."""

    lookup: str
    label: str
    name: str = ""
    of_days: bool = False

    def fields(self) -> Mapping[str, forms.Field]:
        name = self.name or self.lookup
        return {
            f"{name}_from": forms.DateField(label=f"{self.label}自", required=False, widget=DayInput()),
            f"{name}_to": forms.DateField(label="至", required=False, widget=DayInput()),
        }

    def apply(self, rows: Rows, chosen: Mapping[str, Any]) -> Rows:
        name = self.name or self.lookup
        first, last = chosen.get(f"{name}_from"), chosen.get(f"{name}_to")
        if first:
            rows = rows.filter(**{f"{self.lookup}__gte": first if self.of_days else _midnight(first)})
        # Nothing lies behind the last day there is.
        if last and last < date.max:
            after = last + timedelta(1)
            rows = rows.filter(**{f"{self.lookup}__lt": after if self.of_days else _midnight(after)})
        return rows


@dataclass(frozen=True)
class Carried:
    """A condition that a link brings along: nothing to type, shown as a word that can be taken off.

    ``named`` gives the value in words; what it does not know (an empty word) narrows nothing.
    """

    name: str
    label: str
    by: Callable[[Rows, str], Rows]
    named: Callable[[str], str]

    def fields(self) -> Mapping[str, forms.Field]:
        return {self.name: forms.CharField(label=self.label, required=False, max_length=60, widget=forms.HiddenInput)}

    def apply(self, rows: Rows, chosen: Mapping[str, Any]) -> Rows:
        value = chosen.get(self.name, "")
        return self.by(rows, value) if value and self.named(value) else rows


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def form_for(filters: Sequence[Filter], data: Mapping[str, Any]) -> forms.Form:
    """The bar as a bound form: a wrong value is told at its field and narrows nothing."""
    form = forms.Form(data, label_suffix="", auto_id="filter_%s")
    form.use_required_attribute = False
    for part in filters:
        form.fields.update(part.fields())
    return form
