"""The receipt: a number that cannot be guessed, a query word that goes with it, and the published copy that both open.

No model is needed here: the public zone makes numbers before the inner zone has heard of the message.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import unicodedata
from datetime import date
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

# Without 0 O 1 I L: it is read out on the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SIGNS = 8


def _mac(purpose: str, said: str) -> bytes:
    return hmac.digest(settings.RENDA_RECEIPT_KEY.encode(), f"{purpose}:{said}".encode(), sha256)


def _number(day: date, signs: str) -> str:
    return f"{day:%y%m}-{signs}"


def new_receipt_number(day: date) -> str:
    """A number such as ``2609-7KQ2MXPA``: year and month, then 8 random signs (39 bits)."""
    return _number(day, "".join(secrets.choice(ALPHABET) for _ in range(SIGNS)))


def receipt_number_of(day: date, letter_key: str) -> str:
    """The same for a message that comes by letter: the same letter has the same number, so a double press shows one."""
    value, signs = int.from_bytes(_mac("number", letter_key)[:16], "big"), ""
    for _ in range(SIGNS):
        value, index = divmod(value, len(ALPHABET))
        signs += ALPHABET[index]
    return _number(day, signs)


def query_word(receipt_number: str) -> str:
    """The six digits that open the receipt; computed, so that a repeated press shows the same ones."""
    return f"{int.from_bytes(_mac('receipt', receipt_number)[:8], 'big') % 1_000_000:06d}"


def opens(receipt_number: str, word: str) -> bool:
    """Whether the word belongs to the number (compared in constant time)."""
    return hmac.compare_digest(query_word(receipt_number).encode(), word.strip().encode())


def normalised(receipt_number: str) -> str:
    """What a person typed, as the number is stored: capitals, no blanks, full-width signs made plain."""
    text = unicodedata.normalize("NFKC", receipt_number).upper().replace(" ", "").replace("—", "-")
    return text if "-" in text else f"{text[:4]}-{text[4:]}"


# --- the published copy: a stolen dump of the public zone tells neither numbers nor texts ------------------------------------


def copy_key(receipt_number: str) -> str:
    """Under which key the copy of a receipt is published."""
    return _mac("copy", receipt_number).hex()[:40]


def closed(receipt_number: str, story: dict[str, Any]) -> str:
    """The receipt's content for its copy. AES-256-SIV (RFC 5297): the same content gives the same text, so that a
    comparison by digest sees no change where there is none.
    """
    said = json.dumps(story, sort_keys=True, ensure_ascii=False).encode()
    return base64.b64encode(_cipher(receipt_number).encrypt(said, [b"renda.receipt"])).decode()


def opened(receipt_number: str, text: str) -> dict[str, Any] | None:
    """What ``closed`` closed; None when it is not of this number."""
    try:
        said: dict[str, Any] = json.loads(
            _cipher(receipt_number).decrypt(base64.b64decode(text), [b"renda.receipt"]).decode()
        )
    except (InvalidTag, ValueError):
        return None
    return said


def _cipher(receipt_number: str) -> AESSIV:
    key = HKDF(algorithm=SHA256(), length=64, salt=None, info=f"receipt copy {receipt_number}".encode())
    return AESSIV(key.derive(settings.RENDA_RECEIPT_KEY.encode()))
