"""The printed text in a picture or a scanned PDF, read by Tesseract where it is installed.

A program of its own with a limit of time and memory reads the file, so that a hostile picture costs a process and not
the server. PDFs are drawn page by page by Poppler first. Nothing is asked at import: a machine may get either later.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from functools import lru_cache
from pathlib import Path

from renda.kernel.errors import Refused
from renda.kernel.files import blobs
from renda.kernel.files.inspection.kinds import PDF
from renda.kernel.files.models import StoredFile

SECONDS = 25  # for one picture; a page of print takes one to three
KILOBYTES = 2 * 1024 * 1024  # of address space; a page of 300 dpi takes about a tenth
PAGES = 3  # of a PDF: a letter has no more
LANGUAGE = "chi_sim"
HOW_TO_GET = "apt-get install tesseract-ocr tesseract-ocr-chi-sim poppler-utils"
# The shell sets the limit and then becomes the program: no code of ours runs between fork and exec.
_LIMITED = ("/bin/sh", "-c", 'ulimit -v "$0" && exec "$@"', str(KILOBYTES))
_BETWEEN_CHARACTERS = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])[ \t]+(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\d])"
)
_AFTER_DIGITS = re.compile(r"(?<=\d)[ \t]+(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])")


class UnreadableError(Refused):
    """The file could not be read; the sentence says why and what to do."""

    default_code = "file.unreadable"


def missing_for_reading() -> str:
    """What this machine lacks to read pictures, as a Chinese sentence; empty when it lacks nothing."""
    if shutil.which("tesseract") is None:
        return "本机没有安装文字识别程序 Tesseract，图片和扫描件不能自动识别。"
    if not _knows_chinese(int(time.monotonic() // 60)):
        return "文字识别程序没有简体中文数据（chi_sim），图片和扫描件不能自动识别。"
    if shutil.which("pdftoppm") is None:
        return "没有安装 PDF 转图片的程序（pdftoppm），图片可以识别，PDF 不能。"
    return ""


@lru_cache(maxsize=1)
def _knows_chinese(_minute: int) -> bool:
    """Asked once a minute: pages say it, and each asking starts a program."""
    return LANGUAGE in _run("tesseract", "--list-langs", seconds=10).split()


def text_in(file: StoredFile) -> str:
    """The text of a stored picture or PDF (its first pages), lines as they stand; empty when there is none.

    Raises:
        UnreadableError: a program is missing, ran out of time or memory, or could make nothing of the file.
    """
    path = blobs.path_of(file.sha256)
    if file.kind != PDF.name:
        return _read(path)
    with tempfile.TemporaryDirectory() as folder:
        _run("pdftoppm", "-r", "200", "-l", str(PAGES), "-png", str(path), f"{folder}/page")
        return "\n".join(_read(page) for page in sorted(Path(folder).glob("page*.png")))


def _read(picture: Path) -> str:
    return _tidy(_run("tesseract", str(picture), "stdout", "-l", LANGUAGE))


def _run(*command: str, seconds: int = SECONDS) -> str:
    program = shutil.which(command[0])
    if program is None:
        raise UnreadableError("file.no_reader", f"{missing_for_reading()}请照着图片录入文字。")
    try:
        done = subprocess.run(
            [*_LIMITED, program, *command[1:]],
            capture_output=True,
            timeout=seconds,
            check=True,
            env={"PATH": "/usr/bin:/bin", "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError(
            "file.slow", f"识别超过 {seconds} 秒，已停止。请裁剪图片后再试，或照着图片录入。"
        ) from None
    except (subprocess.CalledProcessError, OSError):
        raise UnreadableError("file.unreadable", "图片识别不出来。请换清晰一些的图片，或照着图片录入。") from None
    return done.stdout.decode("utf-8", "replace")


def _tidy(text: str) -> str:
    """Without the blanks that the program puts between Chinese characters, and without empty lines."""
    lines = (_AFTER_DIGITS.sub("", _BETWEEN_CHARACTERS.sub("", line)).strip() for line in text.splitlines())
    return "\n".join(filter(None, lines))
