"""Packages: what is signed is what is read, and only the inner zone opens what was sealed to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from renda.kernel.public_zone import keys
from renda.kernel.public_zone.packages import ForgedError, Package, canonical, micros, moment, seal, unseal

AT = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Any, settings: Any) -> None:
    settings.RENDA_DATA_DIR = tmp_path
    settings.RENDA_EXCHANGE = "bridge"


def package() -> Package:
    return Package("in", "message.submit", "k" * 32, AT, b"body").signed(keys.own("public").sign)


def test_what_was_signed_is_believed() -> None:
    package().verify(keys.other("inner").verify)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"bodY"},
        {"kind": "message.rate"},
        {"key": "x" * 32},
        {"direction": "out"},
        {"version": 1},
        {"made_at": AT + timedelta(microseconds=1)},
        {"signature": bytes(64)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_is_altered_is_seen(change: dict[str, Any]) -> None:
    with pytest.raises(ForgedError):
        replace(package(), **change).verify(keys.other("inner").verify)


def test_the_inner_zone_does_not_believe_itself() -> None:
    own = Package("in", "message.submit", "k" * 32, AT, b"body").signed(keys.own("inner").sign)
    with pytest.raises(ForgedError):
        own.verify(keys.other("inner").verify)


def test_only_whom_it_is_sealed_to_opens_it() -> None:
    sealed = seal("电话 13800001111".encode(), keys.other("public").seal)
    assert b"13800001111" not in sealed
    assert unseal(sealed, keys.own("inner").open).decode() == "电话 13800001111"
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), bytes([sealed[0] ^ 1]) + sealed[1:], b"", sealed[:20]):
        with pytest.raises(ForgedError):
            unseal(wrong, keys.own("inner").open)
    with pytest.raises(ForgedError):
        unseal(sealed, keys.own("public").open)
    assert seal(b"x", keys.other("public").seal) != seal(b"x", keys.other("public").seal)


def test_one_thing_has_one_form() -> None:
    assert canonical({"乙": [1, None], "a": "\u2028"}) == '{"a":"\u2028","乙":[1,null]}'.encode()
    assert moment(micros(AT)) == AT


def test_over_a_gap_the_other_key_is_carried_by_hand(tmp_path: Any, settings: Any) -> None:
    settings.RENDA_EXCHANGE = "files"
    with pytest.raises(keys.ZoneKeyError):
        keys.other("inner")
    told = keys.public_text("public")
    keys.trust("inner", told)
    package().verify(keys.other("inner").verify)
    with pytest.raises(keys.ZoneKeyError):
        keys.trust("inner", "{}")
    assert (tmp_path / "public" / "zone.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "public" / "zone.key").read_text() not in told
