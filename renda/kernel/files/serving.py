"""Giving content back so that no browser takes it for anything but what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header, parse_etags

from renda.kernel.errors import NotFound
from renda.kernel.files import blobs
from renda.kernel.files.access import Access
from renda.kernel.files.inspection.images import VARIANT_TYPES, Variant, draw
from renda.kernel.files.models import StoredFile

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def file_response(
    request: HttpRequest, file: StoredFile, access: Access, *, variant: Variant | None = None
) -> HttpResponseBase:
    """The content of ``file`` as far as ``access`` goes; pictures are shown, everything else is saved.

    A view that has its own way of proving a right (a receipt number) calls this with what it found out.

    Raises:
        NotFound: no access, or a picture's variant of what is no picture, or the content is lost.
    """
    if access is Access.NONE or (variant is not None and not file.is_image):
        raise NotFound
    if access is Access.PUBLIC and file.is_image:
        variant = variant or "public"
    etag = f'"{file.sha256}{f"-{variant}" if variant else ""}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _guarded(HttpResponseNotModified(), etag)
    path = blobs.path_of(file.sha256)
    if not path.exists():
        raise NotFound("file.lost", "文件内容已丢失，请联系系统管理员从备份恢复。")
    media_type, name = file.media_type, file.name
    if variant is not None:
        path = blobs.drawn(file.sha256, variant, lambda original: draw(original, variant))
        media_type = VARIANT_TYPES[variant]
        name = f"{Path(name).stem}.{'webp' if variant == 'thumb' else 'jpg'}"
    response = _streamed(request, path, media_type)
    response["Content-Disposition"] = content_disposition_header(not file.is_image, name) or "attachment"
    return _guarded(response, etag)


def _guarded(response: HttpResponse | StreamingHttpResponse, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    # Whatever slipped through the checks runs no script, opens no form, has no origin.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    # Rights may change: the browser keeps it but asks each time.
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _streamed(request: HttpRequest, path: Path, media_type: str) -> StreamingHttpResponse:
    """The file, or the one range asked for (players of sound and film need ranges)."""
    size = path.stat().st_size
    first, last = _wanted(request.headers.get("Range", ""), size)
    response = StreamingHttpResponse(_chunks(path, first, last - first + 1), content_type=media_type)
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(last - first + 1)
    if (first, last) != (0, size - 1):
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _wanted(header: str, size: int) -> tuple[int, int]:
    """First and last byte; the whole when the header asks for nothing that can be given (RFC 9110, 14.2 allows it)."""
    whole = (0, size - 1)
    if not (match := _RANGE.fullmatch(header)):
        return whole
    start, end = match.groups()
    if start:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
    elif end:
        first, last = max(0, size - int(end)), size - 1
    else:
        return whole
    return (first, last) if first <= last else whole


def _chunks(path: Path, at: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(at)
        while length > 0 and (chunk := file.read(min(_CHUNK, length))):
            length -= len(chunk)
            yield chunk
