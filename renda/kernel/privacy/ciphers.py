"""The two ciphers of field encryption, both as authenticated encryption in Galois/counter mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# Bytes of a nonce, NIST SP 800-38D 8.2.2: random ones; 2**32 values a key stay below its bound.
NONCE = 12
_TAG = 16


class _Block(Protocol):
    """A block cipher's class, made from a key."""

    def __call__(self, key: bytes) -> algorithms.AES | algorithms.SM4: ...


@dataclass(frozen=True, slots=True)
class Gcm:
    """A block cipher in Galois/counter mode (NIST SP 800-38D; SM4: RFC 8998)."""

    block: _Block
    key_bytes: int

    def seal(self, key: bytes, nonce: bytes, text: bytes, beside: bytes) -> bytes:
        """Ciphertext and tag; ``beside`` is authenticated, not encrypted."""
        work = Cipher(self.block(key), modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(beside)
        return work.update(text) + work.finalize() + work.tag

    def unseal(self, key: bytes, nonce: bytes, sealed: bytes, beside: bytes) -> bytes:
        """The text.

        Raises:
            InvalidTag: text, nonce or ``beside`` is not what was sealed.
        """
        if len(sealed) < _TAG:
            raise InvalidTag
        work = Cipher(self.block(key), modes.GCM(nonce, sealed[-_TAG:])).decryptor()
        work.authenticate_additional_data(beside)
        return work.update(sealed[:-_TAG]) + work.finalize()


# SM4 (GB/T 32907-2016) for a site that must use Chinese algorithms. On a field's few bytes both take the same time.
CIPHERS = {"aes-256-gcm": Gcm(algorithms.AES, 32), "sm4-gcm": Gcm(algorithms.SM4, 16)}
