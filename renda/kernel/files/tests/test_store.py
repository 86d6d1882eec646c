"""From the upload through an action to the row and back to the reader; faults of the disk on the way."""

from __future__ import annotations

import errno
import os
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from PIL import Image
from pytest_django import Settings

from renda.kernel import clock, jobs
from renda.kernel.actions.api import Context
from renda.kernel.errors import Invalid, NotFound, TooLarge
from renda.kernel.files import access, blobs
from renda.kernel.files.api import (
    IMAGES,
    Access,
    StorageFullError,
    StoredFile,
    attach,
    files_of,
    register_access,
    store,
    store_all,
)
from renda.kernel.files.tests import material
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Party
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant


@pytest.fixture(autouse=True)
def _house(settings: Settings, tmp_path: Path) -> None:
    settings.RENDA_FILES_DIR = tmp_path / "files"
    settings.RENDA_CLAMAV_SOCKET = ""


@pytest.fixture
def tenants(db: None) -> tuple[Tenant, Tenant]:
    here, there = Tenant.make(name="甲县", level="county"), Tenant.make(name="乙县", level="county")
    Tenant.objects.bulk_create([here, there])
    return here, there


@pytest.fixture
def rule(monkeypatch: pytest.MonkeyPatch) -> dict[str, Access]:
    """What each actor (by name) may read of the files of a Party, our subject here."""
    said: dict[str, Access] = {}
    monkeypatch.setattr(access, "_rules", {})
    register_access("kernel_parties.Party", lambda actor, file: said.get(actor.name, Access.NONE))
    return said


def give(actor: Actor, tenant: Tenant, *uploads: Any) -> list[StoredFile]:
    """Store and attach, as an action does."""
    files = [store(upload) for upload in uploads]
    subject = Party(kind="post", name="办件", tenant=tenant)
    with tenant_transaction(actor.tenants, durable=False):
        ctx = Context(actor)
        ctx.insert(subject)
        for file in files:
            attach(ctx, file, subject)
        ctx.flush()
    return files


def get(actor: Actor, file: StoredFile, name: str = "file.download", **headers: str) -> HttpResponseBase:
    """What the page gives, inside the scope that the middleware opens."""
    address = reverse(name, args=[file.pk])
    request: HttpRequest = RequestFactory().get(address, headers=headers)
    request.actor = actor  # type: ignore[attr-defined]
    with tenant_transaction(actor.tenants, durable=False):
        response: HttpResponseBase = resolve(address).func(request, key=file.pk)
        return response


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


def staff(tenant: Tenant) -> Actor:
    return Actor("person", "staff", tenants=frozenset([tenant.id]))


def test_equal_content_is_stored_once(tenants: tuple[Tenant, Tenant]) -> None:
    first, second = give(
        staff(tenants[0]), tenants[0], material.upload(material.PDF, "a.pdf"), material.upload(material.PDF, "b.pdf")
    )
    assert first.sha256 == second.sha256
    assert blobs.path_of(first.sha256).read_bytes() == material.PDF
    assert blobs.path_of(first.sha256).stat().st_mode & 0o077 == 0
    assert not list((blobs.root() / "incoming").iterdir())


def test_a_refused_upload_leaves_nothing(db: None) -> None:
    with pytest.raises(Invalid):
        store(material.upload(b"MZ program", "a.jpg"))
    assert [path for path in blobs.root().rglob("*") if path.is_file()] == []


def test_a_file_over_the_limit_is_not_read_to_its_end(db: None, settings: Settings) -> None:
    settings.RENDA_FILE_LIMIT = 1024 * 1024
    with pytest.raises(TooLarge, match=r"file\.too_large") as caught:
        store(material.upload(b"x" * (1024 * 1024 + 1), "a.txt"))
    assert "1 MB" in caught.value.message
    assert not list((blobs.root() / "incoming").iterdir())


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_is_said_and_nothing_half_written_stays(
    db: None, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "write":
        monkeypatch.setattr("tempfile.mkstemp", full)
    elif step == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageFullError):
        store(material.upload(material.PDF, "a.pdf"))
    assert [path for path in blobs.root().rglob("*") if path.is_file()] == []


def test_a_constituent_sends_at_most_six_photos(db: None) -> None:
    photos = [material.upload(material.picture(), f"{number}.jpg") for number in range(7)]
    with pytest.raises(Invalid) as caught:
        store_all(photos, accept=IMAGES, at_most=6, field="photos")
    assert "最多上传 6 个" in caught.value.fields["photos"]
    assert len(store_all(photos[:6], accept=IMAGES, at_most=6)) == 6


def test_refusals_of_a_form_come_together(db: None) -> None:
    uploads = [
        material.upload(material.picture(), "a.jpg"),
        material.upload(b"MZ", "b.jpg"),
        material.upload(b"", "c.jpg"),
    ]
    with pytest.raises(Invalid) as caught:
        store_all(uploads, at_most=6, field="photos")
    assert "第 2 个文件" in caught.value.fields["photos"]
    assert "第 3 个文件" in caught.value.fields["photos"]


def test_a_file_follows_the_case_of_its_subject(tenants: tuple[Tenant, Tenant]) -> None:
    file = store(material.upload(material.PDF, "a.pdf"))
    subject = Party(kind="post", name="办件", tenant=tenants[0])
    with tenant_transaction([tenants[0].id], durable=False):
        ctx = Context(staff(tenants[0]))
        attach(ctx, file, subject)
        subject.case_id = 77  # type: ignore[attr-defined] # the case is often started after the attachment
        ctx.insert(subject)
        ctx.flush()
        assert files_of(subject).get().case_id == 77


def test_a_tenant_admitted_to_the_case_reads_its_files_and_no_others(
    tenants: tuple[Tenant, Tenant], rule: dict[str, Access]
) -> None:
    """A unit of another congress works on the case: row-level security lets it in by the case's parties."""
    here, there = tenants
    definition = apps.get_model("kernel_flow", "FlowDefinition")(key="test", version=1, title="流程", graph={})
    definition.save()
    party_case = apps.get_model("kernel_flow", "Case")(
        tenant=here, definition=definition, subject_type="x", subject_id=1, title="x", started_at=clock.now()
    )
    party_case.root = party_case
    with tenant_transaction([here.id], durable=False):
        party_case.save(force_insert=True)
        admitted, other = (store(material.upload(material.PDF, "a.pdf")) for _ in range(2))
        subject = Party(kind="post", name="办件", tenant=here)
        subject.case_id = party_case.pk  # type: ignore[attr-defined]
        ctx = Context(staff(here))
        ctx.insert(subject, loose := Party(kind="post", name="另一件", tenant=here))
        attach(ctx, admitted, subject)
        attach(ctx, other, loose)
        ctx.flush()
    with tenant_transaction([there.id], durable=False):
        assert not StoredFile.objects.exists()
    with tenant_transaction([here.id], durable=False):
        apps.get_model("kernel_flow", "CaseParty")(case=party_case, tenant=there).save(force_insert=True)
    with tenant_transaction([there.id], durable=False):
        assert list(StoredFile.objects.all()) == [admitted]


def test_staff_read_the_original_and_the_public_a_copy_without_metadata(
    tenants: tuple[Tenant, Tenant], rule: dict[str, Access]
) -> None:
    data = material.picture(size=(3000, 1000), gps=True, turned=True)
    assert b"SECRETCAMERA" in data
    (file,) = give(staff(tenants[0]), tenants[0], material.upload(data, "现场.jpg"))
    rule.update(staff=Access.FULL, reader=Access.PUBLIC)
    reader = Actor("person", "reader", tenants=frozenset([tenants[0].id]))
    assert body(get(staff(tenants[0]), file)) == data
    for name, longest in (("file.download", 2560), ("file.thumb", 480)):
        copy = body(get(reader, file, name))
        assert b"SECRETCAMERA" not in copy
        image = Image.open(BytesIO(copy))
        assert not image.getexif()
        # Turned upright: a landscape picture marked "rotate by 90°" stands.
        assert image.height > image.width
        assert max(image.size) <= longest


def test_a_thumbnail_is_drawn_once(
    tenants: tuple[Tenant, Tenant], rule: dict[str, Access], monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = give(staff(tenants[0]), tenants[0], material.upload(material.picture("PNG"), "a.png"))
    rule["staff"] = Access.FULL
    first = body(get(staff(tenants[0]), file, "file.thumb"))
    monkeypatch.setattr("renda.kernel.files.serving.draw", lambda *_: pytest.fail("drawn twice"))
    assert body(get(staff(tenants[0]), file, "file.thumb")) == first


@pytest.mark.parametrize("name", ["file.download", "file.thumb"])
def test_strangers_get_nothing(tenants: tuple[Tenant, Tenant], rule: dict[str, Access], name: str) -> None:
    (file,) = give(staff(tenants[0]), tenants[0], material.upload(material.picture(), "a.jpg"))
    rule["staff"] = Access.FULL
    colleague = Actor("person", "colleague", tenants=frozenset([tenants[0].id]))
    for stranger in (Actor.public(), colleague, Actor("person", "staff", tenants=frozenset([tenants[1].id]))):
        with pytest.raises(NotFound):
            get(stranger, file, name)


@pytest.mark.parametrize("name", ["file.download", "file.thumb"])
def test_a_browser_that_is_not_signed_in_gets_404(
    tenants: tuple[Tenant, Tenant], rule: dict[str, Access], client: Client, settings: Settings, name: str
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    (file,) = give(staff(tenants[0]), tenants[0], material.upload(material.picture(), "a.jpg"))
    rule["staff"] = Access.FULL
    address = reverse(name, args=[file.pk])
    assert client.get(address).status_code == 404
    assert client.get(address.replace(str(file.pk), "99999999999999999999")).status_code == 404
    assert client.post(address).status_code == 405


def test_without_a_rule_nobody_reads(tenants: tuple[Tenant, Tenant], monkeypatch: pytest.MonkeyPatch) -> None:
    (file,) = give(staff(tenants[0]), tenants[0], material.upload(material.picture(), "a.jpg"))
    monkeypatch.setattr(access, "_rules", {})
    with pytest.raises(NotFound):
        get(staff(tenants[0]), file)


def test_a_document_is_saved_under_its_chinese_name_and_runs_nothing(
    tenants: tuple[Tenant, Tenant], rule: dict[str, Access]
) -> None:
    (file,) = give(staff(tenants[0]), tenants[0], material.upload(material.PDF, '../答复"函.pdf'))
    rule["staff"] = Access.FULL
    response = get(staff(tenants[0]), file)
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E7%AD%94%E5%A4%8D%E5%87%BD.pdf"
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "private" in response["Cache-Control"]
    again = get(staff(tenants[0]), file, if_none_match=response["ETag"])
    assert isinstance(again, HttpResponse)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status", "given"),
    [
        ("bytes=0-3", 206, material.PDF[:4]),
        ("bytes=5-", 206, material.PDF[5:]),
        ("bytes=-6", 206, material.PDF[-6:]),
        ("bytes=9-2", 200, material.PDF),
        ("bytes=99999-", 200, material.PDF),
        ("lines=1-2", 200, material.PDF),
        ("bytes=0-1,4-5", 200, material.PDF),
    ],
)
def test_a_player_may_ask_for_a_part(
    tenants: tuple[Tenant, Tenant], rule: dict[str, Access], asked: str, status: int, given: bytes
) -> None:
    (file,) = give(staff(tenants[0]), tenants[0], material.upload(material.PDF, "a.pdf"))
    rule["staff"] = Access.FULL
    response = get(staff(tenants[0]), file, range=asked)
    assert (response.status_code, body(response), int(response["Content-Length"])) == (status, given, len(given))


def _age(path: Path) -> None:
    old = time.time() - blobs.GRACE - 60
    os.utime(path, (old, old))


def test_content_without_a_row_is_swept_after_a_day(
    tenants: tuple[Tenant, Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    from renda.kernel.files import jobs as file_jobs

    def loose(tenants_in_scope: Any) -> Any:
        return tenant_transaction(tenants_in_scope, durable=False)  # inside the test's own transaction

    monkeypatch.setattr(file_jobs, "tenant_transaction", loose)
    (used,) = give(staff(tenants[1]), tenants[1], material.upload(material.PDF, "a.pdf"))
    orphan, fresh = (store(material.upload(text, "a.txt")) for text in (b"orphan", b"fresh"))
    cut_off = blobs.root() / "incoming" / "cut-off"
    cut_off.write_bytes(b"x")
    for path in (blobs.path_of(used.sha256), blobs.path_of(orphan.sha256), cut_off):
        _age(path)
    jobs.run("files.sweep", timestamp=0)
    assert blobs.path_of(used.sha256).exists()
    assert blobs.path_of(fresh.sha256).exists()
    assert not blobs.path_of(orphan.sha256).exists()
    assert not cut_off.exists()


def test_the_sweeper_spares_what_is_stored_again_meanwhile(db: None) -> None:
    orphan = store(material.upload(b"orphan", "a.txt"))
    path = blobs.path_of(orphan.sha256)
    _age(path)
    (chosen,) = next(blobs.folders())
    store(material.upload(b"orphan", "b.txt"))
    assert blobs.sweep(chosen) is False
    assert path.read_bytes() == b"orphan"
