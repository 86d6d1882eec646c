"""Masks: what a reader needs to recognise his own data, and no more."""

from __future__ import annotations

# Two-character surnames, one after the other: they are kept whole when a name is masked.
_DOUBLE = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空"
    "闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生梁丘左丘西门第五东里仲长达奚"
)
_DOUBLE_SURNAMES = frozenset(_DOUBLE[place : place + 2] for place in range(0, len(_DOUBLE), 2))


def _cover(text: str, head: int, tail: int) -> str:
    """Stars between ``head`` and ``tail`` characters; all stars when the text is not longer than both."""
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def mask_phone(number: str) -> str:
    """``13812345678`` → ``138****5678``; a landline keeps its area code and the last two figures."""
    number = number.strip()
    if number.startswith("0") and "-" in number:
        area, _, rest = number.partition("-")
        return f"{area}-{_cover(rest, 0, 2)}"
    return _cover(number, 3, 4) if len(number) >= 11 else _cover(number, 0, 2)


def mask_id_number(number: str) -> str:
    """An ID number keeps its province and the last two figures: no birthday, no county."""
    return _cover(number.strip(), 2, 2)


def mask_name(name: str) -> str:
    """``王小明`` → ``王**``, ``欧阳娜`` → ``欧阳*``, ``阿卜杜拉·买买提`` → ``阿**``."""
    name = name.strip()
    if "·" in name:
        return name[0] + "**"
    head = 2 if name[:2] in _DOUBLE_SURNAMES and len(name) > 2 else 1
    return name[:head] + "*" * max(1, len(name) - head) if name else ""


def mask_plate(plate: str) -> str:
    """``鄂J12345`` → ``鄂J***45``."""
    return _cover(plate.strip(), 2, 2)


def mask_email(address: str) -> str:
    """``zhang@example.cn`` → ``z****@example.cn``."""
    box, at, host = address.strip().partition("@")
    return f"{box[:1]}{'*' * max(1, len(box) - 1)}{at}{host}"
