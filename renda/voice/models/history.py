"""Former messages (历史留言): what people had said before this platform, brought in from a spreadsheet.

They are rows of their own, not messages: nobody here vetted, assigned or answered them, so they have no case, no clock,
no receipt and stand in no figure; and an import can be taken back as a whole.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.personal import ARCHIVE, DUTY, STAYS, Kept, Personal
from renda.kernel.tenancy.models import TenantRow
from renda.voice.models.messages import Solved


class MessageImport(TenantRow):
    """One spreadsheet of former messages, from its preview to its end."""

    class State(models.TextChoices):
        PREVIEW = "preview", "待确认"
        RUNNING = "running", "导入中"
        DONE = "done", "已导入"
        TAKEN_BACK = "taken_back", "已撤回"

    name = models.CharField("文件名", max_length=120)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PREVIEW)
    # The file's column titles by what they were taken for, and those that were taken for nothing.
    columns = models.JSONField("对应的列", default=dict)
    unused = models.JSONField("未使用的列", default=list)
    total = models.IntegerField("行数", default=0)
    wrong = models.IntegerField("有误", default=0)
    done = models.IntegerField("已导入", default=0)
    uploaded_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "历史留言导入"
        indexes: ClassVar = [models.Index(fields=["tenant", "-uploaded_at"], name="message_import_time")]

    def __str__(self) -> str:
        return self.name

    @property
    def good(self) -> int:
        """How many rows are without an error."""
        return self.total - self.wrong

    @property
    def state_key(self) -> str:
        """The key of its state in the screen's words."""
        return f"import.{self.state}"


class ImportedRow(TenantRow):
    """One row of the file that waits to be brought in, or is wrong; gone once it is brought in."""

    source = models.ForeignKey(MessageImport, models.CASCADE, related_name="rows")
    number = models.IntegerField("行号")
    # What was typed, by column, as JSON: closed, because it holds names and telephone numbers.
    values = EncryptedTextField("内容", purpose="message.import")
    # [column title, what is wrong] pairs.
    errors = models.JSONField("错误", default=list)
    notes = models.JSONField("提示", default=list)

    personal: ClassVar = Personal({"values": Kept("核对后导入", DUTY, "导入时，最迟 30 天", swept_by="voice.trim")})

    class Meta:
        verbose_name = "待导入的行"
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "number"], name="imported_row_once")]

    def __str__(self) -> str:
        return str(self.number)


class PastMessage(TenantRow):
    """One former message with its answer, as the old list tells it."""

    source = models.ForeignKey(MessageImport, models.PROTECT, related_name="messages")
    number = models.CharField("原编号", max_length=40, blank=True)
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("内容", max_length=5000)
    # Of text and day, keyed by the congress: the same message is not brought in twice.
    digest = models.CharField(max_length=64)
    came_at = models.DateTimeField("来信时间")
    category = models.CharField("类别", max_length=20, blank=True)
    place = models.ForeignKey("congress.Place", models.PROTECT, null=True, blank=True, related_name="+")
    place_text = models.CharField("地点", max_length=120, blank=True)
    deputy = models.ForeignKey("congress.Person", models.PROTECT, null=True, blank=True, related_name="+")
    deputy_name = models.CharField("代表", max_length=60, blank=True)
    unit = models.ForeignKey("congress.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    unit_name = models.CharField("承办单位", max_length=100, blank=True)
    contact_name = EncryptedTextField("姓名", purpose="message.contact", blank=True, default="")
    contact_phone = EncryptedTextField("联系电话", purpose="message.contact", blank=True, default="")
    answer = models.TextField("答复", max_length=5000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    solved = models.CharField("解决情况", max_length=12, choices=Solved, blank=True)
    # It was taken up again: the message that was registered from it. An import with such a row stays.
    followed_by = models.ForeignKey("voice.Message", models.PROTECT, null=True, blank=True, related_name="+")

    # A year, as of a message that has ended: so long it may have to be taken up again.
    personal: ClassVar = Personal(
        {
            "subject": Kept("查考", ARCHIVE, STAYS),
            "body": Kept("查考", ARCHIVE, STAYS),
            "place_text": Kept("查考", ARCHIVE, STAYS),
            **dict.fromkeys(
                ("contact_name", "contact_phone"),
                Kept("重新办理时联系", DUTY, "导入后一年", days=365, since="source__finished_at"),
            ),
        },
        case="followed_by__case_id",
    )

    class Meta:
        verbose_name = "历史留言"
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-came_at"], name="past_message_time"),
            models.Index(fields=["deputy", "-came_at"], name="past_message_deputy"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "digest"], name="past_message_once"),
            models.UniqueConstraint(fields=["tenant", "number"], condition=~Q(number=""), name="past_number_once"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def searched_text(self) -> str:
        """What the search reads of it."""
        return f"{self.subject}\n{self.body}\n{self.place_text}\n{self.answer}"

    @property
    def state_key(self) -> str:
        """The key of its state in the screen's words."""
        return "past.answered" if self.answer else "past.unanswered"
