"""Former messages: a spreadsheet is looked at, brought in some hundred rows at a time, and taken back as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice

from renda.kernel import policy
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.search import api as search
from renda.kernel.tenancy.models import Tenant
from renda.voice import selectors
from renda.voice.actions.steering import reasoned
from renda.voice.history.checking import Checked, Checker
from renda.voice.history.reading import Sheet
from renda.voice.models import ImportedRow, MessageImport, PastMessage
from renda.voice.sorter.classify import classify

# Rows of one transaction: what a kill costs, and what is in memory.
CHUNK = 200
JOB = "voice.bring_in"
KIND = "voice.PastMessage"


@new("history.upload", title="上传历史留言", permission="history.import", private=("sheet",))
def history_upload(ctx: Context, *, tenant: Tenant, name: str, sheet: Sheet) -> MessageImport:
    """Keep the rows of a file with what is wrong in each; nothing is brought in yet.

    Raises:
        Forbidden: not in this congress.
        Invalid: the file has no rows.
        TooLarge: it has too many.
    """
    if not policy.may(ctx.actor, "history.import", tenant.id):
        raise Forbidden("history.import")
    source = MessageImport(
        tenant=tenant,
        name=name[:120],
        columns=sheet.mapping.titles,
        unused=sheet.mapping.unused,
        uploaded_by_id=ctx.actor.party_id,
        uploaded_at=ctx.now,
    )
    ctx.insert(source)
    ctx.flush()
    checker = Checker(tenant.id)
    while chunk := list(islice(sheet.rows, CHUNK)):
        checked = checker.check(chunk)
        ctx.insert(*(_waiting(source, row) for row in checked))
        ctx.flush()
        source.total += len(checked)
        source.wrong += sum(bool(row.errors) for row in checked)
    if not source.total:
        raise Invalid("history.empty", fields={"file": "文件里没有留言。"})
    ctx.update(source, "total", "wrong")
    return source


def _waiting(source: MessageImport, row: Checked) -> ImportedRow:
    return ImportedRow(
        tenant_id=source.tenant_id,
        source=source,
        number=row.number,
        values=json.dumps(dict(row.values), ensure_ascii=False),
        errors=row.errors,
        notes=row.notes,
    )


@existing("history.start", title="导入历史留言", permission="history.import", select=selectors.imports_for)
def history_start(ctx: Context, source: MessageImport, *, only_good: bool = False) -> MessageImport:
    """Have the rows brought in by the machine: all, or where some are wrong, those without an error by explicit choice.

    A press while it runs only wakes it again.

    Raises:
        Refused: rows are wrong and that was not chosen, none is right, or it is over.
    """
    if source.state not in {MessageImport.State.PREVIEW, MessageImport.State.RUNNING}:
        raise Refused("history.over", f"这次导入{source.get_state_display()}，不能再导入。")
    if not source.good:
        raise Refused("history.nothing", "没有可以导入的行，请改正后重新上传。")
    if source.wrong and not only_good and source.state == MessageImport.State.PREVIEW:
        raise Refused("history.wrong", f"有 {source.wrong} 行有误，没有导入。请改正后重新上传，或选择只导入无误的行。")
    source.state = MessageImport.State.RUNNING
    ctx.update(source, "state")
    ctx.defer(JOB, source_id=source.id)
    return source


@existing("history.bring_in", title="逐批导入历史留言", permission="message.replay", select=selectors.imports_for)
def history_bring_in(ctx: Context, source: MessageImport) -> MessageImport:
    """Bring in the next rows; when none is left the import is done. By the machine, again and again.

    A row whose like has come in since the preview (another file, another clerk) becomes a wrong one.
    """
    if source.state != MessageImport.State.RUNNING:
        return source
    waiting = list(ImportedRow.objects.filter(source=source, errors=[]).order_by("number")[:CHUNK])
    checker = Checker(source.tenant_id)
    checked = {row.number: row for row in checker.check([(row.number, json.loads(row.values)) for row in waiting])}
    brought = []
    for row in waiting:
        found = checked[row.number]
        if found.errors:
            row.errors = found.errors
            ctx.update(row, "errors")
            source.wrong += 1
        else:
            brought.append(row.id)
            _keep(ctx, source, found)
    ImportedRow.objects.filter(pk__in=brought).delete()
    source.done += len(brought)
    if len(waiting) < CHUNK:
        source.state, source.finished_at = MessageImport.State.DONE, ctx.now
    ctx.update(source, "state", "done", "wrong", "finished_at")
    ctx.detail(rows=len(brought))
    return source


def _keep(ctx: Context, source: MessageImport, row: Checked) -> None:
    message = PastMessage(tenant_id=source.tenant_id, source=source, **row.fields)
    message.category = message.category or classify(message.subject, message.body).category
    ctx.insert(message)
    search.index(ctx, KIND, message.id, message.tenant_id, message.searched_text)


@existing("history.take_back", title="撤回历史导入", permission="history.import", select=selectors.imports_for)
def history_take_back(ctx: Context, source: MessageImport) -> MessageImport:
    """Take one import back as a whole: its rows are gone, that it was there stays in the trail.

    Raises:
        Refused: it is running or taken back already, or one of its messages was taken up again.
    """
    if source.state == MessageImport.State.RUNNING:
        raise Refused("history.running", "正在导入，完成后才能撤回。")
    if source.state == MessageImport.State.TAKEN_BACK:
        raise Refused("history.over", "这次导入已经撤回。")
    messages = PastMessage.objects.filter(source=source)
    if followed := messages.filter(followed_by__isnull=False).count():
        raise Refused("history.followed", f"其中 {followed} 件已据此重新登记，不能撤回。")
    ids = list(messages.values_list("id", flat=True))
    _forget(ctx, ids)
    messages.delete()
    ImportedRow.objects.filter(source=source).delete()
    source.state, source.finished_at = MessageImport.State.TAKEN_BACK, ctx.now
    ctx.update(source, "state", "finished_at")
    ctx.detail(rows=len(ids))
    return source


def _forget(ctx: Context, ids: Iterable[int]) -> None:
    for key in ids:
        search.remove(ctx, KIND, key)


@existing(
    "history.reveal", title="查看历史留言联系方式", permission="message.reveal", select=selectors.past_messages_for
)
def history_reveal(ctx: Context, message: PastMessage, *, reason: str) -> tuple[str, str]:
    """The writer's name and phone in full; who looked and why stays in the trail.

    Raises:
        Invalid: no reason was given.
    """
    reasoned(reason)
    return str(message.contact_name), str(message.contact_phone)


def take_up(ctx: Context, past: PastMessage, message_id: int) -> None:
    """Note that a former message is taken up again by a new one.

    Raises:
        Refused: it was taken up before, or taken back meanwhile.
    """
    taken = PastMessage.objects.filter(pk=past.pk, followed_by=None).update(followed_by=message_id)
    if not taken:
        raise Refused("history.taken_up", "这件历史留言已经重新登记过，或者已被撤回。")
