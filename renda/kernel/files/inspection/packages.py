"""Zip packages (docx, xlsx, pptx, ofd): read their directory and their XML, refuse bombs, slips, macros, outside parts."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from renda.kernel.files.inspection.kinds import DOCX, OFD, PPTX, XLSX, Kind, Marked, refuse
from renda.kernel.privacy.api import secret_marks

_ENTRIES = 5_000
_TOTAL = 300 * 1024 * 1024  # bytes, unpacked
_XML = 100 * 1024 * 1024  # bytes of one XML part
_RATIO = 200  # unpacked to packed, counted from the first megabyte
_PROGRAMS = frozenset(
    ["exe", "dll", "com", "scr", "bat", "cmd", "ps1", "js", "jse", "vbs", "vbe", "wsf", "hta", "lnk", "jar", "msi"]
)
_BOMB = "文件解压后的体积异常，无法接收。请另存一份后再上传。"
_ODD = "文件的内部结构异常，无法接收。请用 Office 或 WPS 另存一份后再上传。"
_MACRO = "文件含有宏或控件，无法接收。请另存为不含宏的 docx、xlsx 或 pptx 后再上传。"
_OUTSIDE = "文件引用了外部的模板、图片或数据。请先断开链接（Excel：数据→编辑链接→断开链接），再上传。"
_MARKED = "文件带有密级标志。本系统是非涉密系统，不得上传、处理国家秘密，请按保密规定走线下渠道。"

_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def check_package(path: Path, *, is_released: bool = False) -> Kind:
    """The kind of a package, once nothing in it is dangerous.

    Raises:
        Invalid: it is a plain archive, a bomb, leads outside itself, is locked, carries macros or a mark of secrecy.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_directory(entries, path.stat().st_size)
            kind = _kind({entry.filename for entry in entries})
            for entry, data in _xml_parts(archive, entries):
                _check_xml(entry.filename, data)
                if entry.filename == "word/document.xml" and not is_released:
                    _check_marks(data)
            return kind
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise refuse("broken", "文件不完整或已损坏，请重新保存后再上传。") from error


def _kind(names: set[str]) -> Kind:
    if "OFD.xml" in names:
        return OFD
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX)):
            if any(name.startswith(folder) for name in names):
                return kind
    raise refuse("kind", "不接收压缩包，请解压后逐个上传。")


def _check_directory(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > _ENTRIES or sum(entry.file_size for entry in entries) > _TOTAL:
        raise refuse("bomb", _BOMB)
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        # Entries that lie over one another unpack the same bytes again and again.
        if entry.header_offset < end or entry.header_offset + entry.compress_size > size:
            raise refuse("bomb", _BOMB)
        end = entry.header_offset + entry.compress_size
        if entry.file_size > 1024 * 1024 and entry.file_size > _RATIO * max(1, entry.compress_size):
            raise refuse("bomb", _BOMB)
        _check_name(entry)


def _check_name(entry: zipfile.ZipInfo) -> None:
    # zipfile has already cut the name at a NUL and turned the separators; orig_filename is what was written.
    name, lower = entry.orig_filename, entry.filename.lower()
    if entry.flag_bits & 1:
        raise refuse("locked", "文件设有密码，无法检查。请去掉密码后再上传。")
    unsafe = "\\" in name or "\0" in name or ":" in name or name.startswith("/") or ".." in PurePosixPath(name).parts
    if unsafe or stat.S_ISLNK(entry.external_attr >> 16):
        raise refuse("slip", _ODD)
    if lower.endswith("vbaproject.bin") or "/activex/" in lower or "macrosheets/" in lower:
        raise refuse("macro", _MACRO)
    if lower.rpartition(".")[2] in _PROGRAMS:
        raise refuse("program", "文件里夹带了程序，无法接收。")


def _xml_parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(entry) as part:
                data = part.read(_XML + 1)
            if len(data) > _XML:
                raise refuse("bomb", _BOMB)
            yield entry, _as_utf8(data)


def _as_utf8(data: bytes) -> bytes:
    """XML may be UTF-16; what is looked for must not hide in it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").encode()
    if data[:2] in (b"<\0", b"\0<"):
        return data.decode("utf-16-le" if data[:1] == b"<" else "utf-16-be", "replace").encode()
    return data


def _check_xml(name: str, data: bytes) -> None:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise refuse("entity", _ODD)
    if name == "[Content_Types].xml" and b"macroEnabled" in data:
        raise refuse("macro", _MACRO)
    if name.endswith(".rels"):
        for relation in _RELATION.findall(data):
            # A link to click is text; everything else would be fetched when the file is opened.
            if re.search(rb"""TargetMode\s*=\s*["']External""", relation) and not re.search(
                rb"""Type\s*=\s*["'][^"']*/hyperlink["']""", relation
            ):
                raise refuse("outside", _OUTSIDE)


def _check_marks(data: bytes) -> None:
    """Only the beginning of a document is read for a mark: that is where the rule puts it."""
    paragraphs = re.split(r"</w:p>", data[:200_000].decode("utf-8", "replace"))
    if marks := secret_marks("\n".join(_TAG.sub("", paragraph) for paragraph in paragraphs)[:500]):
        raise Marked(_MARKED, marks[0])
