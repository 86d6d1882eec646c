"""The keys of the two zones: each has its own folder with its private key, and knows only the other's public one.

``<data>/inner/`` and ``<data>/public/`` hold ``zone.key`` (mode 0600), ``zone.pub`` (to be carried over) and
``other.pub`` (the other zone's). On one machine both folders are made at first use; on two machines the ``.pub`` files
are carried by hand (``renda exchange keys``).
"""

from __future__ import annotations

import base64
import json
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from django.conf import settings

from renda.kernel.errors import RendaError

Zone = Literal["inner", "public"]
_OTHER: dict[Zone, Zone] = {"inner": "public", "public": "inner"}


class ZoneKeyError(RendaError):
    """A key of the border is missing or is not one."""

    status = 500
    default_code = "zone.key"
    default_message = "缺少对方区域的公钥：请在对方机器上运行 renda exchange keys，把得到的文件放到本机。"


@dataclass(frozen=True)
class Own:
    """A zone's private keys: one signs, one opens what was sealed to it."""

    sign: Ed25519PrivateKey
    open: X25519PrivateKey

    @property
    def public(self) -> Other:
        return Other(self.sign.public_key(), self.open.public_key())


@dataclass(frozen=True)
class Other:
    """What a zone knows of the other: a key that verifies, a key that seals."""

    verify: Ed25519PublicKey
    seal: X25519PublicKey


def folder(zone: Zone) -> Path:
    """Where a zone keeps what is its own."""
    return Path(settings.RENDA_DATA_DIR) / zone


def own(zone: Zone) -> Own:
    """The zone's own keys, made at first use."""
    path = folder(zone) / "zone.key"
    if not path.exists():
        made = Own(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())
        _write(path, {"sign": made.sign.private_bytes_raw(), "open": made.open.private_bytes_raw()}, keep=True)
        said = _read_own(path)
        _write(path.with_suffix(".pub"), _told(said.public))
    return _read_own(path)


def other(zone: Zone) -> Other:
    """What ``zone`` knows of the other one.

    Raises:
        ZoneKeyError: its public key has not been brought here.
    """
    path = folder(zone) / "other.pub"
    if not path.exists():
        if settings.RENDA_EXCHANGE != "bridge":
            raise ZoneKeyError
        pair()
    return _read_other(path)


def pair() -> None:
    """Both zones on this machine: make what is missing and introduce them to each other."""
    for zone, stranger in _OTHER.items():
        path = folder(zone) / "other.pub"
        if not path.exists():
            _write(path, _told(own(stranger).public))


def trust(zone: Zone, text: str) -> None:
    """Take the other zone's public keys from the text of its ``zone.pub``.

    Raises:
        ZoneKeyError: it is no such text.
    """
    _write(folder(zone) / "other.pub", _told(_other_of(text)))
    forget()


def public_text(zone: Zone) -> str:
    """The text of the zone's ``zone.pub``, for the other machine."""
    return json.dumps({name: _text(part) for name, part in _told(own(zone).public).items()})


def forget() -> None:
    """Read the files anew (after ``trust``; in tests)."""
    _read_own.cache_clear()
    _read_other.cache_clear()


@lru_cache
def _read_own(path: Path) -> Own:
    said = json.loads(path.read_text(encoding="ascii"))
    return Own(
        Ed25519PrivateKey.from_private_bytes(base64.b64decode(said["sign"])),
        X25519PrivateKey.from_private_bytes(base64.b64decode(said["open"])),
    )


@lru_cache
def _read_other(path: Path) -> Other:
    return _other_of(path.read_text(encoding="ascii"))


def _other_of(text: str) -> Other:
    try:
        said = json.loads(text)
        return Other(
            Ed25519PublicKey.from_public_bytes(base64.b64decode(said["verify"])),
            X25519PublicKey.from_public_bytes(base64.b64decode(said["seal"])),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ZoneKeyError("zone.key", "这不是区域公钥文件。") from error


def _told(public: Other) -> dict[str, bytes]:
    return {"verify": public.verify.public_bytes_raw(), "seal": public.seal.public_bytes_raw()}


def _text(part: bytes) -> str:
    return base64.b64encode(part).decode()


def _write(path: Path, parts: dict[str, bytes], *, keep: bool = False) -> None:
    """Write a private file whole or not at all; ``keep``: another process's, if it was quicker."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump({part: _text(value) for part, value in parts.items()}, file)
        file.flush()
        os.fsync(file.fileno())
    half = Path(name)
    if not keep:
        half.replace(path)
        return
    try:
        os.link(half, path)
    except FileExistsError:
        pass
    finally:
        half.unlink()
