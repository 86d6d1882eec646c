"""Organisations (机构) and the posts in them. A directory: read across congresses, so without RLS."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.ids import Row


class OrganisationKind(models.TextChoices):
    """Kinds of organisation; names as in the glossary."""

    CONGRESS = "congress", "代表大会"
    STANDING_COMMITTEE = "standing_committee", "常务委员会"
    COUNCIL_OF_CHAIRPERSONS = "council_of_chairpersons", "主任会议"
    SPECIAL_COMMITTEE = "special_committee", "专门委员会"
    WORKING_COMMITTEE = "working_committee", "工作委员会"
    DEPUTIES_WORK_COMMITTEE = "deputies_work_committee", "代表工作委员会"
    BUDGET_WORK_COMMITTEE = "budget_work_committee", "预算工作委员会"
    GENERAL_OFFICE = "general_office", "办公室"
    PRESIDIUM = "presidium", "主席团"
    SUBDISTRICT_COMMITTEE = "subdistrict_committee", "街道工作委员会"
    GOVERNMENT_OFFICE = "government_office", "政府办公室"
    GOVERNMENT_DEPARTMENT = "government_department", "政府部门"
    TOWNSHIP_GOVERNMENT = "township_government", "乡镇人民政府（街道办事处）"
    PARTY_BODY = "party_body", "党委部门"
    COURT = "court", "人民法院"
    PROCURATORATE = "procuratorate", "人民检察院"
    SUPERVISORY_COMMISSION = "supervisory_commission", "监察委员会"
    PUBLIC_UTILITY = "public_utility", "公共服务企业"
    ADMINISTRATION = "administration", "平台管理"


class DepartmentKind(models.TextChoices):
    """What a government department (or utility) looks after; the sorter proposes by it."""

    DEVELOPMENT_REFORM = "development_reform", "发展改革"
    EDUCATION = "education", "教育"
    SCIENCE_INDUSTRY = "science_industry", "科技经信"
    PUBLIC_SECURITY = "public_security", "公安"
    CIVIL_AFFAIRS = "civil_affairs", "民政"
    JUSTICE = "justice", "司法行政"
    FINANCE = "finance", "财政"
    HUMAN_RESOURCES = "human_resources", "人力资源和社会保障"
    NATURAL_RESOURCES = "natural_resources", "自然资源和规划"
    ECOLOGY_ENVIRONMENT = "ecology_environment", "生态环境"
    HOUSING_CONSTRUCTION = "housing_construction", "住房和城乡建设"
    URBAN_MANAGEMENT = "urban_management", "城市管理执法"
    TRANSPORT = "transport", "交通运输"
    WATER = "water", "水利和湖泊"
    AGRICULTURE = "agriculture", "农业农村"
    COMMERCE = "commerce", "商务"
    CULTURE_TOURISM = "culture_tourism", "文化和旅游"
    HEALTH = "health", "卫生健康"
    VETERANS = "veterans", "退役军人事务"
    EMERGENCY = "emergency", "应急管理"
    AUDIT = "audit", "审计"
    MARKET_REGULATION = "market_regulation", "市场监督管理"
    MEDICAL_INSURANCE = "medical_insurance", "医疗保障"
    DATA = "data", "数据"
    PETITION = "petition", "信访"
    FORESTRY = "forestry", "林业"
    POWER_SUPPLY = "power_supply", "供电"
    WATER_SUPPLY = "water_supply", "供水"
    GAS_SUPPLY = "gas_supply", "燃气"
    TELECOMMUNICATION = "telecommunication", "通信"


class PostKind(models.TextChoices):
    """What a post may do is decided by its kind (``policy.py``)."""

    DEPUTY = "deputy", "人大代表"
    STATION_MANAGER = "station_manager", "联络站管理员"
    CASE_OFFICER = "case_officer", "承办人员"
    HANDLER_HEAD = "handler_head", "承办单位负责人"
    ASSIGNER = "assigner", "交办岗"
    VETTER = "vetter", "受理审核岗"
    CLERK = "clerk", "办公室工作人员"
    SUPERVISOR = "supervisor", "督办岗"
    LEADER = "leader", "机关领导"
    CHAIR = "chair", "主任（主席）"
    VICE_CHAIR = "vice_chair", "副主任（副主席）"
    MEMBER = "member", "委员"
    SECRECY_OFFICER = "secrecy_officer", "保密员"
    BUSINESS_ADMINISTRATOR = "business_administrator", "业务管理员"
    SYSTEM_ADMINISTRATOR = "system_administrator", "系统管理员"
    SECURITY_ADMINISTRATOR = "security_administrator", "安全管理员"
    AUDIT_ADMINISTRATOR = "audit_administrator", "审计管理员"


# The three separated administrators (三员): nobody holds two, and none of them holds any other post.
SEPARATED_ADMINISTRATORS = (
    PostKind.SYSTEM_ADMINISTRATOR,
    PostKind.SECURITY_ADMINISTRATOR,
    PostKind.AUDIT_ADMINISTRATOR,
)
# Who must give a second factor: the three, and the business administrator who changes flows and posts.
SECOND_FACTOR_KINDS = (*SEPARATED_ADMINISTRATORS, PostKind.BUSINESS_ADMINISTRATOR)
# Kinds that answer for an organisation: what the flow word ``head`` means, best first.
HEAD_KINDS = (PostKind.HANDLER_HEAD, PostKind.CHAIR, PostKind.LEADER)


class Organisation(Row):
    """A unit of a congress, or one that handles matters (承办单位) at its level."""

    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    place = models.ForeignKey("congress.Place", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField("类别", max_length=30, choices=OrganisationKind)
    department = models.CharField("部门职责", max_length=30, choices=DepartmentKind, blank=True)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=40, blank=True)
    is_handler = models.BooleanField("承办单位", default=False)
    # A branch under vertical management (ecology branch, power supply): a township reaches it through the county.
    is_vertical = models.BooleanField("垂直管理", default=False)
    is_active = models.BooleanField("在用", default=True)
    # Who took over when it was closed.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    is_demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "机构"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                condition=Q(is_active=True),
                name="organisation_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "kind", "department"], name="organisation_kind"),
            models.Index(fields=["parent"], name="organisation_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A post (岗位) in an organisation. It is a party of its own: tasks of the post stay when its holder leaves."""

    party = models.OneToOneField("kernel_parties.Party", models.PROTECT, primary_key=True, related_name="post")
    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    kind = models.CharField("岗位类别", max_length=30, choices=PostKind)
    title = models.CharField("岗位名称", max_length=60)

    class Meta:
        verbose_name = "岗位"
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "title"], name="post_title_once")]
        indexes: ClassVar = [models.Index(fields=["tenant", "kind"], name="post_tenant_kind")]

    def __str__(self) -> str:
        return self.title

    @property
    def id(self) -> int:
        """The party's id."""
        return self.party_id
