"""All checks of one upload, in the order that costs least."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from renda.kernel.files.inspection.images import check_image
from renda.kernel.files.inspection.kinds import ALL, IMAGES, PDF, TEXT, Kind, Marked, charset_of, refuse, sniff
from renda.kernel.files.inspection.packages import check_package
from renda.kernel.files.inspection.scanning import scan
from renda.kernel.privacy.api import clean_text, secret_marks

_HEAD = 4096
_LONGEST_NAME = 120  # characters, ending included
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|object)\b", re.IGNORECASE)
# Compressed parts of a PDF may hide it; a scanner sees more. This stops the plain cases.
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|Launch|XFA)\b")
_UNSAFE = re.compile(r'[<>:"|?*\\/]')


@dataclass(frozen=True)
class Inspected:
    """What an upload is: its kind, the media type to serve it as, a name to show, whether a scanner saw it."""

    kind: Kind
    media_type: str
    name: str
    scanned: bool


def inspect(path: Path, raw_name: str, accept: Collection[Kind] = ALL, *, is_released: bool = False) -> Inspected:
    """Look at the file in ``path`` that somebody calls ``raw_name``. ``is_released``: a mark of secrecy does not count.

    Raises:
        Marked: it carries a mark of state secrecy.
        Invalid: it is not taken; the sentence says why and what to do.
        ScannerSilentError: the virus scanner does not answer.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise refuse("empty", "文件是空的，请重新选择。")
    name = display_name(raw_name)
    if not is_released and (marks := secret_marks(name, title=True)):
        raise Marked(
            "文件名带有密级标志。本系统是非涉密系统，不得上传、处理国家秘密，请按保密规定走线下渠道。", marks[0]
        )
    kind = sniff(head) or check_package(path, is_released=is_released)
    if kind not in accept:
        raise refuse("kind", f"这里不接收{kind.title}，可以上传：{'、'.join(each.title for each in accept)}。")
    named = _with_ending(name, kind)
    if kind in IMAGES:
        check_image(path, kind)
    _check_two_faced(path, head, kind)
    media_type = kind.media_type
    if kind is TEXT:
        media_type = f"text/plain; charset={_check_text(path, is_released=is_released)}"
    return Inspected(kind, media_type, named, scan(path))


def inspect_bytes(content: bytes, *, accept: Collection[Kind]) -> Inspected:
    """``inspect`` for a content without a name, in a temporary file.

    Raises:
        Invalid, ScannerSilentError: as ``inspect``.
    """
    with tempfile.NamedTemporaryFile(prefix="renda-") as file:
        file.write(content)
        file.flush()
        return inspect(Path(file.name), "", accept)


def display_name(raw: str) -> str:
    """A file's name as it is shown and given back: its last part, one line, nothing a file system minds, ≤ 120 characters."""
    name = clean_text(re.split(r"[\\/]", raw)[-1], one_line=True)
    name = _UNSAFE.sub("", name).strip(" .")
    if not name:
        return "未命名"
    if len(name) <= _LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(ending) - 2]}….{ending}"


def _with_ending(name: str, kind: Kind) -> str:
    """The name with an ending that is true.

    Raises:
        Invalid: the ending says another kind.
    """
    stem, dot, ending = name.rpartition(".")
    if dot and ending.lower() in kind.endings:
        return name
    if not dot:
        return f"{name}.{kind.endings[0]}"
    relatives = {each for other in ALL if kind.family and other.family == kind.family for each in other.endings}
    if ending.lower() in relatives:
        return f"{stem}.{kind.endings[0]}"
    raise refuse("ending", f"文件名的后缀是 .{ending[:10]}，内容却是{kind.title}。请检查是否选错了文件。")


def _check_two_faced(path: Path, head: bytes, kind: Kind) -> None:
    """Refuse a file that is something else too: a page for the browser, an archive behind a picture."""
    if _MARKUP.search(head):
        raise refuse("polyglot", "文件里夹带了网页代码，无法接收。")
    if kind.endings[0] not in {"docx", "xlsx", "pptx", "ofd"} and zipfile.is_zipfile(path):
        raise refuse("polyglot", "文件里夹带了压缩包，无法接收。")
    if kind is PDF and _ACTIVE_PDF.search(path.read_bytes()):
        raise refuse("script", "PDF 含有脚本或表单程序，无法接收。请打印为普通 PDF 后再上传。")


def _check_text(path: Path, *, is_released: bool) -> str:
    data = path.read_bytes()
    charset = charset_of(data, whole=True)
    if charset is None or b"\0" in data:
        raise refuse("broken", "文本的编码无法识别，请另存为 UTF-8 后再上传。")
    if not is_released and (marks := secret_marks(data[:2000].decode(charset, "ignore")[:500])):
        raise Marked("文本带有密级标志。本系统是非涉密系统，不得上传、处理国家秘密。", marks[0])
    return charset
