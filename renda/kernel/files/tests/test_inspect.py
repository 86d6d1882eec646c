"""Bad uploads 21–27 of the list of bad inputs, and the good ones beside them."""

from __future__ import annotations

import socketserver
import struct
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pytest_django import Settings

from renda.kernel.errors import Invalid
from renda.kernel.files.api import ALL, IMAGES, ScannerSilentError, has_scanner
from renda.kernel.files.inspection.kinds import Kind
from renda.kernel.files.inspection.upload import Inspected, display_name, inspect
from renda.kernel.files.tests import material


@pytest.fixture(autouse=True)
def _no_scanner(settings: Settings) -> None:
    settings.RENDA_CLAMAV_SOCKET = ""


def look(tmp_path: Path, data: bytes, name: str, accept: tuple[Kind, ...] = ALL) -> Inspected:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return inspect(path, name, accept)


def refusal(tmp_path: Path, data: bytes, name: str, accept: tuple[Kind, ...] = ALL) -> str:
    with pytest.raises(Invalid) as caught:
        look(tmp_path, data, name, accept)
    assert any("\u4e00" <= character <= "\u9fff" for character in caught.value.message)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (material.picture(), "a.jpg", "jpeg"),
        (material.picture("PNG"), "a.PNG", "png"),
        (material.picture("WEBP"), "a.webp", "webp"),
        (material.PDF, "批复.pdf", "pdf"),
        (material.package(), "答复.docx", "docx"),
        (material.package({"xl/workbook.xml": "<x/>"}, folder="xl"), "表.xlsx", "xlsx"),
        (material.package({"ppt/presentation.xml": "<x/>"}, folder="ppt"), "汇报.pptx", "pptx"),
        (material.package({"OFD.xml": "<x/>"}, folder="Doc_0"), "公文.ofd", "ofd"),
        ("路灯坏了\r\n".encode("gb18030"), "a.txt", "txt"),
        ("路灯坏了".encode(), "a.txt", "txt"),
        (b"#!AMR\n\x3c\x08", "录音.amr", "amr"),
        (b"ID3\x04\0\0\0\0\0\0", "录音.mp3", "mp3"),
        (b"\0\0\0\x20ftypM4A \0\0", "录音.m4a", "m4a"),
        (b"\0\0\0\x20ftypqt  \0\0", "视频.MOV", "mp4"),
    ],
)
def test_the_kind_is_read_from_the_content(tmp_path: Path, data: bytes, name: str, kind: str) -> None:
    found = look(tmp_path, data, name)
    assert found.kind.name == kind
    assert found.name == name
    assert found.scanned is False


def test_a_text_keeps_its_charset(tmp_path: Path) -> None:
    assert look(tmp_path, "路灯".encode("gb18030"), "a.txt").media_type == "text/plain; charset=gb18030"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.jpg", "file.empty"),
        (b"MZ\x90\0", "a.jpg", "file.kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "a.doc", "file.kind"),
        (b"GIF89a", "a.gif", "file.kind"),
        (b"\0\0\0\x20ftypheic\0\0", "a.heic", "file.kind"),
        (bytes(range(256)), "a.bin", "file.kind"),
        (material.PDF, "a.jpg", "file.ending"),
        (material.picture(), "a.pdf", "file.ending"),
        (material.picture(), "a.jpg.exe", "file.ending"),
        (material.package(), "a.xlsx", "file.ending"),
        (material.picture()[:600], "a.jpg", "file.broken"),
        (b"\xff\xd8\xff\xe0 no picture", "a.jpg", "file.broken"),
        (material.huge_png(), "a.png", "file.pixels"),
        (material.huge_png(19_000, 2_200), "a.png", "file.pixels"),
        (material.huge_png(30_000, 10), "a.png", "file.pixels"),
        (b"%PDF-1.4\n<script>alert(1)</script>" + material.PDF, "a.pdf", "file.polyglot"),
        (b"<html><script>alert(1)</script>", "a.txt", "file.polyglot"),
        (b"%PDF-1.4 /OpenAction<</S/JavaScript/JS(app.alert(1))>>", "a.pdf", "file.script"),
        (material.PDF + material.package(), "a.pdf", "file.polyglot"),
        (material.picture() + material.package(), "a.jpg", "file.polyglot"),
        (material.PDF, "机密-方案.pdf", "file.secret"),
        ("机密★10年\n关于…".encode(), "a.txt", "file.secret"),
    ],
)
def test_what_is_not_taken_says_why(tmp_path: Path, data: bytes, name: str, code: str) -> None:
    assert refusal(tmp_path, data, name) == code


def test_a_page_behind_a_pdf_is_no_pdf(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"<!doctype html><p>" + material.PDF, "a.pdf") in {"file.ending", "file.polyglot"}


def test_only_pictures_where_pictures_are_asked(tmp_path: Path) -> None:
    assert refusal(tmp_path, material.PDF, "a.pdf", IMAGES) == "file.kind"


def test_a_phone_that_names_a_png_jpg_is_forgiven(tmp_path: Path) -> None:
    assert look(tmp_path, material.picture("PNG"), "微信图片.jpg").name == "微信图片.png"
    assert look(tmp_path, material.picture(), "无后缀").name == "无后缀.jpg"


def test_a_pixel_bomb_costs_no_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        assert refusal(tmp_path, material.huge_png(), "a.png") == "file.pixels"
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def _locked() -> bytes:
    data = bytearray(material.package())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _overlapping() -> bytes:
    """Two directory entries over the same bytes (Fifield's construction in its smallest form)."""
    data = material.package({"word/a.xml": "x" * 1000, "word/b.xml": "x" * 1000})
    with zipfile.ZipFile(BytesIO(data)) as archive:
        first, second = archive.getinfo("word/a.xml").header_offset, archive.getinfo("word/b.xml").header_offset
    entry = data.rindex(b"PK\x01\x02")
    assert struct.unpack_from("<I", data, entry + 42) == (second,)
    return data[: entry + 42] + struct.pack("<I", first) + data[entry + 46 :]


def _link() -> bytes:
    out = BytesIO(material.package())
    with zipfile.ZipFile(out, "a") as archive:
        entry = zipfile.ZipInfo("word/link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (material.package({"word/media/a.bin": b"\0" * 50_000_000}), "file.bomb"),
        (material.package({f"word/{number}": b"" for number in range(5_001)}), "file.bomb"),
        (_overlapping(), "file.bomb"),
        (material.package({"../../x.html": b"x"}), "file.slip"),
        (material.package({"/etc/x": b"x"}), "file.slip"),
        (material.package({"word\\..\\x": b"x"}), "file.slip"),
        (material.package({"C:/x": b"x"}), "file.slip"),
        (_link(), "file.slip"),
        (_locked(), "file.locked"),
        (material.package({"word/vbaProject.bin": b"x"}), "file.macro"),
        (material.package({"word/activeX/activeX1.xml": b"<x/>"}), "file.macro"),
        (material.package({"word/a.exe": b"x"}), "file.program"),
        (material.package({"word/a.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'}), "file.entity"),
        (material.package({"word/a.xml": "<!DOCTYPE a []>".encode("utf-16")}), "file.entity"),
        (material.package({"word/a.xml": "<!DOCTYPE a []>".encode("utf-16-le")}), "file.entity"),
        (material.package({"word/_rels/a.rels": material.relations("http://evil/t.dotm")}), "file.outside"),
        (material.package({"word/_rels/a.rels": material.relations("\\\\evil\\x", "image")}), "file.outside"),
        (material.package({"word/document.xml": "<w:p><w:t>机</w:t><w:t>密★5年</w:t></w:p>"}), "file.secret"),
        (material.package()[:-30], "file.broken"),
    ],
)
def test_a_package_is_read_before_it_is_taken(tmp_path: Path, data: bytes, code: str) -> None:
    assert refusal(tmp_path, data, "答复.docx") == code


def test_a_link_to_click_is_only_text(tmp_path: Path) -> None:
    data = material.package({"word/_rels/document.xml.rels": material.relations("https://example.com", "hyperlink")})
    assert look(tmp_path, data, "a.docx").kind.name == "docx"


def test_a_plain_archive_is_no_document(tmp_path: Path) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    assert refusal(tmp_path, out.getvalue(), "a.docx") == "file.kind"


def test_a_lying_size_in_the_directory_is_noticed(tmp_path: Path) -> None:
    data = material.package({"word/a.xml": "<a>" + "x" * 5_000_000 + "</a>"})
    entry = data.rindex(b"PK\x01\x02")
    lying = data[: entry + 24] + struct.pack("<I", 10) + data[entry + 28 :]
    assert refusal(tmp_path, lying, "a.docx") in {"file.broken", "file.bomb"}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../x.html", "x.html"),
        ("C:\\fakepath\\照片.jpg", "照片.jpg"),
        ("..", "未命名"),
        ("", "未命名"),
        ("a\x00b\u202egpj.exe", "abgpj.exe"),
        ('<img src=x>"|?*:.jpg', "img src=x.jpg"),
        ("一\n二.jpg", "一 二.jpg"),
        (".htaccess", "htaccess"),
    ],
)
def test_names_are_for_showing_only(raw: str, shown: str) -> None:
    assert display_name(raw) == shown


def test_a_name_of_300_characters_keeps_its_ending() -> None:
    shown = display_name("字" * 300 + ".docx")
    assert len(shown) == 120
    assert shown.endswith("….docx")


class _Clamd(socketserver.StreamRequestHandler):
    """The daemon's side of INSTREAM."""

    answer: bytes | None = None

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        data = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            data += self.rfile.read(length)
        found = material.EICAR in data
        self.wfile.write(self.answer or (b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0"))


@pytest.fixture
def clamd(tmp_path: Path, settings: Settings) -> Iterator[type[_Clamd]]:
    settings.RENDA_CLAMAV_SOCKET = str(tmp_path / "clamd")
    handler = type("Clamd", (_Clamd,), {})
    with socketserver.UnixStreamServer(str(tmp_path / "clamd"), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield handler
        server.shutdown()
        thread.join()


def test_the_scanner_is_asked_when_it_is_there(tmp_path: Path, clamd: type[_Clamd]) -> None:
    assert look(tmp_path, b"good" * 50_000, "a.txt").scanned is True
    assert refusal(tmp_path, material.EICAR, "a.txt") == "file.virus"


def test_a_scanner_that_fails_lets_nothing_in(tmp_path: Path, clamd: type[_Clamd]) -> None:
    clamd.answer = b"INSTREAM size limit exceeded. ERROR\0"
    with pytest.raises(ScannerSilentError):
        look(tmp_path, b"good", "a.txt")


def test_a_dead_socket_lets_nothing_in(tmp_path: Path, settings: Settings) -> None:
    settings.RENDA_CLAMAV_SOCKET = str(tmp_path / "dead")
    socketserver.UnixStreamServer(settings.RENDA_CLAMAV_SOCKET, _Clamd).server_close()
    with pytest.raises(ScannerSilentError):
        look(tmp_path, b"good", "a.txt")


@pytest.mark.skipif(not has_scanner(), reason="no ClamAV on this machine (apt install clamav-daemon)")
def test_the_real_scanner_names_the_test_virus(tmp_path: Path) -> None:
    assert look(tmp_path, b"good" * 50_000, "a.txt").scanned is True
    assert refusal(tmp_path, material.EICAR, "a.txt") == "file.virus"
    assert refusal(tmp_path, material.package({"word/media/a.txt": material.EICAR}), "a.docx") == "file.virus"


def test_a_picture_of_50000_by_50000_is_read_by_its_head_only(tmp_path: Path) -> None:
    began = time.monotonic()
    for ending, data in (("png", material.huge_png(50_000, 50_000)), ("jpg", material.huge_jpeg(50_000, 50_000))):
        assert refusal(tmp_path, data, f"a.{ending}") == "file.pixels"
    assert time.monotonic() - began < 5
