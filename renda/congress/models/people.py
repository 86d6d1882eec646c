"""People with an account. Rights never come from here, they come from the posts a person holds."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from renda.kernel import clock
from renda.kernel.privacy.api import mask_email, mask_phone
from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.personal import DUTY, ROSTER, Kept, Personal

# Encrypted columns: opened only where they are asked for.
CLOSED_FIELDS = ("phone", "email")


class PersonManager(BaseUserManager["Person"]):
    """The name is the party's, so it comes along; phone and e-mail are opened only where they are asked for."""

    def get_queryset(self) -> models.QuerySet[Person]:
        return super().get_queryset().select_related("party").defer(*CLOSED_FIELDS)


class Person(AbstractBaseUser):
    """A natural person: deputy, staff, case officer, station manager. Read before a scope is known: no RLS.

    An account without a usable password is asleep: it wakes by an invitation (a one-use code).
    """

    party = models.OneToOneField("kernel_parties.Party", models.PROTECT, primary_key=True, related_name="account")
    user_name = models.CharField("用户名", max_length=40, unique=True)
    # For search: full reading and initials, in Latin letters without tones ("zengxiaoming", "zxm").
    pinyin = models.CharField("拼音", max_length=120, blank=True)
    initials = models.CharField("拼音首字母", max_length=20, blank=True)
    phone = EncryptedTextField("手机号码", purpose="person.phone", blank=True, default="")
    # Where notices follow by e-mail; given by the person herself or the system administrator.
    email = EncryptedTextField("电子邮件", purpose="person.email", blank=True, default="")
    # Work unit and position as published with the list of deputies.
    occupation = models.CharField("工作单位及职务", max_length=120, blank=True)
    expires_on = models.DateField("账号有效期至", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False)

    # ``left.people_left`` says from when the year counts.
    personal: ClassVar = Personal(
        {
            "user_name": Kept("登录", DUTY, ROSTER),
            "pinyin": Kept("按读音查找", DUTY, ROSTER),
            "occupation": Kept("随代表名单公布", DUTY, ROSTER),
            "expires_on": Kept("账号到期停用", DUTY, ROSTER),
            "phone": Kept("会议和办理通知", DUTY, "离任停用后一年", days=365),
            "email": Kept("会议和办理通知", DUTY, "离任停用后一年", days=365),
        },
        person="pk",
    )

    # Nobody's last sign-in is kept: no online time, no log-in ranking.
    last_login = None

    USERNAME_FIELD = "user_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        verbose_name = "人员"
        indexes: ClassVar = [
            models.Index(
                fields=["pinyin"],
                name="person_pinyin",
                opclasses=["varchar_pattern_ops"],
            ),
            models.Index(
                fields=["initials"],
                name="person_initials",
                opclasses=["varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def id(self) -> int:
        """The party's id."""
        return self.party_id

    @property
    def tenant_id(self) -> int | None:
        """The home congress: whose administrators keep this account."""
        return self.party.tenant_id

    @property
    def name(self) -> str:
        return self.party.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # AbstractBaseUser declares a class constant
        """Whether the account may be used today: the party is active and the account has not expired."""
        return self.party.is_active and (self.expires_on is None or self.expires_on >= clock.today())

    @property
    def phone_masked(self) -> str:
        """The phone as lists show it; the full number is revealed by an action that is logged."""
        return mask_phone(self.phone) if self.phone else ""

    @property
    def email_masked(self) -> str:
        """The e-mail address as pages show it to others."""
        return mask_email(self.email) if self.email else ""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used: rights come from posts."""
        return False
