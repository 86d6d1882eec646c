from __future__ import annotations

import pytest

from renda.kernel.privacy.api import mask_email, mask_id_number, mask_name, mask_phone, mask_plate


def test_masks_keep_what_the_owner_recognises() -> None:
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("0713-8612345") == "0713-*****45"
    assert mask_phone("12345") == "***45"
    assert mask_id_number("11010519491231002X") == "11**************2X"
    assert mask_plate("鄂J12345") == "鄂J***45"
    assert mask_email("zhang@example.cn") == "z****@example.cn"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王明", "王*"),
        ("王小明", "王**"),
        ("欧阳娜", "欧阳*"),
        ("欧阳", "欧*"),
        ("阿卜杜拉·买买提", "阿**"),
        ("𠮷", "𠮷*"),
        ("", ""),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize("mask", [mask_phone, mask_id_number, mask_plate])
@pytest.mark.parametrize("short", ["", "1", "12", "123"])
def test_a_short_value_shows_nothing_new(mask: object, short: str) -> None:
    assert callable(mask)
    assert set(mask(short)) <= {"*", *short[-2:]}
    assert len(mask(short)) == len(short)
