"""What was pasted from a chat, read from a picture or typed off a letter, taken apart: who, when, phone, place, text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from renda.congress.api import PlaceMatcher
from renda.kernel import clock
from renda.kernel.privacy.api import clean_text
from renda.voice.history.checking import moment_of
from renda.voice.models import Channel
from renda.voice.sorting import propose
from renda.voice.words import first_words

MOST = 5000
_DAY = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/月]\d{1,2}日?|今天|昨天|星期.|周.)"
_HOUR = r"(?:上午|下午|晚上|凌晨)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
# 张三 2026/11/20 10:23 · 张三  10:23 · 张三: — a line of its own above what was said.
_SPEAKER = re.compile(rf"^(?P<who>\S[^\n:：]{{0,28}}?)\s*(?:[:：]|\s(?P<when>{_DAY}(?:\s*{_HOUR})?|{_HOUR}))$")
_MOMENT_FIRST = re.compile(rf"^(?P<when>{_DAY}\s*{_HOUR})\s+(?P<who>\S[^\n:：]{{0,28}})$")
_PLACEHOLDER = re.compile(r"\[(?:图片|照片|语音|视频|文件|表情|动画表情|位置|链接|聊天记录)[^\]]{0,40}\]")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]\d{7,8})(?!\d)")
_NAMED = re.compile(r"(?:反映人|来信人|姓名|联系人|署名|写信人)[:：]\s*([\u4e00-\u9fff·]{2,8})")
# Labels before which there is a name, not a speaker.
_LABELS = frozenset(
    ["地址", "电话", "联系电话", "反映人", "姓名", "联系人", "来信人", "写信人", "时间", "内容", "地点", "诉求", "问题"]
)
_GREETINGS = re.compile(r"^(?:您好|你好|尊敬的\S{0,20}|此致|敬礼[!！]?)[,，:：!！。]?$")


@dataclass
class Pasted:
    """The parts of a text, and what was noticed on the way, in words for the clerk."""

    who: str = ""
    when: datetime | None = None
    phone: str = ""
    body: str = ""
    notes: list[str] = field(default_factory=list)


def take_apart(text: str) -> Pasted:
    """Find who said what and when. Of several speakers the one who says most is the writer; others are named in a note."""
    found = Pasted()
    turns = _turns(clean_text(text))
    weights: dict[str, int] = {}
    for who, _, lines in turns:
        weights[who] = weights.get(who, 0) + sum(map(len, lines))
    main = max(weights, key=weights.__getitem__, default="")
    mine = [(when, lines) for who, when, lines in turns if who == main]
    body = "\n".join(line for _, lines in mine for line in lines)
    pictures = len(_PLACEHOLDER.findall(body))
    if pictures:
        found.notes.append(f"文字里有 {pictures} 处图片或语音没有带来，请把图片另行粘贴。")
    others = [who for who in weights if who not in (main, "") and weights[who]]
    if others:
        found.notes.append(f"略去了{'、'.join(others)}的话，只取说得最多的“{main}”。" if main else "")
    body = _PLACEHOLDER.sub("", body)
    phone = _PHONE.search(body)
    found.phone = re.sub(r"[- ]", "", phone.group(1)) if phone and phone.group(1).startswith("1") else ""
    if phone and not found.phone:
        found.phone = phone.group(1)
    named = _NAMED.search(body)
    found.who = (named.group(1) if named else main)[:30]
    found.when = next((moment for when, _ in mine if (moment := _moment(when))), None)
    lines = [
        line for line in body.splitlines() if not (_GREETINGS.match(line.strip()) or _PHONE.fullmatch(line.strip()))
    ]
    lines = [line for line in lines if line.strip()]
    found.body = "\n".join(lines).strip()
    if len(found.body) > MOST:
        found.body = found.body[:MOST]
        found.notes.append(f"内容超过 {MOST} 字，只保留前 {MOST} 字。")
    return found


def _turns(text: str) -> list[tuple[str, str, list[str]]]:
    """(who, when as written, lines); what stands before the first name is nobody's."""
    turns: list[tuple[str, str, list[str]]] = [("", "", [])]
    lines = [raw.strip() for raw in text.splitlines()]
    # A copied chat begins with a name; further down a line with a colon alone may be the writer's own heading.
    is_chat = (first := next(filter(None, lines), "")) != "" and _speaker(first) is not None
    for line in lines:
        said = _speaker(line) if is_chat else None
        if said is not None:
            turns.append((said.group("who").strip(), said.group("when") or "", []))
        elif line:
            turns[-1][2].append(line)
    return [turn for turn in turns if turn[0] or turn[2]]


def _speaker(line: str) -> re.Match[str] | None:
    said = _SPEAKER.match(line) or _MOMENT_FIRST.match(line)
    return said if said and said.group("who").strip() not in _LABELS and not _GREETINGS.match(line) else None


def _moment(when: str) -> datetime | None:
    given = when.strip()
    if re.match(r"\d{1,2}[-/月]\d", given):
        given = f"{clock.today().year}-{given}"
    found = moment_of(given)
    return found if found is not None and found <= clock.now() else None


def draft_of(text: str, tenant_id: int, *, channel: str = "") -> dict[str, Any]:
    """What a draft's form begins with: the parts and the proposals, all to be changed; the tenant is in scope."""
    parts = take_apart(text)
    places = PlaceMatcher.of_database().find(parts.body)
    proposal = propose(first_words(parts.body), parts.body)
    notes = list(filter(None, parts.notes))
    if parts.when is not None:
        notes.append(f"原文时间：{timezone.localtime(parts.when):%Y-%m-%d %H:%M}。")
    return {
        "channel": channel or Channel.PAPER.value,
        "subject": first_words(parts.body),
        "body": parts.body,
        "contact_name": parts.who,
        "contact_phone": parts.phone,
        "place_text": places[0].full_name if places else "",
        "places": [found.place.code for found in places],
        "category": proposal["category"],
        "unit": next((unit["kind"] for unit in proposal["units"]), ""),
        "notes": notes,
    }
