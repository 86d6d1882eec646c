"""The deputies' roster as a spreadsheet: its columns, its template, reading it, and what is wrong in which row."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import IO, Any

from renda.congress.actions.people import administrations, checked_name, checked_phone
from renda.congress.models import ElectoralDistrict, Mandate, Person, Term
from renda.kernel import clock
from renda.kernel.errors import Invalid, TooLarge

MOST_ROWS = 5_000
MOST_BYTES = 200 * 1024 * 1024  # unpacked: a small file may hide a huge one


@dataclass(frozen=True)
class Column:
    """One column of the spreadsheet."""

    name: str
    title: str
    explanation: str
    example: str
    required: bool = False


COLUMNS = (
    Column("name", "姓名", "代表姓名，生僻字和间隔号照实填写", "王小明", required=True),
    Column("district_number", "选区编号", "选区或选举单位的编号，数字", "3", required=True),
    Column("district_name", "选区名称", "编号尚未登记时必填，系统据此新建选区", "第3选区（花园社区等）"),
    Column("phone", "手机号码", "只供本单位联系，不公开", "13800000000"),
    Column("occupation", "工作单位及职务", "随代表名单公布", "花园社区党支部书记"),
    Column("delegation", "代表团", "没有的自动新建", "第一代表团"),
    Column("group", "代表小组", "没有的自动新建", "第一代表小组"),
    Column("reference_number", "代表证号", "证件编号", "2026-0003"),
    Column("starts_on", "任职日期", "补选代表填写当选日期，如 2026-09-03；不填为本届开始之日", "2026-09-03"),
)


@dataclass(frozen=True)
class RosterRow:
    """One row as typed; ``number`` is the row's number in the file."""

    number: int
    name: str = ""
    district_number: str = ""
    district_name: str = ""
    phone: str = ""
    occupation: str = ""
    delegation: str = ""
    group: str = ""
    reference_number: str = ""
    starts_on: str = ""

    def as_json(self) -> dict[str, Any]:
        """The row as plain values."""
        return asdict(self)


@dataclass
class Review:
    """What a roster would do: who sits already under an account, and what is wrong in which row."""

    rows: Sequence[RosterRow]
    errors: dict[int, str] = field(default_factory=dict)
    # Row number → the person who is taken to be the same.
    known: dict[int, int] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)

    @property
    def good(self) -> list[RosterRow]:
        """The rows without an error."""
        return [row for row in self.rows if row.number not in self.errors]


def read_roster(file: IO[bytes]) -> list[RosterRow]:
    """The rows of an uploaded spreadsheet (first sheet; first row = titles; empty rows are passed over).

    Raises:
        Invalid: no spreadsheet, or a required column is missing.
        TooLarge: unpacked too large, or too many rows.
    """
    # A fifth of the start of a process, for what few processes do.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
                raise TooLarge("roster.size", fields={"file": "文件展开后过大，请只保留名册一张工作表。"})
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=True)
        lines = book.worksheets[0].iter_rows(values_only=True)
        return list(_read_lines(lines))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, IndexError) as error:
        raise Invalid("roster.file", fields={"file": "不是 xlsx 文件，请下载模板后填写。"}) from error


def _read_lines(lines: Iterator[tuple[Any, ...]]) -> Iterator[RosterRow]:
    titles = [_text(value) for value in next(lines, ())]
    places = {column.name: titles.index(column.title) for column in COLUMNS if column.title in titles}
    missing = [column.title for column in COLUMNS if column.required and column.name not in places]
    if missing:
        raise Invalid("roster.columns", fields={"file": f"第一行缺少列：{'、'.join(missing)}。请下载模板后填写。"})
    for number, line in enumerate(lines, start=2):
        values = {name: _text(line[at]) if at < len(line) else "" for name, at in places.items()}
        if not any(values.values()):
            continue
        if number > MOST_ROWS + 1:
            raise TooLarge("roster.rows", fields={"file": f"一次最多导入 {MOST_ROWS} 行。"})
        yield RosterRow(number, **values)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value).strip()[:200]


def next_term(running: Term, starts_on: date) -> Term:
    """The term after the running one, not stored; it begins on the day on which the new congress first meets.

    Raises:
        Invalid: a day before the running term began, or in the future.
    """
    if not running.starts_on < starts_on <= clock.today():
        raise Invalid("term.day", fields={"starts_on": "新一届的第一次会议日期应晚于本届开始之日，且不晚于今天。"})
    return Term(tenant=running.tenant, number=running.number + 1, starts_on=starts_on)


def review(rows: Sequence[RosterRow], term: Term) -> Review:
    """Look at each row against the congress as it is (the term's tenant is in scope).

    Who is taken to be the same: name and telephone number agree; in a term to come also who sits now and whose name
    is nobody else's, neither there nor in the file, unless the numbers speak against it.
    """
    found = Review(rows)
    districts = set(
        ElectoralDistrict.objects.filter(tenant_id=term.tenant_id, level=term.tenant.level).values_list(
            "number", flat=True
        )
    )
    running = Mandate.objects.filter(tenant_id=term.tenant_id, level=term.tenant.level, ends_on__isnull=True)
    seated = set(running.values_list("person_id", flat=True))
    is_new_term = term._state.adding
    alike = _people_named({row.name for row in rows})
    everybody = [person.party_id for people in alike.values() for person in people]
    separated = set(administrations().filter(person_id__in=everybody).values_list("person_id", flat=True))
    names = Counter(row.name for row in rows)
    twice = Counter((row.name, row.district_number, row.phone) for row in rows)
    references = Counter(row.reference_number for row in rows if row.reference_number)
    for row in rows:
        wrong = _wrong(row, term, districts)
        if twice[(row.name, row.district_number, row.phone)] > 1:
            wrong = wrong or "与文件中另一行重复"
        if references[row.reference_number] > 1:
            wrong = wrong or "代表证号与文件中另一行相同"
        others = alike.get(row.name, [])
        same = [person for person in others if row.phone and person.phone == row.phone]
        why = "沿用已有账号（姓名、手机号码相同）"
        if not same and is_new_term and names[row.name] == 1:
            same = _re_elected(row, [person for person in others if person.party_id in seated])
            why = "连任，沿用账号（现任代表中只有一位同名）"
        if same and same[0].party_id in seated and not is_new_term:
            wrong = wrong or "已经是本届代表"
        if same and same[0].party_id in separated:
            wrong = wrong or "此人是平台管理员，不得兼任其他岗位，请先免去管理员"
        if wrong:
            found.errors[row.number] = wrong
        elif same:
            found.known[row.number] = same[0].party_id
            found.notes[row.number] = "连任，沿用账号" if same[0].party_id in seated and row.phone else why
        elif others:
            found.notes[row.number] = f"已有 {len(others)} 个同名账号，手机号码不同或未填，将新建账号"
    return found


def _re_elected(row: RosterRow, sitting: list[Person]) -> list[Person]:
    """The only one of this name who sits now, if the telephone numbers do not speak against it."""
    return sitting if len(sitting) == 1 and not (row.phone and sitting[0].phone) else []


def _people_named(names: set[str]) -> dict[str, list[Person]]:
    people: dict[str, list[Person]] = {}
    rows = Person.objects.filter(party__name__in=names, party__is_active=True).defer(None).select_related("party")
    for person in rows:
        people.setdefault(person.name, []).append(person)
    return people


def _wrong(row: RosterRow, term: Term, districts: set[int]) -> str:
    try:
        checked_name(row.name)
        checked_phone(row.phone)
    except Invalid as error:
        return error.message.rstrip("。")
    if not (row.district_number.isascii() and row.district_number.isdigit() and 0 < int(row.district_number) < 10_000):
        return "选区编号应为数字"
    if int(row.district_number) not in districts and not row.district_name:
        return f"没有编号为 {row.district_number} 的选区；新选区请填写选区名称"
    if row.starts_on:
        try:
            starts_on = date.fromisoformat(row.starts_on)
        except ValueError:
            return "任职日期应写作 2026-09-03"
        if starts_on < term.starts_on or starts_on > clock.today():
            return "任职日期应在本届开始之后、今天之前"
    return ""
