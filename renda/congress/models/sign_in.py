"""Signing in: one-use codes and the lock-out. Identity tables, read before a scope is known: no RLS."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.ids import Row
from renda.kernel.privacy.personal import CONSENT, DUTY, Kept, Personal


class SignInCode(Row):
    """A printed code that signs in once. Only its keyed hash is stored."""

    person = models.ForeignKey("congress.Person", models.CASCADE, related_name="sign_in_codes")
    code_hash = models.CharField(max_length=64)
    issued_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("发放时间")
    expires_at = models.DateTimeField("有效期至")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)

    personal: ClassVar = Personal(
        {
            name: Kept("凭码登录", DUTY, "失效七日后", swept_by="congress.forget_old_sign_ins")
            for name in ("issued_at", "expires_at", "used_at", "revoked_at")
        },
        person="person",
    )

    class Meta:
        verbose_name = "一次性登录码"
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "code_hash"], name="sign_in_code_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.issued_at:%Y-%m-%d}"


class AccessToken(Row):
    """A program's key to what its owner may read. Only its keyed hash is stored; it reads and does nothing else."""

    # The token itself, where it has just been made.
    text: str = ""

    person = models.ForeignKey("congress.Person", models.CASCADE, related_name="access_tokens")
    name = models.CharField("用途", max_length=40)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField("创建时间")
    expires_at = models.DateTimeField("有效期至")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    # The last day on which it was used: enough to see that somebody else does.
    used_on = models.DateField("最近使用", null=True, blank=True)

    personal: ClassVar = Personal(
        dict.fromkeys(
            ("name", "made_at", "expires_at", "used_on"),
            Kept("程序凭令牌读取", CONSENT, "失效七日后", swept_by="congress.forget_old_sign_ins"),
        ),
        person="person",
    )

    class Meta:
        verbose_name = "访问令牌"
        indexes: ClassVar = [models.Index(fields=["person", "expires_at"], name="access_token_person")]

    def __str__(self) -> str:
        return self.name


class IdentityLink(Row):
    """Who a person is at the city's own provider (OpenID Connect). Made by herself or an administrator, never by itself."""

    person = models.ForeignKey("congress.Person", models.CASCADE, related_name="identity_links")
    issuer = models.CharField("登录服务", max_length=200)
    subject = models.CharField("账号标识", max_length=255)
    linked_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, related_name="+")
    linked_at = models.DateTimeField("关联时间")

    personal: ClassVar = Personal(
        dict.fromkeys(("issuer", "subject", "linked_at"), Kept("用统一身份登录", CONSENT, "解除关联时")),
        person="person",
    )

    class Meta:
        verbose_name = "统一身份关联"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_link_subject"),
            models.UniqueConstraint(fields=["person", "issuer"], name="identity_link_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.issuer}"


class SignInLock(Row):
    """Failed tries of one account from one address. Keys are keyed hashes: no list of who tried what is kept.

    The lock is on the pair, so a stranger who guesses from elsewhere does not lock the owner out.
    """

    account_key = models.CharField(max_length=64)
    address_key = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField()
    blocked_until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account_key", "address_key"], name="sign_in_lock_pair")
        ]
        indexes: ClassVar = [models.Index(fields=["address_key", "last_failed_at"], name="sign_in_lock_address")]

    def __str__(self) -> str:
        return f"{self.failures}"
