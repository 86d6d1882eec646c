"""The kinds of files that are taken, told apart by their first bytes (and a package's by what lies in it)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import puremagic

from renda.kernel.errors import Invalid


@dataclass(frozen=True)
class Kind:
    """A kind of file: its media type, the name endings it may carry (the first is given to a nameless one)."""

    name: str
    media_type: str
    endings: tuple[str, ...]
    title: str
    # Kinds of one family are often saved under each other's ending by phones; then the ending is corrected, not refused.
    family: str = ""


JPEG = Kind("jpeg", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), "JPG 图片", "image")
PNG = Kind("png", "image/png", ("png",), "PNG 图片", "image")
WEBP = Kind("webp", "image/webp", ("webp",), "WebP 图片", "image")
PDF = Kind("pdf", "application/pdf", ("pdf",), "PDF 文档")
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = Kind("docx", f"{_OFFICE}wordprocessingml.document", ("docx",), "Word 文档")
XLSX = Kind("xlsx", f"{_OFFICE}spreadsheetml.sheet", ("xlsx",), "Excel 表格")
PPTX = Kind("pptx", f"{_OFFICE}presentationml.presentation", ("pptx",), "演示文稿")
OFD = Kind("ofd", "application/ofd", ("ofd",), "OFD 版式文件")  # GB/T 33190-2016
TEXT = Kind("txt", "text/plain", ("txt", "csv"), "纯文本")
MP3 = Kind("mp3", "audio/mpeg", ("mp3",), "MP3 录音")
AMR = Kind("amr", "audio/amr", ("amr",), "AMR 录音")
M4A = Kind("m4a", "audio/mp4", ("m4a",), "M4A 录音", "mp4")
MP4 = Kind("mp4", "video/mp4", ("mp4", "m4v", "mov"), "MP4 视频", "mp4")

IMAGES = (JPEG, PNG, WEBP)
PACKAGES = (DOCX, XLSX, PPTX, OFD)
DOCUMENTS = (PDF, *PACKAGES, TEXT)
MEDIA = (MP3, AMR, M4A, MP4)
ALL = (*IMAGES, *DOCUMENTS, *MEDIA)

BY_NAME = {kind.name: kind for kind in ALL}

_MAGIC = tuple(
    (kind, re.compile(pattern, re.DOTALL))
    for kind, pattern in (
        (JPEG, rb"\xff\xd8\xff"),
        (PNG, rb"\x89PNG\r\n\x1a\n"),
        (WEBP, rb"RIFF.{4}WEBP"),
        (PDF, rb"%PDF-"),
        (AMR, rb"#!AMR"),
        (M4A, rb".{4}ftypM4[AB] "),
        (MP4, rb".{4}ftyp(?!hei|hev|mif1|msf1|avi)"),
        (MP3, rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"),
    )
)

# What people really try to send, and what they can do instead.
_ADVICE = tuple(
    (re.compile(pattern, re.DOTALL), advice)
    for pattern, advice in (
        (
            rb".{4}ftyp(?:hei|hev|mif1|msf1)",
            "HEIC 照片暂不支持。请在手机“设置→相机→格式”中选择“兼容性最佳”，或先转换为 JPG 再上传。",
        ),
        (rb".{4}ftypavi", "AVIF 图片暂不支持，请转换为 JPG 后再上传。"),
        (
            rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "这是旧版 Office（doc、xls、ppt、wps）文件，请另存为 docx、xlsx、pptx 或 PDF 后再上传。",
        ),
        (rb"Rar!|7z\xbc\xaf\x27\x1c|\x1f\x8b", "不接收压缩包，请解压后逐个上传。"),
        (rb"GIF8", "不接收 GIF 图片，请转换为 JPG 或 PNG 后再上传。"),
        (rb"MZ|\x7fELF", "不接收程序文件。"),
    )
)


class Marked(Invalid):
    """The file carries a mark of state secrecy."""

    default_code = "file.secret"

    def __init__(self, message: str, mark: str) -> None:
        self.mark = mark
        super().__init__(message=message)


def refuse(code: str, message: str) -> Invalid:
    """The refusal of a file; the field is named by whoever knows the form."""
    return Invalid(f"file.{code}", message)


def sniff(head: bytes) -> Kind | None:
    """The kind by the first bytes; None for a zip package, whose kind its content says.

    Raises:
        Invalid: a kind that is not taken, with what to do instead.
    """
    if head.startswith(b"PK\x03\x04"):
        return None
    for kind, pattern in _MAGIC:
        if pattern.match(head):
            return kind
    for pattern, advice in _ADVICE:
        if pattern.match(head):
            raise refuse("kind", advice)
    if charset_of(head):
        return TEXT
    raise refuse(
        "kind", f"无法接收这种文件{_guess(head)}。可以上传：图片、PDF、Word、Excel、PPT、OFD、文本和录音、视频。"
    )


def _guess(head: bytes) -> str:
    try:
        ending = str(puremagic.from_string(head))
    except (puremagic.PureError, ValueError):
        return ""
    return f"（内容像是 {ending} 文件）" if ending.startswith(".") else ""


def charset_of(data: bytes, *, whole: bool = False) -> str | None:
    """``utf-8`` or ``gb18030`` when ``data`` is text without control characters, else None.

    Unless ``whole``, it may end inside a character.
    """
    if any(byte < 0x20 and byte not in b"\t\n\r\f" for byte in data[:4096]):
        return None
    for charset in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(charset)().decode(data, final=whole)
        except UnicodeDecodeError:
            continue
        return charset
    return None
