"""The columns of a list of former messages, by all the names that old lists give them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Column:
    """One column: its title in our template, and what else it is called."""

    name: str
    title: str
    explanation: str
    example: str
    also: tuple[str, ...] = ()
    required: bool = False


COLUMNS = (
    Column(
        "number",
        "原编号",
        "原系统的编号，用来查重",
        "2021-0032",
        ("编号", "留言编号", "受理编号", "工单号", "信件编号"),
    ),
    Column(
        "came_at",
        "来信时间",
        "年月日，可带时分",
        "2021-03-05 10:23",
        (
            "提交时间",
            "留言时间",
            "反映时间",
            "登记时间",
            "受理时间",
            "来访时间",
            "来电时间",
            "创建时间",
            "日期",
            "时间",
        ),
        required=True,
    ),
    Column("subject", "标题", "不填的取内容的第一句", "花园社区路灯不亮", ("主题", "事由", "留言标题", "事项")),
    Column(
        "body",
        "内容",
        "5000 字以内",
        "花园社区 3 栋旁的路灯坏了三周，晚上看不见路。",
        ("留言内容", "反映内容", "诉求内容", "来信内容", "问题描述", "反映问题", "正文", "诉求"),
        required=True,
    ),
    Column("contact_name", "姓名", "加密保存", "王女士", ("称呼", "联系人", "来信人", "反映人", "留言人", "群众姓名")),
    Column("contact_phone", "联系电话", "加密保存", "13800001111", ("电话", "手机", "手机号", "手机号码", "联系方式")),
    Column(
        "place",
        "地点",
        "乡镇、村（社区）和具体位置",
        "路口镇花园社区 3 栋旁",
        ("地址", "所在地", "乡镇", "所在乡镇", "乡镇街道", "具体地点", "事发地点"),
    ),
    Column("category", "类别", "不填的由系统按内容归类", "城乡建设", ("分类", "类型", "问题类别", "留言类别")),
    Column("deputy", "代表", "受理代表的姓名", "李大山", ("人大代表", "接待代表", "受理代表", "代表姓名")),
    Column("unit", "承办单位", "单位全称", "路口镇人民政府", ("主办单位", "办理单位", "责任单位", "承办部门")),
    Column(
        "answer",
        "答复",
        "5000 字以内",
        "已更换灯具，恢复照明。",
        ("答复内容", "回复", "回复内容", "办理结果", "办理情况"),
    ),
    Column("answered_at", "答复时间", "有答复的填写", "2021-03-12", ("回复时间", "办结时间", "答复日期", "办理时间")),
    Column(
        "solved", "解决情况", "已解决、正在解决、列入计划或暂不能解决", "已解决", ("是否解决", "办理状态", "解决状态")
    ),
)
TITLES = {column.name: column.title for column in COLUMNS}
# A title that is so like a known one is taken for it; the preview shows what was taken for what.
_LIKE = 0.75


@dataclass(frozen=True)
class Mapping:
    """Which cell of a row is which column; ``titles`` as the file has them, by column; ``missing``: titles of
    required ones that it lacks.
    """

    places: dict[str, int]
    titles: dict[str, str]
    unused: list[str]
    missing: list[str]


def map_columns(header: Sequence[str], columns: Sequence[Column] = COLUMNS) -> Mapping:
    """Find the columns in a file's first row: exact names first, then near ones; each column once."""
    known = {name: column.name for column in columns for name in (column.title, *column.also)}

    def nearly(title: str) -> str:
        found = get_close_matches(title, known, n=1, cutoff=_LIKE)
        return known[found[0]] if found else ""

    cleaned = [re.sub(r"[（(【\[].*?[）)】\]]|[\s*：:]", "", title) for title in header]
    places: dict[str, int] = {}
    for find in (lambda title: known.get(title, ""), nearly):
        for at, title in enumerate(cleaned):
            name = find(title) if title and at not in places.values() else ""
            if name and name not in places:
                places[name] = at
    unused = [title.strip() for at, title in enumerate(header) if title.strip() and at not in places.values()]
    titles = {name: header[at].strip() for name, at in places.items()}
    return Mapping(places, titles, unused, [one.title for one in columns if one.required and one.name not in places])
