"""The gallery: every component in every state, with made-up data. Only with DEBUG or in tests (``RENDA_GALLERY``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django import forms
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone

from renda.kernel import clock
from renda.kernel.ui import faults
from renda.kernel.ui.forms import DayInput, FilesField, HouseForm
from renda.kernel.ui.shapes import Press, State, Step, Tile, Tone, TrailLine, four_steps
from renda.kernel.ui.tables import Choice, Column, Dates, Search, Table


@dataclass(frozen=True)
class SampleDue:
    """A due as ``kernel.deadlines`` gives it."""

    at: datetime | None
    provisional: bool = False
    explanation: tuple[str, ...] = (
        "期限：7个工作日，自交办起算。依据：示例规定第一条。",
        "起算：交办，2026年9月3日（星期四）15时20分；当日不计入。",
        "跳过：周末2天（9月5日至6日）。",
    )


@dataclass(frozen=True)
class SampleFile:
    """A stored file as components see it."""

    name: str
    url: str
    size: int
    is_image: bool
    thumbnail_url: str = ""


class AnswerForm(HouseForm):
    """A form with every kind of field."""

    answer = forms.CharField(
        label="答复内容", max_length=500, widget=forms.Textarea, help_text="说明做了什么、结果怎样；群众会看到。"
    )
    result = forms.ChoiceField(
        label="解决程度",
        widget=forms.RadioSelect,
        choices=[("solved", "已解决"), ("progress", "正在解决"), ("planned", "列入计划"), ("explained", "说明原因")],
    )
    promised = forms.DateField(label="承诺完成日期", required=False, widget=DayInput())
    unit = forms.ChoiceField(
        label="会办单位", required=False, choices=[("", "不需要"), ("a", "示范街道办事处"), ("b", "示范局")]
    )
    ways = forms.MultipleChoiceField(
        label="联系方式",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("phone", "电话"), ("visit", "上门"), ("letter", "书面")],
    )
    photos = FilesField(label="现场照片", required=False, accept="image/*")
    is_public = forms.BooleanField(label="同意公开答复", required=False, help_text="公开前会再次审核，隐去个人信息。")


class ExtendForm(HouseForm):
    """A short form."""

    days = forms.IntegerField(label="延长几个工作日", min_value=1, max_value=15)
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea)


TRAIL: list[tuple[str, str, Tone, str]] = [
    ("群众提出", "扫描联络站墙上的二维码。", "ok", ""),
    ("代表转请办理", "已到社区了解，请会同社区研究。", "ok", "用时 2 小时"),
    ("交办示范单位（主办）", "", "ok", ""),
    ("示范单位接收", "", "run", ""),
    ("催办", "请按期答复。", "warn", ""),
]
WORDS = "小区住了三百多户，附近一公里没有早餐店，老人和孩子吃早饭不方便，希望能协调解决。"


def _trail() -> list[TrailLine]:
    start = clock.now() - timedelta(days=6)
    return [
        TrailLine(title, start + timedelta(hours=9 * index), by="示范人员", note=note, tone=tone, took=took)
        for index, (title, note, tone, took) in enumerate(TRAIL)
    ]


def _presses(request: HttpRequest) -> list[Press]:
    typed = request.POST if request.method == "POST" else None
    hidden = {"task": 1, "version": 3}
    return [
        Press(
            "sample.send_back",
            "退回（不属本单位）",
            "",
            ExtendForm(prefix="back"),
            icon="arrow-back-up",
            hidden=hidden,
            warning="退回后由交办机关重新确定承办单位。",
        ),
        Press(
            "sample.answer",
            "答复",
            "",
            AnswerForm(typed, request.FILES or None),
            primary=True,
            icon="send",
            hidden=hidden,
            confirm="提交答复",
        ),
        Press("sample.receive", "接收", "", icon="check", hidden=hidden),
    ]


def _states() -> list[State]:
    return [
        State("办理中", "run"),
        State("明天到期", "warn"),
        State("超期 1 个工作日", "late"),
        State("已解决", "ok"),
        State("已暂停", "quiet", "player-pause"),
    ]


def gallery(request: HttpRequest) -> HttpResponse:
    """All small components on one page."""
    if request.GET.get("notes"):
        messages.success(request, "答复已提交，已通知代表和群众。")
        messages.warning(request, "还有 1 件事项今天到期。")
        messages.error(request, "附件没有保存，请重新上传。")
        messages.info(request, "明天 9:00 起维护半小时。")
    now = clock.now()
    dues = [
        (SampleDue(now + timedelta(days=5)), None),
        (SampleDue(now + timedelta(hours=3), provisional=True), None),
        (SampleDue(now - timedelta(days=4)), None),
        (SampleDue(None, explanation=()), None),
        (SampleDue(now), now),
    ]
    context = {
        "states": _states(),
        "tiles": [
            Tile("待我办理", 12, "#", "其中 3 件来自今天"),
            Tile("即将到期", 4, "#", "两个工作日内", "warn"),
            Tile("已超期", 1, "#", "已催办 1 次", "late"),
            Tile("本月办结", 57, "#", "平均 3.4 个工作日", "ok", "件"),
        ],
        "progresses": [
            four_steps(2, ("9月3日", "9月3日", "9月12日前")),
            four_steps(4, (now, now, now, now)),
            [
                Step("提出", now, "done"),
                Step("交办", None, "skipped"),
                Step("办理", "代表直接答复", "done"),
                Step("反馈", None, "current"),
            ],
        ],
        "dues": dues,
        "events": _trail(),
        "amounts": [Decimal("123456.78"), Decimal(3200), Decimal(1250000000)],
        "now": now,
        "files": [
            SampleFile("现场一.svg", static("ui/icon.svg"), 1200, is_image=True),
            SampleFile("现场二.svg", static("ui/icon.svg"), 1200, is_image=True),
            SampleFile("示范单位关于早餐网点的说明.pdf", "#", 345678, is_image=False),
        ],
    }
    return render(request, "ui/gallery.html", context)


def public(request: HttpRequest) -> HttpResponse:
    """A page for constituents."""
    return render(request, "ui/gallery_public.html", {"states": _states(), "words": WORDS})


def case(request: HttpRequest) -> HttpResponse:
    """A case page; a press with errors comes back as 422 with what was typed."""
    presses = _presses(request)
    status = 422 if any(press.form is not None and press.form.errors for press in presses) else 200
    context = {
        "presses": presses,
        "steps": four_steps(2, ("9月3日", "9月3日", "9月12日前")),
        "due": SampleDue(clock.now() + timedelta(days=4)),
        "events": _trail(),
        "facts": [("map-pin", "示范区示范镇花园社区"), ("eye", "经本人同意公开")],
        "words": WORDS,
    }
    return render(request, "ui/gallery_case.html", context, status=status)


def form(request: HttpRequest) -> HttpResponse:
    """A form page, bare or with errors."""
    sample = AnswerForm(request.POST or None, request.FILES or None)
    return render(request, "ui/gallery_form.html", {"form": sample}, status=422 if sample.errors else 200)


@dataclass(frozen=True)
class SampleRow:
    """A row of the list."""

    title: str
    place: str
    unit: str
    left: State
    at: datetime
    amount: Decimal


def _rows() -> list[SampleRow]:
    titles = (
        "反映小区停车收费不合理",
        "河边夜间直排污水，气味很大，住户多次反映",
        "农村公路路灯不亮",
        "希望增设公交站",
        "卫生室药品不全",
    )
    start = datetime(2026, 8, 30, 8, 12, tzinfo=timezone.get_default_timezone())
    return [
        SampleRow(
            title,
            "示范街道",
            "示范区住建局",
            _states()[index % 5],
            start + timedelta(days=index),
            Decimal(123456 * (index + 1)),
        )
        for index, title in enumerate(titles)
    ]


class SampleTable(Table[SampleRow]):
    """A list whose rows are made up instead of fetched."""

    columns = (
        Column("事项", "title", link=lambda _row: "#", sort="title"),
        Column("地点", "place"),
        Column("承办", "unit", phone=False),
        Column("时限", "left", kind="state"),
        Column("金额", "amount", kind="money", css="end"),
        Column("提出", "at", kind="day", sort="at", css="nowrap"),
    )
    filters = (
        Search("搜索标题、编号、地点"),
        Choice("state", "状态", [("running", "办理中"), ("ended", "已办结")]),
        Dates("at", "提出"),
    )
    order = "-at"
    page_size = 5
    caption = "待办"

    @cached_property
    def _fetched(self) -> list[SampleRow]:
        return [] if self.query.get("q") else _rows() * (2 if self._number < 3 else 1)


def listing(request: HttpRequest) -> HttpResponse:
    """A list page: filter bar, rows, pages, export links; ``?q=`` anything shows the empty state."""
    return render(request, "ui/gallery_list.html", {"table": SampleTable(request, ContentType.objects.none())})


def fault(request: HttpRequest) -> HttpResponse:
    """The error page of a status (``?status=404``)."""
    asked = request.GET.get("status", "404")
    known = faults.PAGES.get(int(asked) if asked.isdigit() else 404, faults.PAGES[404])
    shown = faults.Fault(
        known.status, known.title, known.message, known.icon, number="7C2F01AB" if known.status == 500 else ""
    )
    return faults.respond(request, shown)
