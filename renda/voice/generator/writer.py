"""Writes messages, notes, answers and comments from the situations in ``situations/*.toml``."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Literal

from renda.voice.sorter.unit import departments

from .grammar import expand, fitting, issues, unmarked

Outcome = Literal["yes", "on_the_spot", "in_progress", "planned", "explained"]
#: A constituent's three moods, and a deputy's word on how the unit went about it.
Mood = Literal["satisfied", "fair", "dissatisfied", "deputy_process"]

_FOLDER = Path(__file__).resolve().parent
_COMMITTEE = re.compile(r"(?:村民|居民)?委员会$|[村居]委会$")
_SURNAMES = "王李张刘陈杨黄吴周徐胡朱高林何郭罗郑梁谢宋唐许邓冯韩曹曾彭肖蔡潘田董袁余叶杜夏汪方石熊程"
_NUMERALS = ("两", "三", "四", "五", "六", "七", "八")
#: 1400 numbers belong to machines, not to persons: nobody can be rung up by mistake.
_TELEPHONE = "1400"


@dataclass(frozen=True)
class Situation:
    """What can go wrong, with the sentences for it; ``texts`` by part (subject, fact, …, yes, in_progress, …).

    ``small`` matters can be settled on the spot by deputy and village.
    """

    key: str
    category: str
    second: str
    unit: str
    where: str
    small: bool
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class SyntheticMessage:
    """A message as a constituent could leave it; contact fields are empty when none was left."""

    subject: str
    body: str
    category: str
    second: str
    unit: str
    contact_name: str
    contact_telephone: str
    situation: str
    issue: str
    slots: Mapping[str, str]


def categories() -> tuple[str, ...]:
    """First-level categories that have situations."""
    return tuple(sorted({situation.category for situation in situations().values()}))


def generate(rng: Random, township_name: str, village_name: str, category: str | None = None) -> SyntheticMessage:
    """A message from the village (or community) of the township, of the category when one is given.

    Situations fit the place: communities have lifts and car parks, villages have ditches and fields.
    Raises ValueError for a category without situations.
    """
    village = _COMMITTEE.sub("", village_name)
    urban = village.endswith("社区") or township_name.endswith("街道")
    if not urban and not village.endswith("村"):
        village += "村"
    of_category = [it for it in situations().values() if category in (None, it.category)]
    if not of_category:
        raise ValueError(f"没有这一类别的情形：{category}")
    suiting = [it for it in of_category if it.where in ("any", "urban" if urban else "rural")]
    situation = rng.choice(suiting or of_category)
    template = rng.choice(situation.texts["subject"])
    issue = rng.choice(issues(template) or "0")
    slots = _slots(rng, township_name, village, urban=urban, unit=situation.unit)
    return SyntheticMessage(
        subject=expand(unmarked(template), rng, slots),
        body=_body(rng, situation, issue, slots),
        category=situation.category,
        second=situation.second,
        unit=situation.unit,
        situation=situation.key,
        issue=issue,
        slots=slots,
        **_contact(rng),
    )


def deputy_note(rng: Random, message: SyntheticMessage) -> str:
    """What a deputy writes when referring the message (转请办理)."""
    own = fitting(situations()[message.situation].texts["note"], message.issue)
    return expand(rng.choice(own + list(common()["note"])), rng, message.slots)


def outcomes(message: SyntheticMessage) -> tuple[Outcome, ...]:
    """Outcomes for which the situation has words of its own; the others are answered in general words."""
    situation = situations()[message.situation]
    own: tuple[Outcome, ...] = ("yes", "in_progress", "planned", "explained")
    told = tuple(outcome for outcome in own if fitting(situation.texts[outcome], message.issue))
    return (*told, "on_the_spot") if situation.small else told


def answer(rng: Random, message: SyntheticMessage, outcome: Outcome, promised_on: date | None = None) -> str:
    """An answer that fits the message and the outcome; ``promised_on`` is the date named in it.

    ``on_the_spot`` speaks as the deputy, the others as the unit.
    Raises ValueError when the outcome promises (in_progress, planned) and no date is given.
    """
    if outcome == "on_the_spot":
        return expand(rng.choice(common()["on_the_spot"]), rng, message.slots)
    if outcome in ("in_progress", "planned") and promised_on is None:
        raise ValueError("正在解决或列入计划的答复要有承诺日期。")
    own = fitting(situations()[message.situation].texts[outcome], message.issue)
    slots = dict(message.slots)
    if promised_on:
        slots["promised"] = f"{promised_on.year}年{promised_on.month}月{promised_on.day}日"
    parts = (
        rng.choice(common()["answer_head"]),
        rng.choice(own or common()[outcome]),
        rng.choice(common()["answer_tail"]),
    )
    return "".join(expand(part, rng, slots) for part in parts)


def comment(rng: Random, mood: Mood) -> str:
    """What a constituent (or, ``deputy_process``, a deputy) says with a rating."""
    return expand(rng.choice(common()["comment"][mood]), rng, {})


@lru_cache(maxsize=1)
def situations() -> Mapping[str, Situation]:
    """All situations by key, read once per process."""
    found: dict[str, Situation] = {}
    for path in sorted((_FOLDER / "situations").glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        category = table.pop("category")
        for key, row in table.items():
            texts = {part: tuple(value) for part, value in row.items() if isinstance(value, list)}
            found[key] = Situation(
                key,
                row.get("category", category),
                row["second"],
                row["unit"],
                row["where"],
                row.get("small", False),
                texts,
            )
    return found


@lru_cache(maxsize=1)
def common() -> Mapping[str, Any]:
    """Beginnings and endings that fit every situation."""
    return tomllib.loads((_FOLDER / "common.toml").read_text(encoding="utf-8"))


def _body(rng: Random, situation: Situation, issue: str, slots: Mapping[str, str]) -> str:
    facts = fitting(situation.texts["fact"], issue)
    parts = [rng.choice(common()["opening"]), *rng.sample(facts, 1 if rng.random() < 0.7 else min(2, len(facts)))]
    for part, share in (("effect", 0.85), ("ask", 0.9)):
        own = fitting(situation.texts[part], issue)
        if own and rng.random() < share:
            parts.append(rng.choice(own))
    parts.append(rng.choice(common()["closing"]))
    return "".join(expand(part, rng, slots) for part in parts)


def _slots(rng: Random, township: str, village: str, *, urban: bool, unit: str) -> dict[str, str]:
    title = departments()[unit].title
    own = (
        "我公司"
        if title.endswith("公司")
        else "我委"
        if title.endswith("委员会")
        else "我办"
        if title.endswith("办公室")
        else "我局"
    )
    group = rng.choice(_NUMERALS).replace("两", "二")
    return {
        "town": township,
        "village": village,
        "group": f"{group}栋" if urban else f"{group}组",
        "few": rng.choice(_NUMERALS),
        "months": rng.choice(("半个月", "一个多月", "两个多月", "三个月", "快半年")),
        "years": rng.choice(("两年", "三年多", "五六年", "七八年")),
        "people": rng.choice(
            ("我们二十多户", "湾里三十几户" if not urban else "这几栋楼一百多户", "附近四五十户人家", "上百口人")
        ),
        "neighbours": rng.choice(("邻居们", "楼里几位老人") if urban else ("湾里人", "几位老人", "邻居们")),
        "soon": rng.choice(("一小时内", "当日", "第一时间")),
        "self": own,
    }


def _contact(rng: Random) -> dict[str, str]:
    """Three in four leave a name and a number."""
    if rng.random() < 0.25:
        return {"contact_name": "", "contact_telephone": ""}
    name = rng.choice(_SURNAMES) + rng.choice(("先生", "女士", "师傅", "大姐", "老师"))
    return {"contact_name": name, "contact_telephone": f"{_TELEPHONE}{rng.randrange(10**7):07d}"}
