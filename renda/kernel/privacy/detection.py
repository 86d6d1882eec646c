"""Personal data in free text, found by its shape: before anything is published a machine points, a person decides.

The text is first folded (full-width and Chinese figures to ASCII, unseen characters dropped) with an index back, so
that ``１３８ 1234\u200b5678`` and ``幺三八…`` are found and the span returned is the span of the original text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from renda.kernel.privacy.cleaning import is_unseen

LABELS = {
    "mobile": "手机号",
    "landline": "固定电话",
    "id_number": "身份证号",
    "passport": "护照号",
    "plate": "车牌号",
    "email": "电子邮箱",
    "bank_card": "银行卡号",
    "account": "社交账号",
    "home": "住址门牌",
    "name": "姓名",
}

# First two figures of the division code in an ID number (GB/T 2260).
_PROVINCES = frozenset(
    str(number)
    for numbers in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for number in numbers
) | {"71", "81", "82", "83", "91"}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CHINESE_FIGURES = dict(zip("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789", strict=True))

_P = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_S = r"[ \-–—_.]"
# Five figures or letters (GA 36-2018), the last may be a word; six for new energy, with its letter first or last.
_PLATE = r"(?:[A-HJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[A-HJK]|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9学警挂港澳])"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)


@dataclass(frozen=True, order=True)
class PersonalData:
    """One place in a text: ``text[start:end]`` is of ``kind`` (a key of ``LABELS``)."""

    start: int
    end: int
    kind: str

    @property
    def label(self) -> str:
        return LABELS[self.kind]


def is_id_number(number: str) -> bool:
    """Whether an 18-figure citizen identity number is whole: division, date, check figure (GB 11643-1999, 4.2).

    The 15-figure form has no check figure and has not been valid since 2013; it is not an identity number here.
    """
    number = number.strip().upper()
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number, re.ASCII) or not _plausible_id(number):
        return False
    total = sum(int(figure) * weight for figure, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == number[17]


def _plausible_id(number: str) -> bool:
    """Province and birthday could be true. A mistyped check figure still names a person, so it does not count."""
    born = number[6:14] if len(number) == 18 else "19" + number[6:12]
    try:
        day = date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    return number[:2] in _PROVINCES and 1880 <= day.year <= 2100


def _luhn(number: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for place, figure in enumerate(reversed(number)):
        value = int(figure) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _strip(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text)


# Order matters: the first pattern that takes a place keeps it. Group "it", where there is one, is the place itself.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.ASCII | re.IGNORECASE))
    for kind, pattern in (
        ("email", r"[\w.+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4}"),
        ("id_number", rf"(?<![0-9])[1-9]\d{{5}}{_S}?\d{{8}}{_S}?\d{{3}}[\dx](?![0-9a-z])"),
        ("id_number", r"(?<![0-9])[1-9]\d{14}(?![0-9])"),
        ("mobile", rf"(?<![0-9])(?:\+?86{_S}?|0086{_S}?)?1[3-9]\d(?:{_S}{{0,3}}\d{{4}}){{2}}(?![0-9])"),
        ("mobile", rf"(?<![0-9])1[3-9]\d{{2}}{_S}\d{{3}}{_S}\d{{4}}(?![0-9])"),
        ("mobile", rf"(?<![0-9])1(?:{_S}\d){{10}}(?!{_S}?[0-9])"),
        ("bank_card", rf"(?<![0-9])[3-6]\d{{3}}(?:{_S}?\d{{4}}){{2,3}}{_S}?\d{{1,7}}(?![0-9])"),
        ("landline", rf"(?<![0-9])[(（]?0\d{{2,3}}[)）]?{_S}{{0,3}}[2-9]\d{{2,3}}{_S}?\d{{4}}(?![0-9])"),
        ("landline", r"(?:电话|座机|固话|热线)[号码是为:： ]{0,4}(?P<it>[2-9]\d{6,7})(?![0-9])"),
        ("plate", rf"[{_P}][A-HJ-NP-Z][·•.\- ]?(?=(?:[A-Z]*\d){{3}}){_PLATE}(?![A-Z0-9])"),
        ("passport", r"(?<![0-9a-z])(?:[EG]\d{8}|E[A-HJ-NP-Z]\d{7})(?![0-9a-z])"),
        ("account", r"(?:QQ|扣扣)[号群是为:： ]{0,4}(?P<it>[1-9]\d{4,10})(?![0-9])"),
        ("account", r"(?:微信|wechat|vx|薇信)[号码是为:： ]{0,4}(?P<it>[a-z][a-z0-9_\-]{5,19})"),
        ("home", r"[0-9a-z]{1,4}(?:号楼|栋|幢|座|号)[0-9一二三四五六七八九十]{1,3}单元[0-9]{2,4}(?:室|号|房)?"),
        ("home", r"[0-9a-z]{1,4}(?:号楼|栋|幢|座)[0-9]{3,4}(?:室|号|房)"),
        (
            "name",
            rf"(?:我叫|本人叫|姓名|联系人|投诉人|反映人)[是为:： ]{{0,3}}(?P<it>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})",
        ),
        # 本人王小明，… and 我是张三。: only where a mark ends it, or it would take 我是黄州区的居民 for a name.
        ("name", rf"(?:本人|我是|户主|业主)(?P<it>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=[，,。；;、（(\s]|$)"),
    )
)


def _folded(text: str, *, one_is_dash: bool) -> tuple[str, list[int]]:
    """ASCII figures, letters and blanks, no unseen characters; and for every character its place in ``text``.

    A 一 between figures is either a one or a hand-typed dash: the text is read both ways.
    """
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if is_unseen(character) and character not in "\r\n":
            continue
        if character == "一" and one_is_dash:
            folded = "-"
        elif character in _CHINESE_FIGURES:
            folded = _CHINESE_FIGURES[character]
        else:
            folded = unicodedata.normalize("NFKC", character)
        characters.append(folded if len(folded) == 1 else character)
        places.append(place)
    return "".join(characters), places


def _matches(text: str, *, one_is_dash: bool) -> Iterator[PersonalData]:
    folded, places = _folded(text, one_is_dash=one_is_dash)
    for kind, pattern in _PATTERNS:
        # The words of a cue and of an address are not figures: they are looked for in the text as it stands.
        source = text if kind in ("home", "name") else folded
        for match in pattern.finditer(source):
            start, end = match.span("it" if "it" in pattern.groupindex else 0)
            found = _strip(source[start:end])
            if kind == "id_number" and not _plausible_id(found):
                continue
            if kind == "bank_card" and not (16 <= len(found) <= 19 and _luhn(found)):
                continue
            if source is folded:
                start, end = places[start], places[end - 1] + 1
            yield PersonalData(start, end, kind)


def find_personal_data(text: str) -> list[PersonalData]:
    """The places in ``text`` that look like personal data, in order, not overlapping.

    Shapes only: names are found after a cue word (联系人：…), addresses by their room number. What is published is
    still read by a person.
    """
    taken: list[PersonalData] = []
    for one_is_dash in (False, True):
        for found in _matches(text, one_is_dash=one_is_dash):
            if all(found.end <= other.start or found.start >= other.end for other in taken):
                taken.append(found)
    return sorted(taken)


def redact(text: str) -> str:
    """``text`` with every place of ``find_personal_data`` replaced by its name: ``请拨〔手机号〕``."""
    parts: list[str] = []
    at = 0
    for found in find_personal_data(text):
        parts += [text[at : found.start], f"〔{found.label}〕"]
        at = found.end
    return "".join([*parts, text[at:]])


_LEVELS = "绝密|机密|秘密"
# The form of a mark on a state secret is 密级★保密期限 (国家秘密定密管理暂行规定, 2014, on marks); offices also write it in
# brackets, as 密级：…, or alone on a line.
_MARKS = re.compile(
    rf"(?:{_LEVELS})\s*[★☆*※]|密\s*级\s*[:：]\s*(?:{_LEVELS})|[\[【〔((]\s*(?:{_LEVELS})[级件]?\s*[\]】〕))]"
    rf"|^\s*(?:{_LEVELS})(?:[级件]|\s*(?:长期|\d{{1,2}}\s*[年月]))?\s*$|(?:绝密|机密)[级件](?!别)|(?:绝密|机密|秘密)文件",
    re.MULTILINE,
)
_TITLE_MARKS = re.compile(
    rf"绝密|机密|(?<!商业)(?<!国家)(?<!保守)(?:^|[\W_])秘密(?=$|[\W_\d])|{_MARKS.pattern}", re.MULTILINE
)


def secret_marks(text: str, *, title: bool = False) -> list[str]:
    """The marks of state secrecy (绝密, 机密, 秘密) that a text carries; this system takes no secret (非涉密系统).

    ``title``: the text is a title or a file's name, where the bare words 绝密 and 机密 count too.
    Ordinary speech (公开的秘密, 商业秘密, 秘密投票) is no mark.
    """
    pattern = _TITLE_MARKS if title else _MARKS
    return [match.group().strip() for match in pattern.finditer(unicodedata.normalize("NFKC", text))]
