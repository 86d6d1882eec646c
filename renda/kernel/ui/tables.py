"""Lists: columns are declared in Python, the same for the screen, the phone's cards and the export.

    class MessageTable(Table[Message]):
        columns = (
            Column("事项", "title", link=lambda m: reverse("voice:message", args=[m.id]), sort="title"),
            Column("时限", lambda m: time_left(m.due_at), export=lambda m: m.due_at, sort="due_at"),
            Column("提出", "submitted_at", kind="day", sort="submitted_at"),
        )
        filters = (Search("搜索标题、编号、地点", ("title",)), Choice("state", "状态", STATES), Dates("submitted_at", "提出"))
        order = "-submitted_at"

    table = MessageTable(request, messages_for(actor))     # in the template: {% table table %}
    if table.wants_export:
        return table.download(request.actor, "群众留言")

One page is ``LIMIT page_size + 1``: the last row only says that there is a next page; nothing is counted. Of a large table
the page's keys are found first (``is_large``), so that the relations are joined to these rows only. The address
holds everything that was chosen, so it can be kept, sent and exported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Generic, Literal, TypeVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict, StreamingHttpResponse

from renda.kernel.exports import api as exports
from renda.kernel.parties import Actor
from renda.kernel.ui import wording
from renda.kernel.ui.filters import Carried, Choice, Dates, Filter, Search, form_for
from renda.kernel.ui.shapes import State

__all__ = ["Carried", "Cell", "Choice", "Column", "Dates", "Filter", "Heading", "Page", "Picks", "Search", "Table"]

M = TypeVar("M")
Kind = Literal["text", "day", "moment", "state", "money", "number"]

# Beyond this page a reader is told to narrow the list: an offset reads every row before it.
MAX_PAGE = 500


@dataclass(frozen=True)
class Column(Generic[M]):
    """One column. ``value``: a dotted path or a function of the row; ``export`` only where the file shows another value.

    ``sort`` is the field to order by (empty: cannot be sorted); ``link`` makes the cell a link. ``phone=False`` leaves
    it out of the cards. The first column is the card's headline.
    """

    title: str
    value: str | Callable[[M], object]
    kind: Kind = "text"
    link: Callable[[M], str] | None = None
    css: str = ""
    sort: str = ""
    export: str | Callable[[M], object] | None = None
    on_screen: bool = True
    in_export: bool = True
    phone: bool = True

    def read(self, row: M) -> object:
        """The value for the screen."""
        return _read(self.value, row)

    def read_for_export(self, row: M) -> object:
        """The value for a file: a plain value, a state as its word."""
        value = _read(self.value if self.export is None else self.export, row)
        return value.word if isinstance(value, State) else value


def _read(source: str | Callable[[M], object], row: M) -> object:
    if callable(source):
        return source(row)
    value: Any = row
    for name in source.split("."):
        if value is None:
            return None
        value = getattr(value, name)
    return value() if callable(value) else value


@dataclass(frozen=True)
class Cell:
    """One value as the template shows it."""

    column: Column[Any]
    value: object
    url: str

    @property
    def text(self) -> str:
        """The value in words; a dash where there is none."""
        value = self.value
        if value is None or value == "":
            return "—"
        if isinstance(value, date):
            return wording.moment(value) if self.column.kind == "moment" else wording.day(value)
        if self.column.kind == "money" and isinstance(value, Decimal | int):
            return wording.money(value)[0]
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, int):
            return f"{value:,}"
        return str(value)

    @property
    def is_state(self) -> bool:
        """Whether it is shown as word, icon and colour."""
        return isinstance(self.value, State) or self.column.kind == "state"

    @property
    def full_money(self) -> str:
        """The yuan in full, for an amount that the text gives in 万元."""
        if self.column.kind == "money" and isinstance(self.value, Decimal | int):
            return wording.money(self.value)[1]
        return ""


@dataclass(frozen=True)
class Heading:
    """A column's head: its title and, where it can be sorted, the address that does so."""

    title: str
    css: str
    url: str = ""
    direction: Literal["", "ascending", "descending"] = ""


@dataclass(frozen=True)
class Picks:
    """Rows may be chosen and dealt with together.

    ``url``: where the chosen keys (``row``) and the move (``verb``) go to, by ``get`` where that page shows what will
    happen, by ``post`` where it does it. ``moves``: which there are (key, title). ``moves_url``: the part that tells
    which of them every chosen row allows.
    """

    url: str
    moves: Sequence[tuple[str, str]]
    moves_url: str = ""
    method: Literal["get", "post"] = "get"


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    number: int
    has_next: bool
    previous_url: str = ""
    next_url: str = ""
    is_last_allowed: bool = False

    @property
    def has_other(self) -> bool:
        """Whether there is anywhere to go."""
        return self.number > 1 or self.has_next


class Table(Generic[M]):
    """A list page's rows: narrowed by the bar, ordered, one page of them; or all of them for a file.

    ``rows`` come from a selector with their relations already joined: a table adds no query of its own but one page.
    """

    columns: ClassVar[Sequence[Column[Any]]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    order: ClassVar[str] = "-pk"
    page_size: ClassVar[int] = 20
    key: ClassVar[str] = "list"
    caption: ClassVar[str] = ""
    files: ClassVar[Sequence[exports.Format]] = ("xlsx", "csv")
    # One query more; with many rows the database else joins all of them before it sorts.
    is_large: ClassVar[bool] = False

    def __init__(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.query = request.GET
        self.path = request.path
        self.source = rows
        self.picks: Picks | None = None

    @cached_property
    def form(self) -> forms.Form:
        """The filter bar."""
        return form_for(self.filters, self.query)

    @property
    def search_fields(self) -> list[forms.BoundField]:
        """The search box, which stays in view."""
        return [self.form[part.name] for part in self.filters if isinstance(part, Search)]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """The other parts of the bar; the phone folds them."""
        apart = {part.name for part in self.filters if isinstance(part, Search | Carried)}
        return [bound for bound in self.form if bound.name not in apart]

    @cached_property
    def carried(self) -> list[tuple[forms.BoundField, str, str, str]]:
        """Conditions that a link brought along: hidden field, label, word, and the address without it."""
        given = [(part, self.query.get(part.name, "")) for part in self.filters if isinstance(part, Carried)]
        return [
            (self.form[part.name], part.label, word, self._address(**{part.name: "", "page": ""}))
            for part, value in given
            if value and (word := part.named(value))
        ]

    @cached_property
    def misfits(self) -> list[str]:
        """What the address asks for that this list does not know (any more), by its label: it narrows nothing."""
        worn = {bound.name for bound, *_ in self.carried}
        gone = [part for part in self.filters if isinstance(part, Carried) and part.name not in worn]
        wrong = [str(self.form[name].label) for name in self.form.errors if name in self.form.fields]
        wrong += [part.label for part in gone if self.query.get(part.name)]
        if self.query.get("sort") and self.query["sort"].removeprefix("-") not in self._sortable:
            wrong.append("排序")
        return wrong + [name for name in self.query if name not in {*self.form.fields, "sort", "page", "export"}]

    @property
    def is_narrowed_further(self) -> bool:
        """Whether one of the folded parts is in use (or wrong)."""
        return any(self.query.get(bound.name) for bound in self.other_fields)

    @cached_property
    def is_narrowed(self) -> bool:
        """Whether anything was chosen in the bar."""
        return any(self.query.get(name) for name in self.form.fields)

    @cached_property
    def narrowed(self) -> QuerySet[Any]:
        """The rows that pass the bar, in order. Fields with a wrong value narrow nothing."""
        self.form.is_valid()
        rows = self.source
        for part in self.filters:
            rows = part.apply(rows, self.form.cleaned_data)
        return rows.order_by(*self._ordering())

    @property
    def _sortable(self) -> set[str]:
        return {column.sort for column in self.columns if column.sort}

    def _ordering(self) -> list[str]:
        asked = self.query.get("sort", "")
        first = asked if asked.removeprefix("-") in self._sortable else self.order
        # The key breaks ties, so that no row is shown on two pages or on none.
        return [first] if first.removeprefix("-") == "pk" else [first, "-pk"]

    @cached_property
    def _number(self) -> int:
        asked = self.query.get("page", "1")
        return min(max(int(asked), 1), MAX_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1

    @cached_property
    def _fetched(self) -> list[M]:
        start = (self._number - 1) * self.page_size
        end = start + self.page_size + 1
        if not self.is_large:
            return list(self.narrowed[start:end])
        keys = list(self.narrowed.values_list("pk", flat=True)[start:end])
        # What narrowed them (a search, say) is not asked a second time.
        return list(self.source.filter(pk__in=keys).order_by(*self._ordering())) if keys else []

    @cached_property
    def objects(self) -> list[M]:
        """The rows of this page."""
        return self._fetched[: self.page_size]

    @cached_property
    def page(self) -> Page:
        """Where this page stands."""
        number, more = self._number, len(self._fetched) > self.page_size
        capped = more and number >= MAX_PAGE
        return Page(
            number,
            more and not capped,
            self._address(page=str(number - 1)) if number > 1 else "",
            self._address(page=str(number + 1)) if more and not capped else "",
            capped,
        )

    @property
    def headings(self) -> list[Heading]:
        """The heads of the columns."""
        now = self._ordering()[0]
        return [self._heading(column, now) for column in self.screen_columns]

    def _heading(self, column: Column[Any], now: str) -> Heading:
        if not column.sort:
            return Heading(column.title, column.css)
        direction: Literal["", "ascending", "descending"] = ""
        if now.removeprefix("-") == column.sort:
            direction = "descending" if now.startswith("-") else "ascending"
        target = f"-{column.sort}" if direction == "ascending" else column.sort
        return Heading(column.title, column.css, self._address(sort=target, page=""), direction)

    @property
    def screen_columns(self) -> list[Column[Any]]:
        """The columns on the screen."""
        return [column for column in self.columns if column.on_screen]

    @property
    def cells(self) -> Iterator[list[Cell]]:
        """The rows of this page as cells."""
        for row in self.objects:
            yield [
                Cell(column, column.read(row), column.link(row) if column.link else "")
                for column in self.screen_columns
            ]

    @property
    def lines(self) -> Iterator[tuple[M, list[Cell]]]:
        """The rows of this page, each with its cells."""
        return zip(self.objects, self.cells, strict=True)

    @property
    def export_links(self) -> list[tuple[str, str]]:
        """(title, address) of the files one may take away: the same rows, all of them."""
        names = {"xlsx": "导出 Excel", "csv": "导出 CSV"}
        return [(names[kind], self._address(export=kind, page="")) for kind in self.files]

    @property
    def wants_export(self) -> exports.Format | None:
        """``xlsx`` or ``csv`` when a file is asked for."""
        asked = self.query.get("export", "")
        return next((kind for kind in self.files if kind == asked), None)

    def download(self, actor: Actor, filename: str) -> StreamingHttpResponse:
        """All narrowed rows as the file that was asked for (``wants_export``), in constant memory."""
        columns = [exports.Column(column.title, column.read_for_export) for column in self.columns if column.in_export]
        return exports.export_response(actor, columns, lambda: self.narrowed, filename, self.wants_export or "xlsx")

    def _address(self, **changes: str) -> str:
        """The list's address with some parameters changed; an empty value removes one."""
        query: QueryDict = self.query.copy()
        for name in ("export", *(name for name, value in changes.items() if not value)):
            query.pop(name, None)
        for name, value in changes.items():
            if value:
                query[name] = value
        return f"{self.path}?{query.urlencode()}" if query else self.path
