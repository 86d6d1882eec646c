"""Short codes: 32 characters that are not mistaken for one another, the last one a check.

The check character makes the code a code word over the field GF(32): read as coefficients, the polynomial has the
root 2. So every single wrong character and every swap of two characters is found.
"""

from __future__ import annotations

import secrets
import unicodedata

# Digits and capitals without 0 and O, 1 and I.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
# x^5 + x^2 + 1, primitive over GF(2): 2 has the order 31, longer than any code.
_POLYNOMIAL = 0b100101


def _double(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value


def _remainder(characters: str) -> int:
    rest = 0
    for character in characters:
        rest = _double(rest) ^ _VALUES[character]
    return rest


def check_character(body: str) -> str:
    """The character that makes ``body`` a code.

    Raises:
        KeyError: a character that is not of the alphabet.
    """
    return ALPHABET[_double(_remainder(body))]


def is_short_code(text: str, length: int = LENGTH) -> bool:
    """Whether the text is a code as it is stored, check character included."""
    return len(text) == length and all(character in _VALUES for character in text) and _remainder(text) == 0


def new_short_code(length: int = LENGTH) -> str:
    """A new random code of ``length`` characters (the default: 2³⁵ codes); the caller's unique key has the last word.

    Raises:
        ValueError: a length that the check does not cover (2 to 31).
    """
    if not 2 <= length <= 31:
        raise ValueError("a short code has 2 to 31 characters")
    body = "".join(secrets.choice(ALPHABET) for _ in range(length - 1))
    return body + check_character(body)


def read_short_code(text: str, length: int = LENGTH) -> str | None:
    """The code that somebody typed or pasted (blanks, hyphens, small and full-width letters), None when it is none."""
    folded = unicodedata.normalize("NFKC", text).upper()
    code = "".join(character for character in folded if character.isalnum())
    return code if is_short_code(code, length) else None


def in_groups(code: str, size: int = 4) -> str:
    """The code as it is printed: K7M2-9XQD."""
    return "-".join(code[at : at + size] for at in range(0, len(code), size))
