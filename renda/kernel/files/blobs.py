"""Content on disk under its own SHA-256: ``ab/cd/abcd…``. Equal content is stored once; a name never reaches the disk.

A blob is written beside its place, synced, then renamed, so it is there whole or not at all. Rows point at blobs; a
blob without a row (a refused transaction, a deleted row) is swept a day later.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from renda.kernel.errors import RendaError, TooLarge

GRACE = 24 * 3600  # seconds that a blob without a row is left alone
_FULL = frozenset([errno.ENOSPC, errno.EDQUOT, errno.EROFS])


class StorageFullError(RendaError):
    """The disk is full or read-only; nothing was stored."""

    status = 503
    default_code = "file.storage_full"
    default_message = "服务器的存储空间不足，文件没有保存。请稍后再试，并告知系统管理员。"


def root() -> Path:
    """The folder of all blobs."""
    return Path(settings.RENDA_FILES_DIR)


def path_of(sha256: str, variant: str = "") -> Path:
    """Where a blob lies; a ``variant`` (thumb, public) is drawn from it and lies apart."""
    top = root() / "drawn" if variant else root()
    return top / sha256[:2] / sha256[2:4] / (f"{sha256}-{variant}" if variant else sha256)


@contextmanager
def received(chunks: Iterable[bytes], limit: int) -> Iterator[tuple[Path, str, int]]:
    """A temporary file with the chunks, its SHA-256 and size; removed at the end unless it was kept.

    Raises:
        TooLarge: more than ``limit`` bytes came.
        StorageFullError: the disk is full.
    """
    with _no_space_is_told():
        folder = root() / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
    path, digest, size = Path(name), hashlib.sha256(), 0
    try:
        with _no_space_is_told(), os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge("file.too_large", f"文件超过 {limit // 1024 // 1024} MB，请压缩后再上传。")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        yield path, digest.hexdigest(), size
    finally:
        path.unlink(missing_ok=True)


def keep(path: Path, place: Path) -> None:
    """Move a synced temporary file to its place; when the same content is there already, only its age is renewed.

    Raises:
        StorageFullError: the disk is full.
    """
    try:
        # The sweeper looks at the age twice (see ``sweep``), so a blob renewed here is not taken away.
        os.utime(place)
    except FileNotFoundError:
        with _no_space_is_told():
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
            _sync_folder(place.parent)


def drawn(sha256: str, variant: str, draw: Callable[[Path], bytes]) -> Path:
    """The path of a variant, drawn at the first use and kept."""
    place = path_of(sha256, variant)
    if not place.exists():
        with received([draw(path_of(sha256))], limit=settings.RENDA_FILE_LIMIT) as (path, _, _):
            keep(path, place)
    return place


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _no_space_is_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError from error
        raise


def folders() -> Iterator[list[Path]]:
    """Blobs old enough to be swept, folder by folder (``ab/``), so that memory stays small."""
    before = time.time() - GRACE
    for top in sorted(root().glob("[0-9a-f][0-9a-f]")):
        old = [path for path in top.glob("*/*") if len(path.name) == 64 and path.stat().st_mtime < before]
        if old:
            yield old


def sweep(path: Path) -> bool:
    """Take away one blob that no row names; False when somebody stored the same content meanwhile."""
    aside = path.with_suffix(".swept")
    path.replace(aside)
    if aside.stat().st_mtime >= time.time() - GRACE:
        aside.replace(path)
        return False
    aside.unlink()
    for drawn_copy in path_of(path.name, "x").parent.glob(f"{path.name}-*"):
        drawn_copy.unlink()
    return True
