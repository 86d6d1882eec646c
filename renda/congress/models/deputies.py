"""Electoral districts, delegations, groups and the mandates that make a person a deputy."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.privacy.personal import DUTY, ROSTER, Kept, Personal
from renda.kernel.tenancy.models import TenantRow


class DeputyLevel(models.TextChoices):
    """The five levels of deputies."""

    NATIONAL = "national", "全国"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡级"


class ElectoralDistrict(TenantRow):
    """Where deputies are elected: a district (选区, direct election) or an electing unit (选举单位, indirect).

    It is not bound to a term: wall codes name it, mandates of each term point at it.
    Direct: county and township (选举法 2020 第三条); indirect: the congress below elects the one above.
    """

    class Kind(models.TextChoices):
        DISTRICT = "district", "选区"
        UNIT = "unit", "选举单位"

    kind = models.CharField("类别", max_length=10, choices=Kind)
    level = models.CharField("层级", max_length=10, choices=DeputyLevel)
    number = models.PositiveSmallIntegerField("编号")
    name = models.CharField("名称", max_length=60)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "选区（选举单位）"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "level", "number"], name="electoral_district_number")
        ]

    def __str__(self) -> str:
        return self.name


class DistrictPlace(TenantRow):
    """A place that a district covers, wholly or in part."""

    district = models.ForeignKey(ElectoralDistrict, models.CASCADE, related_name="coverage")
    place = models.ForeignKey("congress.Place", models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "place"], name="district_place_once")]

    def __str__(self) -> str:
        return f"{self.district_id}:{self.place_id}"


class Delegation(TenantRow):
    """Deputies of a term grouped for the meetings of the congress (代表团)."""

    term = models.ForeignKey("congress.Term", models.PROTECT, related_name="delegations")
    name = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = "代表团"
        constraints: ClassVar = [models.UniqueConstraint(fields=["term", "name"], name="delegation_once")]

    def __str__(self) -> str:
        return self.name


class DeputyGroup(TenantRow):
    """Deputies who work together between meetings (代表小组), by place or by subject."""

    term = models.ForeignKey("congress.Term", models.PROTECT, related_name="groups")
    name = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = "代表小组"
        constraints: ClassVar = [models.UniqueConstraint(fields=["term", "name"], name="deputy_group_once")]

    def __str__(self) -> str:
        return self.name


class Mandate(TenantRow):
    """A person's seat in a congress for a term. Its tenant is the congress that serves the deputy here.

    National and provincial deputies are contacted and served by the city, not managed: ``managed_by`` is empty, so
    they have no dossier and no assessment here; ``reference_number`` is that of their own system.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", "在任"
        FROZEN = "frozen", "暂停执行职务"
        RESIGNED = "resigned", "已辞职"
        RECALLED = "recalled", "已罢免"
        TERMINATED = "terminated", "资格终止"
        ENDED = "ended", "任期届满"

    person = models.ForeignKey("congress.Person", models.PROTECT, related_name="mandates")
    level = models.CharField("层级", max_length=10, choices=DeputyLevel)
    # "湖北省第十四届人民代表大会" for bodies above; for our own congresses the term says it.
    body_name = models.CharField("所属人大", max_length=80)
    term = models.ForeignKey("congress.Term", models.PROTECT, null=True, blank=True, related_name="mandates")
    district = models.ForeignKey(
        ElectoralDistrict,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mandates",
    )
    delegation = models.ForeignKey(Delegation, models.PROTECT, null=True, blank=True, related_name="mandates")
    group = models.ForeignKey(DeputyGroup, models.PROTECT, null=True, blank=True, related_name="mandates")
    managed_by = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, null=True, blank=True, related_name="+")
    reference_number = models.CharField("代表证号", max_length=40, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ACTIVE)
    # Bodies above agree to a public page and code only through the deputy.
    is_public = models.BooleanField("公开联系", default=True)
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束", null=True, blank=True)

    personal: ClassVar = Personal(
        {
            name: Kept("代表名册", DUTY, ROSTER)
            for name in ("level", "body_name", "reference_number", "status", "starts_on", "ends_on")
        },
        person="person",
    )

    class Meta:
        verbose_name = "代表职务"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "level", "tenant"],
                condition=Q(ends_on__isnull=True),
                name="mandate_once",
            ),
            models.CheckConstraint(
                condition=Q(managed_by__isnull=True) | ~Q(level__in=["national", "province"]),
                name="mandate_above_not_managed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "level", "status"], name="mandate_tenant_level"),
            models.Index(fields=["district"], name="mandate_district"),
        ]

    def __str__(self) -> str:
        return f"{self.body_name}代表"

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE and self.ends_on is None


class MandateChange(TenantRow):
    """One turn in the life of a mandate, as decided elsewhere and recorded here: on what ground, by which decision.

    ``ground`` is a key of ``congress.grounds``, where law and article stand.
    """

    class Kind(models.TextChoices):
        BEGIN = "begin", "任职"
        SUSPEND = "suspend", "暂停执行代表职务"
        RESTORE = "restore", "恢复执行代表职务"
        END = "end", "终止代表职务"

    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="changes")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    ground = models.CharField("法定情形", max_length=30)
    day = models.DateField("日期")
    # "某年某月某日区人大常委会第几次会议决定": what a reader can look up on paper.
    decision = models.CharField("依据", max_length=200)
    recorded_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "代表职务变动"
        indexes: ClassVar = [models.Index(fields=["mandate", "day"], name="mandate_change")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"
