"""From an upload to a stored file: checked and on disk before the transaction, its row inside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models

from renda.kernel.actions.api import Context
from renda.kernel.errors import Invalid, NotFound
from renda.kernel.files import blobs
from renda.kernel.files.inspection.images import Stroke, painted
from renda.kernel.files.inspection.kinds import ALL, Kind, Marked
from renda.kernel.files.inspection.upload import Inspected, display_name, inspect
from renda.kernel.files.models import StoredFile
from renda.kernel.files.suspicion import Suspect, was_released
from renda.kernel.parties import Actor


def store(
    upload: UploadedFile[Any], *, accept: Collection[Kind] = ALL, by: Actor | None = None, source: str = ""
) -> StoredFile:
    """Check an upload and put its content on disk. The row is not stored yet: an action does that by ``attach``.

    Called before the gate, so that no lock waits for a disk. Content that is never attached is swept after a day.
    ``by``, ``source``: who stores it and where, for whoever is told that it carries a mark of secrecy.

    Raises:
        Invalid: the file is not taken (``.message`` says why and what to do).
        TooLarge: over ``settings.RENDA_FILE_LIMIT`` bytes (20 MB).
        StorageFullError: the disk is full.
        ScannerSilentError: the virus scanner is set up and does not answer.
    """
    with blobs.received(upload.chunks(), settings.RENDA_FILE_LIMIT) as (path, sha256, size):
        found = _inspected(path, upload.name or "", accept, Suspect("", size, sha256, "", by, source))
        blobs.keep(path, blobs.path_of(sha256))
    return StoredFile(
        name=found.name,
        media_type=found.media_type,
        kind=found.kind.name,
        size=size,
        sha256=sha256,
        scanned=found.scanned,
    )


def _inspected(path: Path, name: str, accept: Collection[Kind], suspect: Suspect) -> Inspected:
    """What the file is; one with a mark of secrecy only where it was released."""
    try:
        return inspect(path, name, accept)
    except Marked as error:
        if not was_released(replace(suspect, name=display_name(name), mark=error.mark)):
            raise
    return inspect(path, name, accept, is_released=True)


def store_all(
    uploads: Iterable[UploadedFile[Any]],
    *,
    accept: Collection[Kind] = ALL,
    at_most: int,
    field: str = "files",
    by: Actor | None = None,
    source: str = "",
) -> list[StoredFile]:
    """``store`` for a form's files. Refusals come together, under ``field``, each with the file's place in the list.

    Raises:
        Invalid: too many files, or some are not taken; then none should be attached.
    """
    given = list(uploads)
    if len(given) > at_most:
        raise Invalid("file.too_many", fields={field: f"最多上传 {at_most} 个文件，您选择了 {len(given)} 个。"})
    files: list[StoredFile] = []
    refused: list[str] = []
    for number, upload in enumerate(given, start=1):
        try:
            files.append(store(upload, accept=accept, by=by, source=source))
        except Invalid as error:
            refused.append(f"第 {number} 个文件：{error.message}" if len(given) > 1 else error.message)
    if refused:
        raise Invalid("file.refused", fields={field: " ".join(refused)})
    return files


def attach(
    ctx: Context, file: StoredFile, subject: models.Model, *, tenant_id: int | None = None, purpose: str = "attachment"
) -> StoredFile:
    """Give a file made by ``store`` to ``subject``; its row is written at the flush.

    ``tenant_id``: the subject's own when not given. The case is the subject's ``case_id`` as it is at the flush.
    """
    file.tenant_id = tenant_id if tenant_id is not None else subject.tenant_id  # type: ignore[attr-defined] # a TenantRow
    file.subject_type = subject._meta.label
    file.subject_id = subject.pk
    file.purpose = purpose
    file.created_at = ctx.now
    file.created_by_id = ctx.actor.party_id
    ctx.insert(file)
    ctx.collect("files.case", (file, subject), _fill_case, first=True)
    return file


def hand_on(ctx: Context, files: Iterable[StoredFile], subject: models.Model, *, purpose: str = "attachment") -> None:
    """Give files of one subject (a draft, which the caller has locked) to another of the same tenant."""
    for file in files:
        file.subject_type, file.subject_id, file.purpose = subject._meta.label, subject.pk, purpose
        ctx.collect("files.case", (file, subject), _fill_case, first=True)
        ctx.update(file, "subject_type", "subject_id", "purpose", "case_id")


def _fill_case(ctx: Context, items: list[Any]) -> None:
    for file, subject in items:
        file.case_id = getattr(subject, "case_id", None)


def files_of(*subjects: models.Model) -> models.QuerySet[StoredFile]:
    """The files of these subjects, oldest first; whoever selected the subjects may know that they exist."""
    ids = [subject.pk for subject in subjects]
    return StoredFile.objects.filter(subject_id__in=ids).order_by("created_at", "id")


def content_of(file: StoredFile) -> bytes:
    """The bytes of a small file, for what leaves the house as a copy.

    Raises:
        NotFound: they are lost.
    """
    return _there(file).read_bytes()


def painted_over(file: StoredFile, strokes: Iterable[Stroke]) -> bytes:
    """A picture as it may be shown to everybody (``images.painted``); the stored one stays what it is.

    Raises:
        NotFound: its content is lost.
    """
    return painted(_there(file), strokes)


def _there(file: StoredFile) -> Path:
    path = blobs.path_of(file.sha256)
    if not path.exists():
        raise NotFound("file.lost", "文件内容已丢失，请联系系统管理员从备份恢复。")
    return path
