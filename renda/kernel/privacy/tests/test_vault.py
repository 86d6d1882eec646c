"""Field encryption: one key file, rotation, loss, tampering."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.vault import KeyLostError, TamperedError, Vault


@pytest.fixture
def box(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "data" / "keys")


def test_a_value_opens_with_its_purpose_only(box: Vault) -> None:
    closed = box.close("13812345678", "message.contact")
    assert "13812345678" not in closed
    assert box.open(closed, "message.contact") == "13812345678"
    with pytest.raises(TamperedError):
        box.open(closed, "message.name")


def test_the_key_file_is_for_its_owner_alone(box: Vault) -> None:
    box.close("x", "p")
    assert stat.S_IMODE(box.path.stat().st_mode) == 0o600


def test_nonces_never_repeat(box: Vault) -> None:
    assert len({box.close("same", "p") for _ in range(2_000)}) == 2_000


def test_rotation_keeps_old_values_open(box: Vault) -> None:
    other = Vault(box.path)
    old = box.close("旧", "p")
    box.rotate()
    new = box.close("新", "p")
    assert not box.is_current(old)
    assert box.is_current(new)
    assert [box.open(old, "p"), box.open(new, "p")] == ["旧", "新"]
    # A process that read the file before the rotation reads it again when it meets the new key.
    assert other.open(new, "p") == "新"


def test_a_lost_key_says_so(box: Vault, tmp_path: Path) -> None:
    closed = box.close("x", "p")
    with pytest.raises(KeyLostError):
        Vault(tmp_path / "another").open(closed, "p")


@pytest.mark.parametrize("broken", ["", "x", "abcd.", "abcd.AAAA", "没有.有"])
def test_rubbish_is_refused(box: Vault, broken: str) -> None:
    with pytest.raises((TamperedError, KeyLostError)):
        box.open(broken, "p")


@given(place=st.integers(min_value=10), flip=st.integers(min_value=1, max_value=63))
def test_every_changed_character_is_noticed(tmp_path_factory: pytest.TempPathFactory, place: int, flip: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    box = Vault(tmp_path_factory.getbasetemp() / "keys")
    # 30 bytes are 40 characters of base64 without spare bits, so that every character carries data.
    closed = box.close("ab", "p")
    body = 9 + place % (len(closed) - 9)
    changed = alphabet[(alphabet.index(closed[body]) + flip) % 64]
    with pytest.raises(TamperedError):
        box.open(closed[:body] + changed + closed[body + 1 :], "p")


def test_many_processes_make_one_key_file(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    boxes = [Vault(path) for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        closed = list(pool.map(lambda box: box.close("x", "p"), boxes))
    assert {boxes[0].open(value, "p") for value in closed} == {"x"}


def test_fingerprints_compare_equal_and_differ_by_purpose(box: Vault) -> None:
    first = box.fingerprint("13812345678", "rate")
    box.rotate()
    assert first == box.fingerprint("13812345678", "rate")
    assert first != box.fingerprint("13812345678", "other")
    assert "13812345678" not in first


def test_the_field_stores_closed_and_cannot_be_searched() -> None:
    class Contact(models.Model):
        phone = EncryptedTextField(purpose="test.contact", blank=True)

        class Meta:
            app_label = "privacy_test"

    field = Contact._meta.get_field("phone")
    assert isinstance(field, EncryptedTextField)
    stored = field.get_db_prep_save("13812345678", connection)
    assert "138" not in stored.partition(".")[2] or "13812345678" not in stored
    assert field.get_db_prep_save("", connection) == ""
    with pytest.raises(FieldError):
        Contact._default_manager.filter(phone="13812345678")
    _name, path, _args, kwargs = field.deconstruct()
    assert kwargs["purpose"] == "test.contact"
    assert path.endswith("EncryptedTextField")
