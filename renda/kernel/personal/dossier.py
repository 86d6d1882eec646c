"""All that is held about one person, or by one matter, as a zip: JSON for machines, a page to read (个人信息保护法 art. 45).

Built in a temporary file row by row inside one snapshot, and sent when it is whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from renda.kernel import clock
from renda.kernel.actions.api import ACTIONS
from renda.kernel.audit.models import AuditEntry
from renda.kernel.exports.cells import cell
from renda.kernel.exports.writers import chunks
from renda.kernel.personal.declared import Held, holdings, mentions, title_of
from renda.kernel.personal.running import everywhere
from renda.kernel.tenancy import tenant_transaction

_FETCH = 500
ACTS = "操作记录"
MENTIONS = "工作记录中的署名"


@dataclass(frozen=True, slots=True)
class About:
    """Whose: a person's account (a party), or the matter (a case) of somebody without one."""

    title: str
    party: int | None = None
    case: int | None = None

    def rows(self, held: Held) -> QuerySet[Any] | None:
        """The model's rows about it; None where the model says nothing of it."""
        lookup = held.personal.person if self.party is not None else held.personal.case
        if not lookup:
            return None
        return held.rows.filter(**{lookup: self.party if self.party is not None else self.case}).order_by("pk")


def sections(about: About) -> Iterator[tuple[str, Iterator[Mapping[str, str]]]]:
    """The parts of a dossier: a title, and rows of title → value. In the scope of all congresses."""
    for held in holdings():
        rows = about.rows(held)
        if rows is not None:
            yield held.title, _rows(held, rows)
    if about.party is not None:
        yield MENTIONS, _mentioned(about.party)
        yield ACTS, _acts(about.party)


def _rows(held: Held, rows: QuerySet[Any]) -> Iterator[Mapping[str, str]]:
    fields = [(name, title) for name, title, _ in held.lines()]
    for row in rows.defer(None).iterator(chunk_size=_FETCH):
        yield {title: _said(row, name) for name, title in fields}


def _said(row: Any, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display is not None else getattr(row, name)
    said = cell(value)
    return f"{said:%Y-%m-%d %H:%M}" if isinstance(said, datetime) else str(said)


def _mentioned(party: int) -> Iterator[Mapping[str, str]]:
    for model, field in mentions():
        count = model._base_manager.filter(**{field: party}).count()
        if count:
            yield {"记录": f"{model._meta.verbose_name}（{title_of(model, field)}）", "条数": str(count)}


def _acts(party: int) -> Iterator[Mapping[str, str]]:
    rows = AuditEntry.objects.filter(actor_id=party).order_by("id").values_list("occurred_at", "action", "outcome")
    for at, name, outcome in rows.iterator(chunk_size=_FETCH):
        title = ACTIONS[name].title if name in ACTIONS else name
        yield {"时间": f"{timezone.localtime(at):%Y-%m-%d %H:%M}", "操作": title, "结果": str(outcome)}


def stream(about: About) -> Iterator[bytes]:
    """The zip in pieces, sent when it is whole."""
    with TemporaryFile() as file:
        write(file, about)
        yield from chunks(file)


def write(file: IO[bytes], about: About) -> None:
    """Write the zip; its parts are read in one snapshot, its rows never all in memory."""
    at = clock.now()
    head = {"about": about.title, "at": at}
    with (
        tenant_transaction(everywhere().tenants, durable=False),
        ZipFile(file, "w", ZIP_DEFLATED) as archive,
        TemporaryFile("w+", encoding="utf-8") as page,
    ):
        with archive.open("个人信息.json", "w") as text:
            text.write(f'{{"对象": {_json(about.title)}, "时间": {_json(at.isoformat())}, "内容": {{'.encode())
            for number, (title, rows) in enumerate(sections(about)):
                text.write(f"{', ' if number else ''}{_json(f'{number + 1} {title}')}: [".encode())
                page.write(render_to_string("personal/dossier_begin.html", {"title": title}))
                empty = True
                for row in rows:
                    text.write((("" if empty else ", ") + _json(row)).encode())
                    page.write(render_to_string("personal/dossier_row.html", {"row": row}))
                    empty = False
                text.write(b"]")
                page.write(render_to_string("personal/dossier_end.html", {"empty": empty}))
            text.write(b"}}")
        page.seek(0)
        with archive.open("个人信息.html", "w") as shown:
            shown.write(render_to_string("personal/dossier_head.html", head).encode())
            while piece := page.read(65536):
                shown.write(piece.encode())
            shown.write(b"</body></html>\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
