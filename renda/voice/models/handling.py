"""How a message is handled: assignments to units, what was talked over, decisions of institutions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.privacy.personal import ARCHIVE, STAYS, Kept, Personal
from renda.kernel.tenancy.models import TenantRow


class Assignment(TenantRow):
    """One unit was assigned a message (交办). Sent back, it stays as history and a new one follows.

    Its tenant is the unit's congress, whose office assigned it.
    """

    class Role(models.TextChoices):
        LEAD = "lead", "主办"
        JOINT = "joint", "会办"

    message = models.ForeignKey("voice.Message", models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("congress.Organisation", models.PROTECT, related_name="+")
    role = models.CharField("办理方式", max_length=8, choices=Role)
    note = models.CharField("交办意见", max_length=500, blank=True)
    assigned_at = models.DateTimeField("交办时间")
    assigned_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField("接收时间", null=True, blank=True)
    sent_back_at = models.DateTimeField("退回时间", null=True, blank=True)
    sent_back_reason = models.CharField("退回理由", max_length=500, blank=True)
    proposed_unit = models.ForeignKey("congress.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    # Which unit is responsible is ruled by the government office, not by the congress; here it is written down.
    ruled_by = models.ForeignKey("congress.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    ruling = models.CharField("政府办裁定", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "交办"
        ordering: ClassVar = ["assigned_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "unit"],
                condition=Q(sent_back_at__isnull=True, answered_at__isnull=True),
                name="assignment_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "-assigned_at"], name="assignment_unit")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.unit_id}"


class ContactLog(TenantRow):
    """What was talked over with the constituent or between units (沟通记录)."""

    class Way(models.TextChoices):
        TELEPHONE = "telephone", "电话"
        VISIT = "visit", "上门"
        SITE = "site", "现场查看"
        MEETING = "meeting", "会商"
        JOINT = "joint", "会办意见"
        OTHER = "other", "其他"

    message = models.ForeignKey("voice.Message", models.PROTECT, related_name="contacts")
    way = models.CharField("方式", max_length=10, choices=Way)
    note = models.CharField("内容", max_length=500)
    author = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey("congress.Organisation", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")

    personal: ClassVar = Personal({"note": Kept("记下与留言人的沟通", ARCHIVE, STAYS)}, case="message__case_id")

    class Meta:
        verbose_name = "沟通记录"
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.at:%Y-%m-%d}"


class Decision(TenantRow):
    """An act of the institution on a message: overseeing (督办) with the decision that ordered it."""

    message = models.ForeignKey("voice.Message", models.PROTECT, related_name="decisions")
    organisation = models.ForeignKey("congress.Organisation", models.PROTECT, related_name="+")
    reference = models.CharField("决定文号或会议", max_length=120)
    content = models.CharField("督办要求", max_length=500)
    decided_on = models.DateField("决定日期")
    recorded_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "督办决定"
        ordering: ClassVar = ["recorded_at", "id"]

    def __str__(self) -> str:
        return self.reference
