"""A row says who put which content where; the content lies on disk under its hash."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from renda.kernel.privacy.personal import ARCHIVE, STAYS, Kept, Personal
from renda.kernel.tenancy.models import TenantRow


class StoredFile(TenantRow):
    """One uploaded file of one subject. Private: who may read it, the subject's capability says (``register_access``)."""

    name = models.CharField("文件名", max_length=120)
    media_type = models.CharField(max_length=100)
    kind = models.CharField("种类", max_length=10)  # a name of inspection.kinds
    size = models.BigIntegerField("字节数")
    sha256 = models.CharField(max_length=64)
    # No foreign key: a file may belong to a row of any capability; ids are unique in the whole database.
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    # The case it travels with, so that another congress's unit admitted to the case can read it.
    case_id = models.BigIntegerField(null=True)
    purpose = models.CharField("用途", max_length=30, default="attachment")
    scanned = models.BooleanField("已查毒", default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")

    personal: ClassVar = Personal(
        {
            "name": Kept("作为附件随事项办理", ARCHIVE, STAYS),
            "created_at": Kept("作为附件随事项办理", ARCHIVE, STAYS),
        },
        title="附件",
        case="case_id",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_id"], name="file_subject"),
            models.Index(fields=["sha256"], name="file_sha256"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.media_type.startswith("image/")

    @property
    def url(self) -> str:
        """Where it is read."""
        return reverse("file.download", args=[self.pk])

    @property
    def thumbnail_url(self) -> str:
        """Where a picture's small copy is seen; empty for other files."""
        return reverse("file.thumb", args=[self.pk]) if self.is_image else ""
