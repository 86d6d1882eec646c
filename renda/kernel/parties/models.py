"""Parties: whoever can be given work. A person, or a post that persons hold."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.ids import Row
from renda.kernel.privacy.personal import DUTY, ROSTER, Kept, Personal
from renda.kernel.tenancy.models import Tenant


class Party(Row):
    """One possible assignee. No row-level security: parties are read before a scope is known."""

    class Kind(models.TextChoices):
        PERSON = "person", "个人"
        POST = "post", "岗位"

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField("名称", max_length=100)
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)

    personal: ClassVar = Personal({"name": Kept("人员和岗位名册", DUTY, ROSTER)}, title="名册", person="pk")

    def __str__(self) -> str:
        return self.name


class Holding(Row):
    """A person holds a post for a time; rights and the post's tasks come with it and go with it."""

    person = models.ForeignKey(Party, models.PROTECT, related_name="held_posts")
    post = models.ForeignKey(Party, models.PROTECT, related_name="holders")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    personal: ClassVar = Personal(
        {
            "post": Kept("岗位和权限", DUTY, ROSTER),
            "starts_on": Kept("岗位和权限", DUTY, ROSTER),
            "ends_on": Kept("岗位和权限", DUTY, ROSTER),
        },
        title="任职",
        person="person",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "post"], condition=Q(ends_on__isnull=True), name="holding_once")
        ]
        indexes: ClassVar = [models.Index(fields=["post"], name="holding_post")]

    def __str__(self) -> str:
        return f"{self.person_id}@{self.post_id}"

    @classmethod
    def on(cls, day: date) -> models.QuerySet[Holding]:
        """What is held on a day."""
        return cls._default_manager.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
