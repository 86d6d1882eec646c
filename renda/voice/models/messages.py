"""A constituent's message to a deputy or a station (码上见代表 留言)."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.personal import ARCHIVE, CONSENT, STAYS, Kept, Personal
from renda.kernel.tenancy.models import TenantRow

if TYPE_CHECKING:
    from renda.congress.api import Organisation
    from renda.voice.models.handling import Assignment


class Channel(models.TextChoices):
    """How the word came in."""

    CODE = "code", "扫码留言"
    DESK = "desk", "来访登记"
    TELEPHONE = "telephone", "来电登记"
    PAPER = "paper", "来信登记"
    REPLAY = "replay", "历史导入"


# A clerk types in what came by these ways, and tells the receipt number on.
BY_A_CLERK = (Channel.DESK, Channel.TELEPHONE, Channel.PAPER)


class Stage(models.TextChoices):
    """Where a message stands: the id of the flow's node, in words that a constituent understands."""

    VET = "vet", "待审核"
    DEPUTY = "deputy", "代表办理中"
    STATION = "station", "联络站处理中"
    OFFICE = "office", "待交办"
    UNIT = "unit", "办理中"
    DELIVER = "deliver", "待代表反馈"
    RATING = "rating", "待评价"
    JUDGE = "judge", "评价研判中"
    PROMISE = "promise", "承诺事项跟踪中"
    CONCLUDED = "concluded", "已办结"
    REDIRECTED = "redirected", "已指引其他渠道"
    TERMINATED = "terminated", "已终止"


class Solved(models.TextChoices):
    """The second of the three axes; the first is whether there is an answer, the third what people say of it."""

    YES = "yes", "已解决"
    ON_THE_SPOT = "on_the_spot", "已就地协调解决"
    IN_PROGRESS = "in_progress", "正在解决（有完成日期）"
    PLANNED = "planned", "列入计划"
    EXPLAINED = "explained", "暂不能解决，已说明原因"


class Door(models.TextChoices):
    """The right door for what a congress may not take in (代表法 2025 第五十九条; practice of the offices)."""

    COURT = "court", "诉讼、仲裁、行政复议事项：人民法院 12368 或原受理机关"
    ACCUSATION = "accusation", "检举控告：纪检监察 12388"
    PETITION = "petition", "已在信访或 12345 办理：向原受理单位查询"
    EMERGENCY = "emergency", "紧急情况：请立即拨打 110、119 或 120"
    ENFORCEMENT = "enforcement", "具体执法司法案件：由承办机关依法处理"
    SECRET = "secret", "疑似涉密内容：本系统不得接收"
    OTHER = "other", "不属于人大代表履职范围"


class Message(TenantRow):
    """One message. Its tenant is the congress that takes it in; other congresses see it as parties of its case."""

    case = models.OneToOneField("kernel_flow.Case", models.PROTECT, related_name="+")
    # Given to the writer at once; random, so that nobody can walk through the numbers.
    receipt_number = models.CharField("受理编号", max_length=14, unique=True)
    # The office's own number, gap-free a year and congress, taken when the message is accepted.
    number = models.CharField("编号", max_length=20, blank=True)
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("内容", max_length=5000)
    channel = models.CharField("来源", max_length=10, choices=Channel, default=Channel.CODE)
    stage = models.CharField("状态", max_length=10, choices=Stage, default=Stage.VET)

    deputy = models.ForeignKey("congress.Person", models.PROTECT, null=True, blank=True, related_name="+")
    station = models.ForeignKey("congress.Station", models.PROTECT, null=True, blank=True, related_name="+")
    place = models.ForeignKey("congress.Place", models.PROTECT, null=True, blank=True, related_name="+")
    place_text = models.CharField("具体地点", max_length=120, blank=True)
    category = models.CharField("类别", max_length=20, blank=True)
    # What the sorter proposed, with its reasons; a person decides.
    proposal = models.JSONField("系统建议", default=dict)

    contact_name = EncryptedTextField("称呼", purpose="message.contact", blank=True, default="")
    contact_phone = EncryptedTextField("联系电话", purpose="message.contact", blank=True, default="")
    may_publish = models.BooleanField("本人同意公开", default=False)
    # About a person (a deputy, an official): it never reaches that person.
    concerns_person = models.BooleanField("反映对象为个人", default=False)
    is_sealed = models.BooleanField("已封存", default=False)
    door = models.CharField("指引渠道", max_length=12, choices=Door, blank=True)

    # The congress whose office assigns it now: the tenant, or the one above after 提请上级交办.
    assigning_tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, null=True, related_name="+")
    lead_unit = models.ForeignKey("congress.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    solved = models.CharField("解决情况", max_length=12, choices=Solved, blank=True)
    promised_on = models.DateField("承诺完成日期", null=True, blank=True)

    submitted_at = models.DateTimeField("提出时间")
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    assigned_at = models.DateTimeField("交办时间", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    concluded_at = models.DateTimeField("办结时间", null=True, blank=True)
    # When the present handler must be done; the marks of due soon and overdue are seen from it.
    due_at = models.DateTimeField("办理时限", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False)

    # A year: the time in which an answer is rated, judged, and done again.
    personal: ClassVar = Personal(
        {
            "receipt_number": Kept("凭编号查询", ARCHIVE, STAYS),
            "subject": Kept("办理和答复", ARCHIVE, STAYS),
            "body": Kept("办理和答复", ARCHIVE, STAYS),
            "place_text": Kept("找到所反映的地点", ARCHIVE, STAYS),
            "contact_name": Kept("核实情况、回访、电话评价", CONSENT, "办结后一年", days=365, since="concluded_at"),
            "contact_phone": Kept("核实情况、回访、电话评价", CONSENT, "办结后一年", days=365, since="concluded_at"),
        },
        case="case_id",
    )

    class Meta:
        verbose_name = "群众留言"
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-submitted_at"], name="message_tenant_time"),
            # The list's order, alone and behind what is chosen most: a page is read off, not sorted.
            models.Index(fields=["-submitted_at", "-id"], name="message_time"),
            models.Index(fields=["stage", "-submitted_at", "-id"], name="message_stage_time"),
            models.Index(fields=["category", "-submitted_at", "-id"], name="message_category_time"),
            models.Index(fields=["concluded_at"], name="message_concluded", condition=Q(concluded_at__isnull=False)),
            models.Index(fields=["tenant", "stage"], name="message_tenant_stage"),
            models.Index(fields=["deputy", "-submitted_at"], name="message_deputy"),
            models.Index(fields=["station", "-submitted_at"], name="message_station"),
            models.Index(fields=["lead_unit", "-submitted_at"], name="message_unit"),
            models.Index(
                fields=["lead_unit", "concluded_at"],
                name="message_unit_concluded",
                condition=Q(concluded_at__isnull=False),
            ),
            models.Index(
                fields=["due_at"], name="message_due", condition=Q(due_at__isnull=False, concluded_at__isnull=True)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "number"], condition=~Q(number=""), name="message_number_once")
        ]

    _joint_units: list[Organisation] | None = None

    def __str__(self) -> str:
        return self.subject

    @property
    def searched_text(self) -> str:
        """What the search reads of it: nothing once it is sealed."""
        return "" if self.is_sealed else f"{self.subject}\n{self.body}\n{self.place_text}"

    @property
    def query_word(self) -> str:
        """The six digits that open the receipt."""
        from renda.voice.receipts import query_word

        return query_word(self.receipt_number)

    @property
    def state_key(self) -> str:
        """The key of its state in the screen's words (``telling.STATES``)."""
        return f"message.{self.stage}"

    def may_have(self, what: str) -> bool:
        """Whether there may be ``photos``, ``contacts``, ``ratings``: what ``selectors.for_page`` has found, else yes."""
        return bool(vars(self).get(f"has_{what}", True))

    def counted(self, what: str) -> int:
        """How many ``joined`` or ``answer_count`` there are, as ``selectors.for_page`` has counted them."""
        return int(vars(self).get(what, 0))

    @property
    def responder(self) -> int | None:
        """Who brings the answer back: the deputy, unless the message is about a person."""
        return None if self.concerns_person else self.deputy_id

    @property
    def station_manager(self) -> int | None:
        """The post that keeps the station."""
        return self.station.manager_id if self.station is not None else None

    @property
    def has_responder(self) -> bool:
        return self.responder is not None

    @property
    def is_assigned(self) -> bool:
        """Whether a unit is responsible: a promise then comes back to it, else to the deputy or the station."""
        return self.lead_unit_id is not None

    @property
    def needs_judgement(self) -> bool:
        """Whether the last rating says "not satisfied": the station then judges it."""
        last = Rating.latest(self.pk)
        return last is not None and last.is_dissatisfied

    @property
    def is_promised(self) -> bool:
        return self.promised_on is not None

    @property
    def promised_at(self) -> datetime | None:
        """The morning of the promised day: then the matter comes back to whoever promised."""
        if self.promised_on is None:
            return None
        return timezone.make_aware(datetime.combine(self.promised_on, time(9)))

    @property
    def running_assignments(self) -> list[Assignment]:
        """Assignments neither answered nor sent back, as the selector for units' actions has read them."""
        running: list[Assignment] = vars(self)["running"]
        return running

    @property
    def joint_units(self) -> list[Organisation]:
        """The joint units of the running assignment (set by the assigning action before they are stored)."""
        if self._joint_units is None:
            running = self.assignments.filter(role="joint", sent_back_at=None).select_related("unit")
            self._joint_units = [assignment.unit for assignment in running]
        return self._joint_units

    @joint_units.setter
    def joint_units(self, units: list[Organisation]) -> None:
        self._joint_units = units


from renda.voice.models.answers import Rating  # noqa: E402 - answers point back at messages
