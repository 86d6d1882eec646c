"""Field encryption: AES-256-GCM with keys from one file that is backed up apart from the database.

The file (``field.keys`` in the data directory, mode 0600) is made at first use: one line a key, ``id algorithm base64``, the
last encryption key is the active one, older ones still open old values. A stored value is
``id.base64url(nonce + ciphertext)``; the purpose is authenticated with it, so a value does not open in another column.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import tempfile
import threading
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from renda.kernel.errors import RendaError

_NONCE = 12  # bytes, NIST SP 800-38D 8.2.2 (random nonces; 2**32 values a key stay far below its bound)


class KeyLostError(RendaError):
    """The key that closed a value is not in the key file."""

    status = 500
    default_code = "privacy.key_lost"
    default_message = "解密所需的密钥不在密钥文件中，请系统管理员恢复密钥文件的备份。"


class TamperedError(RendaError):
    """A stored value was changed outside the system, or is not from this column."""

    status = 500
    default_code = "privacy.tampered"
    default_message = "加密数据校验不通过，内容可能被改动，请联系系统管理员。"


@dataclass(frozen=True)
class _Key:
    name: str
    algorithm: str
    secret: bytes

    def line(self) -> str:
        return f"{self.name} {self.algorithm} {base64.b64encode(self.secret).decode()}\n"

    @classmethod
    def parse(cls, line: str) -> _Key:
        name, algorithm, text = line.split()
        return cls(name, algorithm, base64.b64decode(text))

    @classmethod
    def make(cls, algorithm: str) -> _Key:
        return cls(secrets.token_hex(4), algorithm, secrets.token_bytes(32))


class Vault:
    """The keys of one file, read once and again when an unknown key is met (another process rotated)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._keys: list[_Key] = []

    def _load(self, *, again: bool = False) -> list[_Key]:
        with self._lock:
            if again or not self._keys:
                if not self.path.exists():
                    _create(self.path, [_Key.make("hmac-sha256"), _Key.make("aes-256-gcm")])
                lines = self.path.read_text(encoding="ascii").splitlines()
                self._keys = [_Key.parse(line) for line in lines if line and not line.startswith("#")]
            return self._keys

    def _active(self, algorithm: str) -> _Key:
        return next(key for key in reversed(self._load()) if key.algorithm == algorithm)

    def _find(self, name: str) -> _Key:
        for again in (False, True):
            for key in self._load(again=again):
                if key.name == name:
                    return key
        raise KeyLostError

    def close(self, text: str, purpose: str) -> str:
        """Encrypt ``text`` for ``purpose``."""
        key = self._active("aes-256-gcm")
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + AESGCM(key.secret).encrypt(nonce, text.encode(), purpose.encode())
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
        if not dot or len(sealed) < _NONCE:
            raise TamperedError
        try:
            return AESGCM(self._find(name).secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode()).decode()
        except InvalidTag as error:
            raise TamperedError from error

    def is_current(self, value: str) -> bool:
        """Whether the active key closed ``value``."""
        return value.partition(".")[0] == self._active("aes-256-gcm").name

    def fingerprint(self, text: str, purpose: str) -> str:
        """A keyed hash (HMAC-SHA-256, hex): equal texts compare equal, and without the key none is guessed.

        Its key is never rotated, so fingerprints stay comparable for the life of the key file.
        """
        key = self._active("hmac-sha256").secret
        return hmac.new(key, purpose.encode() + b"\0" + text.encode(), sha256).hexdigest()

    def rotate(self) -> str:
        """Append a new encryption key, from now on the active one; returns its name."""
        keys = self._load(again=True)
        key = _Key.make("aes-256-gcm")
        _replace(self.path, [*keys, key])
        self._load(again=True)
        return key.name


def _written(path: Path, keys: list[_Key]) -> Path:
    """A temporary file beside ``path`` with the keys in it, synced; mkstemp gives it mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("# renda field keys. Back this file up apart from the database; without it the data stays closed.\n")
        file.writelines(key.line() for key in keys)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _create(path: Path, keys: list[_Key]) -> None:
    """Make the file whole or not at all; when another process was quicker, its file stays."""
    name = _written(path, keys)
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        name.unlink()


def _replace(path: Path, keys: list[_Key]) -> None:
    _written(path, keys).replace(path)


_vaults: dict[Path, Vault] = {}


def vault() -> Vault:
    """The vault of this site."""
    path = Path(settings.RENDA_DATA_DIR) / "field.keys"
    return _vaults.setdefault(path, Vault(path))
