"""Field encryption: AES-256-GCM or SM4-GCM with keys from one file that is backed up apart from the database.

The file (``field.keys`` in the data directory, mode 0600) is made at first use: one line a key, ``id algorithm base64``.
Of the algorithm that ``RENDA_FIELD_CIPHER`` names the last key is the active one; every key in the file still opens what
it closed. A stored value is ``id.base64url(nonce + ciphertext + tag)``; the purpose is authenticated with it, so a value
does not open in another column.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from django.conf import settings

from renda.kernel.errors import RendaError
from renda.kernel.privacy.ciphers import CIPHERS, NONCE

_HASH = "hmac-sha256"


class KeyLostError(RendaError):
    """The key that closed a value is not in the key file."""

    status = 500
    default_code = "privacy.key_lost"

    def __init__(self, name: str) -> None:
        super().__init__(
            message=f"解密所需的密钥（编号 {name[:16]}）不在密钥文件中，请系统管理员恢复密钥文件 field.keys 的备份。"
        )


class TamperedError(RendaError):
    """A stored value was changed outside the system, or is not from this column."""

    status = 500
    default_code = "privacy.tampered"
    default_message = "加密数据校验不通过，内容可能被改动，请联系系统管理员。"


class KeyInUseError(RendaError):
    """The key cannot leave the file: it is the active one, or fingerprints are made with it."""

    status = 409
    default_code = "privacy.key_in_use"
    default_message = "这个密钥正在使用，不能停用。"


@dataclass(frozen=True)
class Key:
    """One line of the file."""

    name: str
    algorithm: str
    secret: bytes

    def line(self) -> str:
        return f"{self.name} {self.algorithm} {base64.b64encode(self.secret).decode()}\n"

    @classmethod
    def parse(cls, line: str) -> Key:
        name, algorithm, text = line.split()
        return cls(name, algorithm, base64.b64decode(text))

    @classmethod
    def make(cls, algorithm: str) -> Key:
        size = 32 if algorithm == _HASH else CIPHERS[algorithm].key_bytes
        return cls(secrets.token_hex(4), algorithm, secrets.token_bytes(size))


class Vault:
    """The keys of one file, read again whenever the file has changed (another process rotated)."""

    def __init__(self, path: Path, cipher: str = "") -> None:
        self.path = path
        self.cipher = cipher or settings.RENDA_FIELD_CIPHER
        self._lock = threading.Lock()
        self._keys: list[Key] = []
        self._stamp: tuple[int, int] | None = None

    def all_keys(self) -> list[Key]:
        """All keys; the file is made when there is none.

        A new file is right for a new site only: beside an old database every value says ``KeyLostError``.
        """
        with self._lock:
            if not self.path.exists():
                _change(self.path, lambda keys: keys or [Key.make(_HASH), Key.make(self.cipher)])
            status = self.path.stat()
            stamp = (status.st_ino, status.st_mtime_ns)
            if stamp != self._stamp:
                self._keys, self._stamp = _read(self.path), stamp
            return self._keys

    def active(self) -> Key:
        """The key that closes new values; one is added when the setting names an algorithm that has none yet."""
        found = [key for key in self.all_keys() if key.algorithm == self.cipher]
        if not found:
            _change(self.path, self._with_cipher)
            found = [key for key in self.all_keys() if key.algorithm == self.cipher]
        return found[-1]

    def _with_cipher(self, keys: list[Key]) -> list[Key]:
        known = any(key.algorithm == self.cipher for key in keys)
        return keys if known else [*keys, Key.make(self.cipher)]

    def close(self, text: str, purpose: str) -> str:
        """Encrypt ``text`` for ``purpose``."""
        key = self.active()
        nonce = secrets.token_bytes(NONCE)
        sealed = nonce + CIPHERS[key.algorithm].seal(key.secret, nonce, text.encode(), purpose.encode())
        return f"{key.name}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def open(self, value: str, purpose: str) -> str:
        """Decrypt what ``close`` made for the same ``purpose``.

        Raises:
            KeyLostError: its key is not in the file.
            TamperedError: it was changed, or closed for another purpose.
        """
        name, dot, text = value.partition(".")
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError as error:
            raise TamperedError from error
        if not dot or len(sealed) < NONCE:
            raise TamperedError
        key = next((key for key in self.all_keys() if key.name == name and key.algorithm in CIPHERS), None)
        if key is None:
            raise KeyLostError(name)
        try:
            opened = CIPHERS[key.algorithm].unseal(key.secret, sealed[:NONCE], sealed[NONCE:], purpose.encode())
        except InvalidTag as error:
            raise TamperedError from error
        return opened.decode()

    def is_current(self, value: str) -> bool:
        """Whether the active key closed ``value``."""
        return value.partition(".")[0] == self.active().name

    def fingerprint(self, text: str, purpose: str) -> str:
        """A keyed hash (HMAC-SHA-256, hex): equal texts compare equal, and without the key none is guessed.

        Its key is never rotated, so fingerprints stay comparable for the life of the key file.
        """
        key = next(key for key in self.all_keys() if key.algorithm == _HASH)
        return hmac.new(key.secret, purpose.encode() + b"\0" + text.encode(), sha256).hexdigest()

    def rotate(self) -> str:
        """Append a new encryption key, from now on the active one in every process; returns its name."""
        key = Key.make(self.cipher)
        self.all_keys()
        _change(self.path, lambda keys: [*keys, key])
        return key.name

    def retire(self, name: str) -> None:
        """Take a key out of the file; what it closed stays closed for good (old backups need the old file).

        Raises:
            KeyLostError: there is none of this name.
            KeyInUseError: it is the active one, or the one of fingerprints.
        """
        key = next((key for key in self.all_keys() if key.name == name), None)
        if key is None:
            raise KeyLostError(name)
        if key.algorithm == _HASH or name == self.active().name:
            raise KeyInUseError
        _change(self.path, lambda keys: [one for one in keys if one.name != name])


def _read(path: Path) -> list[Key]:
    lines = path.read_text(encoding="ascii").splitlines()
    return [Key.parse(line) for line in lines if line and not line.startswith("#")]


def _change(path: Path, change: Callable[[list[Key]], list[Key]]) -> None:
    """Replace the file's keys, whole or not at all; one process at a time, so that no key is lost between two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        keys = _read(path) if path.exists() else []
        wanted = change(keys)
        if wanted != keys:
            _write(path, wanted)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, keys: list[Key]) -> None:
    # mkstemp gives it mode 0600.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("# renda field keys. Back this file up apart from the database; without it the data stays closed.\n")
        file.writelines(key.line() for key in keys)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


_vaults: dict[tuple[Path, str], Vault] = {}


def vault() -> Vault:
    """The vault of this site."""
    path, cipher = Path(settings.RENDA_DATA_DIR) / "field.keys", settings.RENDA_FIELD_CIPHER
    return _vaults.setdefault((path, cipher), Vault(path, cipher))
