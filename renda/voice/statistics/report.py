"""The figures as a Word draft: every number with a footnote that says what it counts and leads to its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from renda.kernel import clock
from renda.kernel.documents.word import Noted, Report
from renda.kernel.ui import wording
from renda.voice.statistics.measures import MEASURES
from renda.voice.statistics.reading import GROUPS, Line, Question, read

_Number = Callable[[Line, str], Noted]
# The columns of the tables; the text speaks of the others.
_COLUMNS = ("received", "answered", "solved", "rated", "satisfied", "dissatisfied")


def report(question: Question, name: str, base_url: str) -> bytes:
    """A docx: the totals in words, then tables by place, unit, category and month.

    ``base_url``: where this site is reached, for the links in the footnotes.
    """
    number = partial(_noted, months=wording_of(question), base_url=base_url)
    paper = Report(f"{name}群众留言办理情况")
    _, total = read(question)
    paper.paragraph(
        f"统计时段：{wording_of(question)}（按提出时间）。数据截至 {wording.moment(clock.now())}。"
        + _category(question)
    )
    paper.heading("一、总体情况")
    paper.paragraph(*_in_words(total, number))
    for order, (by, title) in zip("二三四五", GROUPS.items(), strict=True):
        lines, _ = read(replace(question, by=by))
        paper.heading(f"{order}、{title.replace('按', '分')}情况")
        heads = [title.removeprefix("按"), *(MEASURES[key].title for key in _COLUMNS), "办理中位数（工作日）"]
        paper.table(heads, [_row(line, number) for line in lines])
    return paper.bytes()


def wording_of(question: Question) -> str:
    """2026年1月至2026年11月， or one month alone."""
    first, last = (f"{month.year}年{month.month}月" for month in (question.first, question.last))
    return first if first == last else f"{first}至{last}"


def _category(question: Question) -> str:
    return f"类别：{question.category}。" if question.category else ""


def _in_words(total: Line, noted: _Number) -> list[str | Noted]:
    number = partial(noted, total)
    said: list[str | Noted] = ["共收到群众留言 ", number("received"), " 件，受理 ", number("accepted"), " 件，已答复 "]
    said += [
        number("answered"),
        " 件；答复为已解决的 ",
        number("solved"),
        " 件。群众已评价 ",
        number("rated"),
        " 件，其中满意 ",
    ]
    said += [number("satisfied"), " 件、基本满意 ", number("fair"), " 件、不满意 ", number("dissatisfied"), " 件。"]
    said += ["承办单位退回过 ", number("sent_back"), " 件，经研判重办 ", number("redone"), " 件。"]
    if total.median is not None:
        said.append(f"从交办到答复的中位数为 {total.median:g} 个工作日，九成在 {total.p90:g} 个工作日内答复。")
    return said


def _row(line: Line, number: _Number) -> list[str | Noted]:
    cells: list[str | Noted] = [line.name]
    cells += [number(line, key) if line.counts[key] else "0" for key in _COLUMNS]
    return [*cells, "—" if line.median is None else f"{line.median:g}"]


def _noted(line: Line, key: str, *, months: str, base_url: str) -> Noted:
    measure = MEASURES[key]
    note = f"{months}，{line.name}：{measure.explained}留言 {line.counts[key]:,} 件，明细见系统列表。"
    return Noted(f"{line.counts[key]:,}", note, base_url.rstrip("/") + line.url(key))
