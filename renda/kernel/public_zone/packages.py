"""What crosses the border: a signed package. Inward its body is sealed, so that only the inner zone can read it.

Signature: Ed25519 (RFC 8032). Seal: X25519 (RFC 7748) with a key of its own for each package, HKDF-SHA256 (RFC 5869),
AES-256-GCM (NIST SP 800-38D).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from renda.kernel.errors import RendaError

Direction = Literal["in", "out"]

LONGEST_BODY = 32 * 1024 * 1024  # bytes, sealed; the table says the same
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEAL = b"renda.seal.1"
# Each package has a key of its own, so the nonce need not vary.
_NONCE = bytes(12)
_PUBLIC_KEY = 32  # bytes


class ForgedError(RendaError):
    """A package or a file that the other zone has not signed as it is."""

    default_code = "package.forged"
    default_message = "签名不符：内容被改动，或者不是对方发出的。"


@dataclass(frozen=True)
class Package:
    """One thing that crosses. ``version`` orders the copies of one key (outward); inward it is 0."""

    direction: Direction
    kind: str
    key: str
    made_at: datetime
    body: bytes
    version: int = 0
    signature: bytes = b""

    def signed(self, key: Ed25519PrivateKey) -> Package:
        """The same, signed."""
        return replace(self, signature=key.sign(self.said()))

    def verify(self, key: Ed25519PublicKey) -> None:
        """Look whether it is as the holder of the key signed it.

        Raises:
            ForgedError: it is not.
        """
        check(key, self.signature, self.said())

    def said(self) -> bytes:
        """What the signature covers: the head, and the body's digest."""
        said = [self.direction, self.kind, self.key, self.version, micros(self.made_at), sha256(self.body).hexdigest()]
        return b"renda.package.1\n" + canonical(said)


def check(key: Ed25519PublicKey, signature: bytes, said: bytes) -> None:
    """Look whether the key's holder has signed ``said``.

    Raises:
        ForgedError: she has not.
    """
    try:
        key.verify(signature, said)
    except InvalidSignature:
        raise ForgedError from None


def canonical(value: Any) -> bytes:
    """JSON in one form only: keys in order, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """The moment of ``micros``."""
    return _EPOCH + timedelta(microseconds=microseconds)


def seal(plain: bytes, to: X25519PublicKey) -> bytes:
    """Close ``plain`` so that only the holder of the private key can open it."""
    own = X25519PrivateKey.generate()
    public = own.public_key().public_bytes_raw()
    return public + AESGCM(_shared(own, to, public, to.public_bytes_raw())).encrypt(_NONCE, plain, _SEAL)


def unseal(sealed: bytes, key: X25519PrivateKey) -> bytes:
    """What ``seal`` closed.

    Raises:
        ForgedError: it was changed, or closed for somebody else.
    """
    public, closed = sealed[:_PUBLIC_KEY], sealed[_PUBLIC_KEY:]
    try:
        shared = _shared(key, X25519PublicKey.from_public_bytes(public), public, key.public_key().public_bytes_raw())
        return AESGCM(shared).decrypt(_NONCE, closed, _SEAL)
    except (InvalidTag, ValueError) as error:
        raise ForgedError("package.sealed", "内容打不开：被改动，或者不是封给本区的。") from error


def _shared(own: X25519PrivateKey, other: X25519PublicKey, sender: bytes, receiver: bytes) -> bytes:
    secret = own.exchange(other)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_SEAL + sender + receiver).derive(secret)
