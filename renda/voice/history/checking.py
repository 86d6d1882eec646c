"""What is in a row of former messages, and what is wrong with it, each fault with its column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone

from renda.congress.api import Mandate, Organisation, PlaceMatcher
from renda.kernel import clock
from renda.kernel.privacy.api import clean_text, secret_marks
from renda.voice.history.columns import TITLES
from renda.voice.models import Message, PastMessage, Solved
from renda.voice.words import first_words

_LENGTHS = {"number": 40, "subject": 120, "body": 5000, "place": 120, "category": 20, "answer": 5000}
_LENGTHS |= {"contact_name": 30, "contact_phone": 30, "deputy": 60, "unit": 100}
_MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[\sT]*(\d{1,2})[::时](\d{1,2})(?:[::分](\d{1,2}))?.*)?"
)
_SOLVED = {
    **{label: value for value, label in Solved.choices},
    **dict.fromkeys(("是", "解决", "已办结", "办结"), Solved.YES.value),
    "就地解决": Solved.ON_THE_SPOT.value,
    "正在解决": Solved.IN_PROGRESS.value,
    "办理中": Solved.IN_PROGRESS.value,
    **dict.fromkeys(("暂不能解决", "未解决", "否"), Solved.EXPLAINED.value),
}


@dataclass
class Checked:
    """A row: what it holds as fields of ``PastMessage``, and what is wrong; both by column."""

    number: int
    values: Mapping[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def wrong(self, column: str, said: str) -> None:
        """Note a fault at a column."""
        self.errors.append((TITLES[column], said))


def moment_of(text: str) -> datetime | None:
    """A day, or a moment, as people write it: 2021-03-05 10:23, 2021/3/5, 2021年3月5日, 20210305; None when it is none."""
    given = text.strip()
    if re.fullmatch(r"\d{8}", given):
        given = f"{given[:4]}-{given[4:6]}-{given[6:]}"
    found = _MOMENT.fullmatch(given)
    if found is None:
        return None
    try:
        return timezone.make_aware(datetime(*(int(part or 0) for part in found.groups())))  # type: ignore[arg-type] # noqa: DTZ001 - local, as in the file
    except ValueError:
        return None


def solved_of(word: str) -> str:
    """How far it was solved, in the words of lists and of other systems; empty for a word that is not known."""
    return str(_SOLVED.get(word.strip(), ""))


def digest_of(tenant_id: int, body: str, came_at: datetime) -> str:
    """By what the same message is known again: its congress, its text without blanks, its day."""
    said = (str(tenant_id), "".join(body.split()), str(timezone.localdate(came_at)))
    return sha256("\x1f".join(said).encode()).hexdigest()


class Checker:
    """Looks at the rows of one file, some hundred at a time; it remembers what it has seen."""

    def __init__(self, tenant_id: int) -> None:
        self._tenant_id = tenant_id
        self._seen: dict[str, int] = {}
        self._matcher = PlaceMatcher.of_database()
        units = Organisation.objects.filter(tenant__path__contains=[tenant_id]).order_by("-id")
        self._units = {unit.name: unit.id for unit in units}
        self._deputies: dict[str, set[int]] = {}
        for name, person in Mandate.objects.filter(tenant_id=tenant_id).values_list("person__party__name", "person_id"):
            self._deputies.setdefault(name, set()).add(person)

    def check(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> list[Checked]:
        """The rows with their faults; the tenant is in scope, three queries whatever their number."""
        checked = [self._read(Checked(number, values)) for number, values in rows]
        self._find_again(checked)
        return checked

    def _read(self, row: Checked) -> Checked:
        given = {name: clean_text(value).strip() for name, value in row.values.items()}
        for name, most in _LENGTHS.items():
            if len(given.get(name, "")) > most:
                row.wrong(name, f"最多 {most} 字，现有 {len(given[name])} 字")
            if secret_marks(given.get(name, "")):
                row.wrong(name, "带有密级标志，本系统为非涉密系统，不得导入")
        self._when(row, given)
        if not given.get("body"):
            row.wrong("body", "没有填写")
        if word := given.get("solved", ""):
            row.fields["solved"] = solved_of(word)
            if not row.fields["solved"]:
                row.wrong("solved", f"“{word}”不认识，请写{'、'.join(label for _, label in Solved.choices)}")
        self._who(row, given)
        row.fields |= {name: given.get(name, "") for name in ("number", "body", "answer", "category")}
        row.fields |= {name: given.get(name, "") for name in ("contact_name", "contact_phone")}
        row.fields["subject"] = given.get("subject", "") or first_words(given.get("body", ""))
        return row

    def _when(self, row: Checked, given: Mapping[str, str]) -> None:
        came_at = moment_of(given.get("came_at", ""))
        if came_at is None:
            said = f"“{given['came_at']}”不是日期，请写作 2021-03-05" if given.get("came_at") else "没有填写"
            row.wrong("came_at", said)
        elif came_at > clock.now():
            row.wrong("came_at", "晚于今天")
        row.fields["came_at"] = came_at
        row.fields["answered_at"] = answered_at = moment_of(given.get("answered_at", ""))
        if given.get("answered_at"):
            if answered_at is None:
                row.wrong("answered_at", f"“{given['answered_at']}”不是日期，请写作 2021-03-12")
            elif not given.get("answer"):
                row.wrong("answer", "有答复时间而没有答复")
            elif came_at is not None and timezone.localdate(answered_at) < timezone.localdate(came_at):
                row.wrong("answered_at", "早于来信时间")

    def _who(self, row: Checked, given: Mapping[str, str]) -> None:
        """Places, deputies and units are found by name; what is not found stays as the words that were typed."""
        deputy, unit, place = (given.get(name, "") for name in ("deputy", "unit", "place"))
        found = self._deputies.get(deputy, set())
        if deputy and len(found) != 1:
            row.notes.append(f"代表“{deputy}”{'有几位同名' if found else '不在名册中'}，只保留姓名")
        if unit and unit not in self._units:
            row.notes.append(f"承办单位“{unit}”不在机构中，只保留名称")
        places = self._matcher.find(f"{place}\n{given.get('subject', '')}\n{given.get('body', '')}")
        row.fields |= {
            "deputy_id": next(iter(found)) if len(found) == 1 else None,
            "deputy_name": deputy,
            "unit_id": self._units.get(unit),
            "unit_name": unit,
            "place_id": places[0].place.id if places else None,
            "place_text": place,
        }

    def _find_again(self, rows: Sequence[Checked]) -> None:
        """Duplicates: in the file, among former messages, among this platform's own."""
        whole = [row for row in rows if row.fields["body"] and row.fields["came_at"] is not None]
        for row in whole:
            row.fields["digest"] = digest_of(self._tenant_id, row.fields["body"], row.fields["came_at"])
        past = PastMessage.objects.filter(tenant_id=self._tenant_id)
        digests = set(past.filter(digest__in=[row.fields["digest"] for row in whole]).values_list("digest", flat=True))
        numbers = {row.fields["number"] for row in rows} - {""}
        taken = set(past.filter(number__in=numbers).values_list("number", flat=True)) if numbers else set()
        known = digests | self._own(whole)
        for row in rows:
            number, digest = row.fields["number"], row.fields.get("digest", "")
            if number in taken:
                row.wrong("number", f"编号 {number} 已经导入过")
            elif number and (first := self._seen.setdefault(f"number {number}", row.number)) != row.number:
                row.wrong("number", f"与第 {first} 行编号相同")
            if digest in known:
                row.wrong("body", "已有同一天内容相同的留言")
            elif digest and (first := self._seen.setdefault(digest, row.number)) != row.number:
                row.wrong("body", f"与第 {first} 行同一天且内容相同")

    def _own(self, rows: Sequence[Checked]) -> set[str]:
        if not rows:
            return set()
        moments = [row.fields["came_at"] for row in rows]
        day = timedelta(days=1)
        mine = Message.objects.filter(
            tenant_id=self._tenant_id,
            submitted_at__gte=min(moments) - day,
            submitted_at__lt=max(moments) + day,
            body__in=[row.fields["body"] for row in rows],
        )
        return {digest_of(self._tenant_id, body, at) for body, at in mine.values_list("body", "submitted_at")}
