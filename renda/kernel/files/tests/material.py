"""Files for the tests, good and bad, made on the spot."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

TYPES = '<?xml version="1.0"?><Types xmlns="t"></Types>'


def upload(data: bytes, name: str = "照片.jpg", media_type: str = "application/octet-stream") -> SimpleUploadedFile:
    file = SimpleUploadedFile("x", data, content_type=media_type)
    file.__dict__["_name"] = name  # SimpleUploadedFile would already cut the folders off
    return file


def picture(
    form: str = "JPEG", size: tuple[int, int] = (640, 400), *, gps: bool = False, turned: bool = False
) -> bytes:
    out = BytesIO()
    image = Image.new("RGB", size, "#B5121B")
    image.paste("white", (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    if gps:
        exif[0x010F] = "SECRETCAMERA"
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (30.0, 26.0, 45.678)
    if turned:
        exif[0x0112] = 6
    image.save(out, form, exif=exif)
    return out.getvalue()


def huge_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """A valid header that promises 10 GB of pixels, in under a kilobyte."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def huge_jpeg(width: int, height: int) -> bytes:
    """A small picture whose frame header (SOF0, ITU-T T.81 B.2.2) promises another size; sides up to 65,535."""
    data = bytearray(picture())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def package(parts: Mapping[str, bytes | str] | None = None, *, folder: str = "word") -> bytes:
    """A small docx (or xlsx, pptx by ``folder``) with further parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        if parts is None or f"{folder}/document.xml" not in parts:
            archive.writestr(f"{folder}/document.xml", "<w:document><w:p><w:t>关于修路的答复</w:t></w:p></w:document>")
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def relations(target: str, kind: str = "attachedTemplate") -> str:
    return f'<Relationships><Relationship Id="r1" Type="http://x/{kind}" Target="{target}" TargetMode="External"/></Relationships>'


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
