"""What somebody was told, how she wants to be told, and what is on its way to her by other channels."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from renda.kernel.ids import Row
from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.personal import CONSENT, DUTY, Kept, Personal
from renda.kernel.tenancy.models import TenantRow


class Notice(TenantRow):
    """One notice in one party's inbox; ``tenant`` is that party's. A post's notice is read once for all its holders."""

    party = models.ForeignKey("kernel_parties.Party", models.PROTECT, related_name="+")
    kind = models.CharField("种类", max_length=60)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True, default="")
    # An address inside this house; empty when there is nothing to open.
    url = models.CharField(max_length=200, blank=True, default="")
    subject_type = models.CharField(max_length=60, blank=True, default="")
    subject_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True)
    read_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")

    personal: ClassVar = Personal(
        {
            name: Kept("告知办理进展", DUTY, "阅读后一年", swept_by="notices.trim")
            for name in ("title", "body", "created_at", "read_at")
        },
        title="通知",
        person="party",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["party", "-created_at"], name="notice_inbox"),
            models.Index(fields=["party"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class Preference(Row):
    """A person's wish about one kind on one channel; without a row it is wanted. Read by party, in no tenant."""

    party = models.ForeignKey("kernel_parties.Party", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=20)
    is_wanted = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party", "kind", "channel"], name="notice_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.kind} {self.channel}"


class Timing(Row):
    """When a person wants to be told; without a row the site's quiet hours and no digest. Read by party, in no tenant."""

    party = models.OneToOneField("kernel_parties.Party", models.CASCADE, related_name="+")
    # Local times between which only what is urgent goes out; the same twice: no quiet hours; None: the site's.
    quiet_from = models.TimeField("免打扰开始", null=True)
    quiet_until = models.TimeField("免打扰结束", null=True)
    digest_hour = models.PositiveSmallIntegerField("每日摘要时间", null=True, validators=[MaxValueValidator(23)])
    # The local day of the last digest: a job that is late or runs twice sends one a day.
    digested_on = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["digest_hour"], condition=Q(digest_hour__isnull=False), name="timing_digest")
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.quiet_from}-{self.quiet_until}"


class PersonAddress(Row):
    """Where a person is reached by a channel: proven to be hers, closed. Read by party, in no tenant."""

    party = models.ForeignKey("kernel_parties.Party", models.CASCADE, related_name="+")
    channel = models.CharField(max_length=20)
    address = EncryptedTextField(purpose="person.address")
    # A keyed hash of it: who is at an address is found without opening any.
    address_key = models.CharField(max_length=64)
    proven_at = models.DateTimeField("验证时间")

    personal: ClassVar = Personal(
        {
            "channel": Kept("通知送达", CONSENT, "本人解除绑定时删除；离任停用后一年", swept_by="personal.clear"),
            "address": Kept("通知送达", CONSENT, "本人解除绑定时删除；离任停用后一年", days=365),
            "proven_at": Kept("通知送达", CONSENT, "本人解除绑定时删除；离任停用后一年", swept_by="personal.clear"),
        },
        title="通知地址",
        person="party",
        way="delete",
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["party", "channel"], name="person_address_once")]
        indexes: ClassVar = [models.Index(fields=["address_key"], name="person_address_key")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.channel}"


class AddressProof(Row):
    """Somebody shows that an address is in her hands: by a code that was sent there, or by what a provider says.

    The code is stored as a keyed digest; closed beside it only until it is sent. In no tenant: ``purpose`` may be a
    sign-in, before a scope is known.
    """

    purpose = models.CharField(max_length=40)
    party = models.ForeignKey("kernel_parties.Party", models.CASCADE, null=True, related_name="+")
    channel = models.CharField(max_length=20)
    address = EncryptedTextField(purpose="proof.address")
    # Keyed hashes, for counting: of the address, and of the network address that asked.
    address_key = models.CharField(max_length=64)
    asked_from = models.CharField(max_length=64, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")
    parcel = EncryptedTextField(purpose="proof.code", blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    personal: ClassVar = Personal(
        {
            name: Kept("验证地址是本人的", CONSENT, "两日", swept_by="notices.trim_proofs")
            for name in ("channel", "address", "parcel", "created_at")
        },
        title="地址验证",
        person="party",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["address_key", "-created_at"], name="proof_address"),
            models.Index(fields=["asked_from", "-created_at"], name="proof_asked_from"),
            models.Index(fields=["party", "-created_at"], name="proof_party"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.channel}"


class Delivery(TenantRow):
    """One notice on its way through one channel to one address: the outbox row, written with the notice."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已发送"
        REPEATED = "repeated", "重复未发"
        FAILED = "failed", "发送失败"

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    # Who is reached at the address: she herself, or a holder of the post that was told.
    person = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=20)
    address = EncryptedTextField(purpose="notice.address")
    # A keyed hash of address, title and url: the same call is not made twice within hours.
    same_key = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    # When to try (again); of a row being sent: when its sender counts as dead.
    next_at = models.DateTimeField()
    error = models.CharField(max_length=200, blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    # The provider's own number for it.
    reference = models.CharField(max_length=120, blank=True, default="")

    personal: ClassVar = Personal(
        {
            name: Kept("通知发送", DUTY, "发出后 30 天，失败的 90 天", swept_by="notices.trim")
            for name in ("channel", "address", "state", "sent_at")
        },
        title="通知发送",
        person="person",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(state__in=["waiting", "sending"]), name="delivery_due"),
            models.Index(fields=["same_key", "sent_at"], condition=Q(state="sent"), name="delivery_same"),
            models.Index(fields=["tenant", "-id"], condition=Q(state="failed"), name="delivery_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.notice_id}"


class Subscription(Row):
    """A person wants to hear of what is new about something: a kind that a capability registered, and its target there.

    Read by party, in no tenant; what it brings is found with her rights of that day.
    """

    party = models.ForeignKey("kernel_parties.Party", models.CASCADE, related_name="+")
    kind = models.CharField("种类", max_length=60)
    target = models.CharField(max_length=400)
    title = models.CharField("内容", max_length=200)
    created_at = models.DateTimeField("订阅时间")
    # What came before was told already.
    told_until = models.DateTimeField()

    personal: ClassVar = Personal(
        {"title": Kept("按订阅告知", CONSENT, "本人取消时删除")}, title="订阅", person="party"
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["party", "kind", "target"], name="subscription_once")]

    def __str__(self) -> str:
        return self.title
