"""The receipt: a number that cannot be guessed and a query word that goes with it."""

from __future__ import annotations

import hmac
import secrets
from datetime import date
from hashlib import sha256

from django.conf import settings

# Without 0 O 1 I L: it is read out on the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_receipt_number(day: date) -> str:
    """A number such as ``2609-7KQ2MXPA``: year and month, then 8 random signs (39 bits)."""
    return f"{day:%y%m}-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


def query_word(receipt_number: str) -> str:
    """The six digits that open the receipt; computed, so that a repeated press shows the same ones."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"receipt:" + receipt_number.encode(), sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def opens(receipt_number: str, word: str) -> bool:
    """Whether the word belongs to the number (compared in constant time)."""
    return hmac.compare_digest(query_word(receipt_number).encode(), word.strip().encode())


def normalised(receipt_number: str) -> str:
    """What a person typed, as the number is stored: capitals, no blanks, full-width signs made plain."""
    import unicodedata

    text = unicodedata.normalize("NFKC", receipt_number).upper().replace(" ", "").replace("—", "-")
    return text if "-" in text else f"{text[:4]}-{text[4:]}"
