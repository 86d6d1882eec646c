"""What many say (共性问题): messages of several places that speak of the same thing. Every voice stays what it was."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.ids import Row
from renda.kernel.tenancy.models import TenantRow


class CommonIssue(Row):
    """One matter that several messages speak of. It spans congresses: its title holds only words that several used."""

    title = models.CharField("问题", max_length=60)
    found_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = "共性问题"

    def __str__(self) -> str:
        return self.title


class IssueVoice(TenantRow):
    """One message's place in a common issue. Taken out by a person, it is never put in again by the machine."""

    issue = models.ForeignKey(CommonIssue, models.CASCADE, related_name="voices")
    message = models.OneToOneField("voice.Message", models.CASCADE, related_name="voice")
    likeness = models.FloatField("相似度")
    taken_out = models.BooleanField("已移出", default=False)
    added_at = models.DateTimeField("归入时间")

    class Meta:
        verbose_name = "共性问题中的留言"
        indexes: ClassVar = [models.Index(fields=["issue"], name="issue_voice_issue")]

    def __str__(self) -> str:
        return f"{self.issue_id}:{self.message_id}"


class IssueFigure(TenantRow):
    """How many messages of one place are voices of an issue, of the last year: counted every night, and when one is taken out."""

    issue = models.ForeignKey(CommonIssue, models.CASCADE, related_name="figures")
    place = models.ForeignKey("congress.Place", models.PROTECT, null=True, related_name="+")
    voices = models.IntegerField("留言")
    open = models.IntegerField("未办结")
    first_at = models.DateTimeField("最早")
    last_at = models.DateTimeField("最近")

    class Meta:
        verbose_name = "共性问题统计"

    def __str__(self) -> str:
        return f"{self.issue_id}:{self.place_id}"
