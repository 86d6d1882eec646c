"""Personal data: clean, find, mask, close."""

from __future__ import annotations

from renda.kernel.privacy.cleaning import clean_text
from renda.kernel.privacy.detection import LABELS, PersonalData, find_personal_data, is_id_number, redact, secret_marks
from renda.kernel.privacy.masks import mask_email, mask_id_number, mask_name, mask_phone, mask_plate
from renda.kernel.privacy.vault import KeyLostError, TamperedError, vault

__all__ = [
    "LABELS",
    "KeyLostError",
    "PersonalData",
    "TamperedError",
    "clean_text",
    "decrypt",
    "encrypt",
    "find_personal_data",
    "fingerprint",
    "is_id_number",
    "mask_email",
    "mask_id_number",
    "mask_name",
    "mask_phone",
    "mask_plate",
    "redact",
    "secret_marks",
]


def encrypt(text: str, *, purpose: str) -> str:
    """``text`` closed for ``purpose`` with the active key; for what is not a model field (a file, a queue's row)."""
    return vault().close(text, purpose)


def decrypt(value: str, *, purpose: str) -> str:
    """What ``encrypt`` closed for the same ``purpose``.

    Raises:
        KeyLostError: the key file does not hold its key.
        TamperedError: the value was changed or closed for another purpose.
    """
    return vault().open(value, purpose)


def fingerprint(text: str, *, purpose: str) -> str:
    """A keyed hash for comparing without storing (a phone, an address of a network): 64 hex characters."""
    return vault().fingerprint(text, purpose)
