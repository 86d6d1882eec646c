"""Reading pictures: real print where the program is there, words where it is not, limits that hold."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from renda.kernel.files import recognition
from renda.kernel.files.api import StoredFile, UnreadableError, missing_for_reading, store, text_in
from tests.fonts import cjk_font

pytestmark = pytest.mark.django_db
needs_reader = pytest.mark.skipif(
    bool(missing_for_reading()), reason=f"no reader of pictures here: {recognition.HOW_TO_GET}"
)
LINES = ("尊敬的代表：", "花园社区三栋旁的路灯坏了三周，", "晚上老人出门看不见路，请尽快修好。", "联系电话 13800001111")


def letter(kind: str = "PNG") -> StoredFile:
    """A printed letter, as a picture or a scanned page."""
    sheet = Image.new("RGB", (1240, 700), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(str(cjk_font()), 44)
    for at, line in enumerate(LINES):
        pen.text((80, 80 + at * 110), line, fill="black", font=font)
    file = io.BytesIO()
    sheet.save(file, kind, resolution=150)
    return store(SimpleUploadedFile(f"来信.{kind.lower()}", file.getvalue()))


@needs_reader
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "PDF"])
def test_print_is_read_without_blanks_between_characters(kind: str) -> None:
    text = text_in(letter(kind))
    assert "路灯坏了三周" in text
    assert "13800001111" in text


@needs_reader
def test_an_empty_picture_has_no_text() -> None:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(file, "PNG")
    assert text_in(store(SimpleUploadedFile("白纸.png", file.getvalue()))) == ""


def test_without_the_program_words_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = letter()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "没有安装文字识别程序" in missing_for_reading()
    with pytest.raises(UnreadableError, match=r"没有安装文字识别程序.*请照着图片录入"):
        text_in(picture)


def _program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "tesseract"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _name: str(path))


def test_a_slow_reader_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "exec sleep 30", monkeypatch)
    with pytest.raises(UnreadableError, match="已停止"):
        recognition._run("tesseract", seconds=1)


def test_a_reader_that_fails_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "exit 1", monkeypatch)
    with pytest.raises(UnreadableError, match="识别不出来"):
        text_in(letter())


def test_the_reader_has_no_more_memory_than_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "ulimit -v", monkeypatch)
    assert recognition._run("tesseract").strip() == str(recognition.KILOBYTES)
    unlimited = subprocess.run(["/bin/sh", "-c", "ulimit -v"], capture_output=True, text=True, check=True)
    assert unlimited.stdout.strip() != str(recognition.KILOBYTES)
