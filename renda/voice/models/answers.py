"""Answers, and what people say of them. Answered, solved and satisfied are three separate facts."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from renda.kernel.privacy.personal import ARCHIVE, STAYS, Kept, Personal
from renda.kernel.tenancy.models import TenantRow
from renda.voice.words import Satisfaction


class Verdict(models.TextChoices):
    """What the station makes of a "not satisfied"."""

    REDO = "redo", "重办"
    EXPLAINED = "explained", "已说明"
    NOTHING_NEW = "nothing_new", "无新诉求"


class Answer(TenantRow):
    """One answer: of the deputy, the station, or a unit. A later one does not replace it, it follows it."""

    class By(models.TextChoices):
        DEPUTY = "deputy", "代表答复"
        STATION = "station", "联络站答复"
        UNIT = "unit", "承办单位答复"

    message = models.ForeignKey("voice.Message", models.PROTECT, related_name="answers")
    by = models.CharField(max_length=8, choices=By)
    author = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey("congress.Organisation", models.PROTECT, null=True, related_name="+")
    body = models.TextField("答复内容", max_length=5000)
    solved = models.CharField("解决情况", max_length=12)
    promised_on = models.DateField("承诺完成日期", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间")

    personal: ClassVar = Personal({"body": Kept("答复留言人", ARCHIVE, STAYS)}, case="message__case_id")

    class Meta:
        verbose_name = "答复"
        ordering: ClassVar = ["answered_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_by_display()} {self.answered_at:%Y-%m-%d}"


class Rating(TenantRow):
    """What a constituent or the deputy says, of the process and of the result apart."""

    class By(models.TextChoices):
        CONSTITUENT = "constituent", "群众评价"
        DEPUTY = "deputy", "代表评价"

    message = models.ForeignKey("voice.Message", models.PROTECT, related_name="ratings")
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="ratings")
    by = models.CharField(max_length=12, choices=By)
    process = models.CharField("办理过程", max_length=12, choices=Satisfaction)
    result = models.CharField("办理结果", max_length=12, choices=Satisfaction)
    comment = models.CharField("说明", max_length=500, blank=True)
    # A clerk may write down what was said on the telephone.
    recorded_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    rated_at = models.DateTimeField("评价时间")
    verdict = models.CharField("研判", max_length=12, choices=Verdict, blank=True)
    verdict_note = models.CharField("研判说明", max_length=500, blank=True)
    verdict_at = models.DateTimeField("研判时间", null=True, blank=True)

    personal: ClassVar = Personal(
        {
            "process": Kept("改进办理", ARCHIVE, STAYS),
            "result": Kept("改进办理", ARCHIVE, STAYS),
            "comment": Kept("改进办理", ARCHIVE, STAYS),
        },
        case="message__case_id",
    )

    class Meta:
        verbose_name = "评价"
        constraints: ClassVar = [
            # One answer is rated once by each side; a second press changes nothing.
            models.UniqueConstraint(fields=["answer", "by"], name="rating_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_by_display()} {self.get_result_display()}"

    @property
    def is_dissatisfied(self) -> bool:
        return Satisfaction.DISSATISFIED in (self.process, self.result)

    @classmethod
    def latest(cls, message_id: int) -> Self | None:
        """The constituent's last rating of a message."""
        found: Self | None = (
            cls.objects.filter(message_id=message_id, by=cls.By.CONSTITUENT).order_by("-rated_at", "-id").first()
        )
        return found
