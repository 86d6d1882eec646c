"""Former messages: what a file is taken for, what is wrong in which row, bringing in by sets, taking back as a whole."""

from __future__ import annotations

import io
import resource
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, Refused, TooLarge
from renda.kernel.files.api import files_of, store
from renda.kernel.files.tests import material
from renda.kernel.jobs import registry
from renda.kernel.notices.models import Notice
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions, selectors
from renda.voice.history import reading
from renda.voice.history.checking import moment_of
from renda.voice.history.columns import COLUMNS, map_columns
from renda.voice.models import ImportedRow, Message, MessageDraft, MessageImport, PastMessage
from renda.voice.statistics.counting import count_changed
from renda.voice.tests.conftest import TEXT, Story

HEADER = (
    "留言编号",
    "提交时间",
    "主题",
    "留言内容(必填)",
    "联系人",
    "手机",
    "所在乡镇",
    "人大代表",
    "责任单位",
    "回复内容",
    "回复时间",
    "备注",
)
GOOD = (
    "2021-01",
    "2021/3/5 10:23",
    "路灯不亮",
    "花园社区路灯坏了三周。",
    "王女士",
    "13800001111",
    "路口镇",
    "",
    "",
    "已修好。",
    "2021年3月9日",
    "",
)


def row(**changed: str) -> tuple[str, ...]:
    """The good row with some cells of its own."""
    names = (
        "number",
        "came_at",
        "subject",
        "body",
        "name",
        "phone",
        "place",
        "deputy",
        "unit",
        "answer",
        "answered_at",
        "note",
    )
    return tuple(changed.get(name, cell) for name, cell in zip(names, GOOD, strict=True))


def xlsx(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> SimpleUploadedFile:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet()
    for at, cells in enumerate([header, *rows]):
        sheet.write_row(at, 0, cells)
    book.close()
    return SimpleUploadedFile("旧留言.xlsx", file.getvalue())


def csv_file(rows: Sequence[Sequence[str]], encoding: str) -> SimpleUploadedFile:
    text = "\r\n".join(",".join(f'"{cell}"' for cell in cells) for cells in [HEADER, *rows])
    return SimpleUploadedFile("旧留言.csv", text.encode(encoding))


def upload(story: Story, file: SimpleUploadedFile, role: str = "presidium_clerk") -> MessageImport:
    with reading.opened(file) as sheet:
        made: MessageImport = actions.history_upload(
            story.cast.actor(role), tenant=story.cast.congresses["township"].tenant, name=file.name or "", sheet=sheet
        )
    return made


def brought_in(story: Story, file: SimpleUploadedFile, **given: Any) -> MessageImport:
    source = upload(story, file)
    actions.history_start(story.cast.actor("presidium_clerk"), source.pk, **given)
    registry.run("voice.bring_in", source_id=source.pk)
    return fresh(story, source)


def fresh(story: Story, source: MessageImport) -> MessageImport:
    with tenant_transaction(story.cast.tenants, durable=False):
        found: MessageImport = MessageImport.objects.get(pk=source.pk)
        return found


def faults(story: Story, source: MessageImport) -> dict[int, list[Any]]:
    with tenant_transaction(story.cast.tenants, durable=False):
        return {one.number: one.errors for one in ImportedRow.objects.filter(source=source).exclude(errors=[])}


def past(story: Story) -> list[PastMessage]:
    with tenant_transaction(story.cast.tenants, durable=False):
        return list(PastMessage.objects.order_by("came_at", "number"))


# The file


def test_near_names_are_found_and_each_column_once() -> None:
    mapping = map_columns([*HEADER, "时间"])
    assert mapping.titles["came_at"] == "提交时间"
    assert mapping.titles["body"] == "留言内容(必填)"
    assert mapping.titles["place"] == "所在乡镇"
    assert mapping.unused == ["备注", "时间"]
    assert map_columns(["来信时问", "内容"]).missing == []
    assert map_columns(["标题"]).missing == ["来信时间", "内容"]


def test_the_template_reads_itself() -> None:
    assert list(map_columns([column.title for column in COLUMNS]).places) == [column.name for column in COLUMNS]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2021-03-05", datetime(2021, 3, 5)),  # noqa: DTZ001 - local
        ("2021/3/5 9:07", datetime(2021, 3, 5, 9, 7)),  # noqa: DTZ001 - local
        ("2021年3月5日 10时23分", datetime(2021, 3, 5, 10, 23)),  # noqa: DTZ001 - local
        ("20210305", datetime(2021, 3, 5)),  # noqa: DTZ001 - local
        ("2021-13-05", None),
        ("去年三月", None),
    ],
)
def test_days_as_people_write_them(text: str, found: datetime | None) -> None:
    assert moment_of(text) == (timezone.make_aware(found) if found else None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_of_any_usual_encoding(story: Story, encoding: str) -> None:
    assert upload(story, csv_file([GOOD], encoding)).total == 1


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.xlsx", b"\x00\x01\x02" * 100), "不是 xlsx 或 csv|缺少列"),
        (xlsx([GOOD], header=["甲"] * 12), "第一行缺少列：来信时间、内容"),
        (xlsx([]), "文件里没有留言"),
    ],
)
def test_what_is_no_list_is_refused_in_words(story: Story, file: SimpleUploadedFile, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        upload(story, file)
    import re

    assert re.search(words, caught.value.fields["file"])
    with tenant_transaction(story.cast.tenants, durable=False):
        assert not MessageImport.objects.exists()


def test_too_many_rows_are_refused_and_nothing_is_kept(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    with pytest.raises(TooLarge):
        upload(story, xlsx([row(number=str(n), body=f"第{n}件") for n in range(4)]))
    with tenant_transaction(story.cast.tenants, durable=False):
        assert not ImportedRow.objects.exists()


# What is wrong in which row

WRONG = [
    (row(came_at=""), "来信时间", "没有填写"),
    (row(came_at="上周"), "来信时间", "“上周”不是日期"),
    (row(came_at="2099-01-01"), "来信时间", "晚于今天"),
    (row(body=""), "内容", "没有填写"),
    (row(body="长" * 5001), "内容", "最多 5000 字，现有 5001 字"),
    (row(subject="长" * 121), "标题", "最多 120 字"),
    (row(answered_at="2020-01-01"), "答复时间", "早于来信时间"),
    (row(answer=""), "答复", "有答复时间而没有答复"),
    (row(body="机密★10年 关于某事"), "内容", "带有密级标志"),
]


@pytest.mark.parametrize(("cells", "column", "said"), WRONG)
def test_each_fault_is_told_with_row_and_column(story: Story, cells: Sequence[str], column: str, said: str) -> None:
    source = upload(story, xlsx([row(number="A", body="另一件"), cells]))
    assert (source.total, source.wrong) == (2, 1)
    ((number, errors),) = faults(story, source).items()
    assert number == 3
    assert [error for error in errors if error[0] == column and said in error[1]]


def test_duplicates_in_the_file_among_former_ones_and_among_our_own(story: Story) -> None:
    own = story.submitted()
    day = f"{timezone.localtime(own.submitted_at):%Y-%m-%d}"
    brought_in(story, xlsx([GOOD]))
    source = upload(
        story,
        xlsx(
            [
                row(number="B", body="新的一件"),
                row(number="C", body="新的 一件"),
                row(number="B", body="第三件"),
                row(number="2021-01", body="第四件"),
                row(number="D"),
                row(number="E", body=TEXT, came_at=day, answered_at="", answer=""),
            ]
        ),
    )
    said = {number: "".join(what for _, what in errors) for number, errors in faults(story, source).items()}
    assert said == {
        3: "与第 2 行同一天且内容相同",
        4: "与第 2 行编号相同",
        5: "编号 2021-01 已经导入过",
        6: "已有同一天内容相同的留言",
        7: "已有同一天内容相同的留言",
    }


# Bringing in


def test_nothing_is_brought_in_while_a_row_is_wrong_unless_that_is_chosen(story: Story) -> None:
    source = upload(story, xlsx([GOOD, row(number="B", came_at="")]))
    with pytest.raises(Refused, match="有 1 行有误，没有导入"):
        actions.history_start(story.cast.actor("presidium_clerk"), source.pk)
    registry.run("voice.bring_in", source_id=source.pk)
    assert past(story) == []
    actions.history_start(story.cast.actor("presidium_clerk"), source.pk, only_good=True)
    registry.run("voice.bring_in", source_id=source.pk)
    source = fresh(story, source)
    assert (source.state, source.done, source.wrong) == ("done", 1, 1)
    assert list(faults(story, source)) == [3]


def test_a_former_message_is_kept_with_whom_it_names(story: Story) -> None:
    deputy = story.cast.people["deputy"]
    unit = story.cast.organisations["township_officer"]
    brought_in(story, xlsx([row(deputy=deputy.name, unit=unit.name, place="花园社区")]))
    (message,) = past(story)
    assert message.subject == "路灯不亮"
    assert (message.contact_name, message.contact_phone) == ("王女士", "13800001111")
    assert (message.deputy_id, message.unit_id) == (deputy.pk, unit.pk)
    assert message.place is not None
    assert f"{timezone.localtime(message.came_at):%Y-%m-%d %H:%M}" == "2021-03-05 10:23"
    with connection.cursor() as cursor, tenant_transaction(story.cast.tenants, durable=False):
        cursor.execute("SELECT contact_phone FROM voice_pastmessage")
        assert "13800001111" not in str(cursor.fetchall())
    with tenant_transaction(story.cast.tenants, durable=False):
        assert selectors.past_messages_for(story.cast.actor("deputy")).count() == 1
        assert not selectors.past_messages_for(story.cast.actor("other_deputy")).exists()
        assert not selectors.past_messages_for(story.cast.actor("other_township_clerk")).exists()


def test_history_is_in_no_figure_no_list_and_no_inbox(story: Story) -> None:
    before = count_changed()
    brought_in(story, xlsx([GOOD]))
    with tenant_transaction(story.cast.tenants, durable=False):
        assert not Message.objects.exists()
        assert not Notice.objects.exists()
    assert (before, count_changed()) == (0, 0)


def test_a_killed_job_goes_on(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renda.voice.actions.history.CHUNK", 2)
    source = upload(story, xlsx([row(number=str(n), body=f"第{n}件") for n in range(5)]))
    actions.history_start(story.cast.actor("presidium_clerk"), source.pk)
    machine = Actor.machine("历史导入", story.cast.tenants)
    assert actions.history_bring_in(machine, source.pk).state == "running"
    assert len(past(story)) == 2
    registry.run("voice.bring_in", source_id=source.pk)
    registry.run("voice.bring_in", source_id=source.pk)
    assert [message.number for message in past(story)] == ["0", "1", "2", "3", "4"]
    assert fresh(story, source).done == 5


def test_two_files_with_the_same_row_bring_it_in_once(story: Story) -> None:
    first, second = upload(story, xlsx([GOOD])), upload(story, xlsx([GOOD]))
    for source in (first, second):
        actions.history_start(story.cast.actor("presidium_clerk"), source.pk)
        registry.run("voice.bring_in", source_id=source.pk)
    assert len(past(story)) == 1
    assert (fresh(story, second).done, fresh(story, second).wrong) == (0, 1)


# Taking back


def test_one_import_is_taken_back_as_a_whole_and_may_come_again(story: Story) -> None:
    kept = brought_in(story, xlsx([row(number="K", body="留下的一件")]))
    source = brought_in(story, xlsx([GOOD, row(number="B", body="第二件")]))
    actions.history_take_back(story.cast.actor("presidium_clerk"), source.pk)
    assert [message.source_id for message in past(story)] == [kept.pk]
    with tenant_transaction(story.cast.tenants, durable=False):
        from renda.kernel.search.api import search_ids

        assert search_ids("voice.PastMessage", "第二件") == []
        assert len(search_ids("voice.PastMessage", "留下的一件")) == 1
    with pytest.raises(Refused, match="已经撤回"):
        actions.history_take_back(story.cast.actor("presidium_clerk"), source.pk)
    assert brought_in(story, xlsx([GOOD])).done == 1


def test_what_was_taken_up_again_stays(story: Story) -> None:
    source = brought_in(story, xlsx([GOOD]))
    clerk, tenant = story.cast.actor("presidium_clerk"), story.cast.congresses["township"].tenant
    (old,) = past(story)
    message = actions.message_register(clerk, tenant=tenant, channel="desk", body="又坏了。", past=old)
    assert past(story)[0].followed_by_id == message.pk
    with pytest.raises(Refused, match="其中 1 件已据此重新登记"):
        actions.history_take_back(clerk, source.pk)
    with pytest.raises(Refused, match="已经重新登记过"):
        actions.message_register(clerk, tenant=tenant, channel="desk", body="又坏了。", past=old)


def test_a_running_import_is_not_taken_back(story: Story) -> None:
    source = upload(story, xlsx([GOOD]))
    actions.history_start(story.cast.actor("presidium_clerk"), source.pk)
    with pytest.raises(Refused, match="正在导入"):
        actions.history_take_back(story.cast.actor("presidium_clerk"), source.pk)


def test_only_in_ones_own_congress(story: Story) -> None:
    with pytest.raises(Forbidden):
        upload(story, xlsx([GOOD]), "county_clerk")


# Ten thousand


@pytest.mark.parametrize(("days", "is_left"), [(29, True), (31, False)])
def test_a_preview_that_nobody_confirmed_goes_after_a_month(story: Story, days: int, is_left: bool) -> None:
    source, running = upload(story, xlsx([row()])), upload(story, xlsx([row(number="2021-0099")]))
    with tenant_transaction(story.cast.tenants, durable=False):
        MessageImport.objects.update(uploaded_at=clock.now() - timedelta(days=days))
        MessageImport.objects.filter(pk=running.pk).update(state=MessageImport.State.RUNNING)
    registry.JOBS["voice.trim"](timestamp=0)
    with tenant_transaction(story.cast.tenants, durable=False):
        assert ImportedRow.objects.filter(source=source).exists() is is_left
        assert ImportedRow.objects.filter(source=running).exists()


@pytest.mark.parametrize(("days", "is_left"), [(89, True), (91, False)])
def test_a_draft_that_nobody_finished_goes_with_its_pictures(story: Story, days: int, is_left: bool) -> None:
    clerk, tenant = story.cast.actor("presidium_clerk"), story.cast.congresses["township"].tenant
    with tenant_transaction(story.cast.tenants, durable=False):
        photo = store(material.upload(material.picture()))
    draft = actions.draft_start(clerk, tenant=tenant, values={"body": TEXT}, photos=[photo])
    with tenant_transaction(story.cast.tenants, durable=False):
        MessageDraft.objects.filter(pk=draft.pk).update(saved_at=clock.now() - timedelta(days=days))
    registry.JOBS["voice.trim"](timestamp=0)
    with tenant_transaction(story.cast.tenants, durable=False):
        assert MessageDraft.objects.filter(pk=draft.pk).exists() is is_left
        assert files_of(draft).exists() is is_left


def test_ten_thousand_rows_in_constant_memory_and_queries(story: Story) -> None:
    file = xlsx([row(number=str(n), body=f"{n} 号楼旁的路灯坏了，晚上看不见路，请尽快修好。") for n in range(10_000)])
    source = upload(story, file)
    assert (source.total, source.wrong) == (10_000, 0)
    actions.history_start(story.cast.actor("presidium_clerk"), source.pk)
    machine = Actor.machine("历史导入", story.cast.tenants)
    for _ in range(5):
        actions.history_bring_in(machine, source.pk)
    early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    registry.run("voice.bring_in", source_id=source.pk)
    assert fresh(story, source).done == 10_000
    assert len(past(story)) == 10_000
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert late - early < 200 * 1024  # KiB; the rows of the assertion above are in it
