"""Field encryption: one key file, rotation, loss, tampering."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel.privacy.ciphers import CIPHERS, NONCE
from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.vault import KeyInUseError, KeyLostError, TamperedError, Vault


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


def test_a_process_that_read_the_file_before_closes_with_the_new_key_too(box: Vault) -> None:
    """Else it would go on making values that are left behind when the old key is taken out."""
    other = Vault(box.path)
    other.close("x", "p")
    box.rotate()
    assert box.is_current(other.close("x", "p"))


def test_a_lost_key_says_which(box: Vault, tmp_path: Path) -> None:
    closed = box.close("x", "p")
    with pytest.raises(KeyLostError, match=box.active().name):
        Vault(tmp_path / "another").open(closed, "p")


def test_an_old_key_goes_and_the_others_stay(box: Vault) -> None:
    old, fingerprint = box.close("旧", "p"), box.fingerprint("x", "p")
    box.rotate()
    new = box.close("新", "p")
    box.retire(old.partition(".")[0])
    with pytest.raises(KeyLostError):
        Vault(box.path).open(old, "p")
    assert (Vault(box.path).open(new, "p"), Vault(box.path).fingerprint("x", "p")) == ("新", fingerprint)
    for key in box.all_keys():
        with pytest.raises(KeyInUseError):
            box.retire(key.name)


def test_rotations_side_by_side_lose_no_key(box: Vault) -> None:
    boxes = [Vault(box.path) for _ in range(8)]
    first = box.close("x", "p")
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda one: one.rotate(), boxes))
    assert {key.name for key in box.all_keys()} >= {*names, first.partition(".")[0]}


def test_the_other_cipher_is_used_from_the_change_of_the_setting_on(box: Vault) -> None:
    old = box.close("旧", "p")
    other = Vault(box.path, "sm4-gcm")
    new = other.close("新", "p")
    assert [key.algorithm for key in box.all_keys()] == ["hmac-sha256", "aes-256-gcm", "sm4-gcm"]
    assert (other.is_current(old), other.is_current(new)) == (False, True)
    for one in (box, other):
        assert [one.open(old, "p"), one.open(new, "p")] == ["旧", "新"]
    assert box.close("旧", "p").partition(".")[0] == old.partition(".")[0]


def test_sm4_gcm_is_that_of_the_standard() -> None:
    """RFC 8998, A.1; its block cipher is that of GB/T 32907-2016."""
    key, nonce = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), bytes.fromhex("00001234567800000000ABCD")
    beside = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    text = bytes.fromhex("".join(pair * 8 for pair in ("AA", "BB", "CC", "DD", "EE", "FF", "EE", "AA")))
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert CIPHERS["sm4-gcm"].seal(key, nonce, text, beside) == sealed
    assert CIPHERS["sm4-gcm"].unseal(key, nonce, sealed, beside) == text


@pytest.mark.parametrize("cipher", sorted(CIPHERS))
@pytest.mark.parametrize("cut", [0, 1, 15, 16])
def test_a_cut_value_is_refused_by_each_cipher(tmp_path: Path, cipher: str, cut: int) -> None:
    box = Vault(tmp_path / "keys", cipher)
    name, _, _ = box.close("x", "p").partition(".")
    short = base64.urlsafe_b64encode(bytes(NONCE + cut)).decode().rstrip("=")
    with pytest.raises(TamperedError):
        box.open(f"{name}.{short}", "p")


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
