"""Reading the words back out of a PDF that typst wrote: enough of ISO 32000 for that, so that no reader is needed."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(?m)^(\d+) 0 obj\s(.*?)^endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)endstream", re.DOTALL)
_SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def words(pdf: bytes) -> str:
    """All text, page by page, without blanks."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    found = [_page(objects, body) for body in objects.values() if b"/Type/Page/" in body and (b"/Contents" in body)]
    return re.sub(r"[\s\u200b]", "", "".join(found))


def _stream(body: bytes) -> bytes:
    match = _STREAM.search(body)
    assert match is not None
    return zlib.decompress(match[1]) if b"/FlateDecode" in body else match[1]


def _referred(body: bytes, key: bytes) -> int:
    match = re.search(key + rb"\s*(\d+) 0 R", body)
    assert match is not None, (key, body[:200])
    return int(match[1])


def _page(objects: dict[int, bytes], body: bytes) -> str:
    resources = objects[_referred(body, b"/Resources")] if re.search(rb"/Resources\s*\d", body) else body
    fonts = {
        name: _characters(_stream(objects[_referred(objects[int(number)], b"/ToUnicode")]))
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
    }
    text: list[str] = []
    current: dict[bytes, str] = {}
    for font, string in _SHOWN.findall(_stream(objects[_referred(body, b"/Contents")])):
        if font:
            current = fonts[font]
        else:
            codes = _ESCAPE.sub(_unescape, string)
            text += [current[codes[at : at + 2]] for at in range(0, len(codes), 2)]
    return "".join(text)


def _unescape(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    return bytes([int(escaped, 8)]) if escaped[:1].isdigit() else _PLAIN.get(escaped, escaped)


def _characters(cmap: bytes) -> dict[bytes, str]:
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            found[bytes.fromhex(code.decode())] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return found
