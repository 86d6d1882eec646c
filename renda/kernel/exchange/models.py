"""What came in, what is published, and what waits to be published anew. Not of any congress, so without row-level security;
the selectors are the only door.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from renda.kernel.ids import Row


class Received(Row):
    """A package from the public zone. Its body stays sealed, and is forgotten once the package is handled."""

    class State(models.TextChoices):
        WAITING = "waiting", "待登记"
        DONE = "done", "已登记"
        QUARANTINED = "quarantined", "已隔离"
        DROPPED = "dropped", "已销毁"

    key = models.CharField("包号", max_length=100, unique=True)
    kind = models.CharField("种类", max_length=40)
    made_at = models.DateTimeField("发出时间")
    received_at = models.DateTimeField("收到时间")
    body = models.BinaryField()
    signature = models.BinaryField()
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    reason = models.CharField("原因", max_length=300, blank=True)
    # A person has decided that it goes through although it carries a mark of secrecy.
    is_released = models.BooleanField("已放行", default=False)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    settled_at = models.DateTimeField("办结时间", null=True, blank=True)

    class Meta:
        verbose_name = "公众区来件"
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="received_waiting"),
            models.Index(fields=["-received_at"], condition=Q(state="quarantined"), name="received_quarantined"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class PublishedCopy(Row):
    """One copy as the public zone has it, or had it until it was withdrawn."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    # From one sequence, in the order of commits: what changed since a version is what the other machine lacks.
    version = models.BigIntegerField()
    made_at = models.DateTimeField()
    body = models.JSONField(default=dict)
    terms = ArrayField(models.CharField(max_length=120), default=list)
    words = models.CharField(max_length=400, blank=True)
    sort = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64)
    signature = models.BinaryField()
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        verbose_name = "公开副本"
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "key"], name="published_copy_once")]
        indexes: ClassVar = [models.Index(fields=["version"], name="published_copy_version")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Mark(Row):
    """A copy to be made anew; key ``*``: every copy of the kind. Written in the transaction of what changed it."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Shipment(Row):
    """A numbered file between the two machines. ``upto``: the last version in it (outward)."""

    direction = models.CharField(max_length=3)
    number = models.BigIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    since = models.BigIntegerField(default=0)
    upto = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["direction", "number"], name="shipment_once")]

    def __str__(self) -> str:
        return f"{self.direction} {self.number}"
