"""What a person typed, made safe to store and to compare, with nothing lost that can be seen."""

from __future__ import annotations

import re
import unicodedata

# Characters that are never seen but change what text means to a machine or how it runs on the screen:
# C0/C1 controls except tab and newline, soft hyphen, zero-width and bidi marks, Mongolian vowel separator,
# Hangul fillers, interlinear annotation, byte-order mark, lone surrogates, noncharacters, tag characters.
# Variation selectors (U+FE00–FE0F, U+E0100–E01EF) stay: they choose the written form of a name's character.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001fffe\U0001ffff\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_BLANKS = re.compile("[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]")


def clean_text(text: str, *, one_line: bool = False) -> str:
    """Text as it is stored: NFC, visible characters only, ends trimmed, one kind of line end (LF).

    Rare characters (𠮷 㐂 〇), the middle dot of names and variation selectors are kept as they are.
    ``one_line`` (titles, names): line ends and all kinds of blanks become one space.
    """
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    text = unicodedata.normalize("NFC", text)
    if one_line:
        return " ".join(_BLANKS.sub(" ", text).split())
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def is_unseen(character: str) -> bool:
    """Whether ``clean_text`` would drop this character."""
    return _UNSEEN.match(character) is not None
