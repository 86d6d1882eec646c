"""Ways out of the house: a flat folder of equals. One file a provider, all of one shape; a new one is a new file and a
name in ``PROVIDERS``.

A *channel* is what a person chooses (短信); a *provider* is who carries it (阿里云). A channel with two providers goes by
the second when the first one is away. The inbox is no channel: every notice is there, the channels only call people to
it. So a channel carries a title and an address of this house, never the notice's body.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Literal, Protocol, cast

from django.conf import settings
from django.utils import timezone

CODE_MINUTES = 10  # how long a one-use code is valid


@dataclass(frozen=True)
class Message:
    """What a provider carries: a notice's title and where it leads, or (``code``) a one-use code and nothing else.

    ``key`` is the delivery's id, the same at every try; so is ``at``, when the notice was made.
    """

    key: int
    title: str
    at: datetime
    url: str = ""
    code: str = ""

    @property
    def link(self) -> str:
        """The whole address that the message leads to; the inbox when the notice leads nowhere."""
        return settings.RENDA_PUBLIC_URL.rstrip("/") + (self.url or "/notices/")

    @property
    def time(self) -> str:
        """``2024年9月3日 14:05``, local."""
        local = timezone.localtime(self.at)
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


@dataclass(frozen=True)
class Receipt:
    """It was taken; ``reference`` is the provider's own number for it, for asking back."""

    reference: str = ""


class DeliveryError(Exception):
    """It did not go. The text is for the system administrator and names no address, no code and no secret."""


class Rejected(DeliveryError):
    """An address that will never take it; trying again is no use."""


class Delayed(DeliveryError):
    """It did not go now; a later try may."""


class Unavailable(Delayed):
    """The provider as a whole takes nothing now: away, too busy for us, or set up wrongly."""


class Provider(Protocol):
    """The shape of a provider's module."""

    CHANNEL: str
    TITLE: str

    def is_on(self) -> bool:
        """Whether this site has set it up."""
        ...

    def deliver(self, address: str, message: Message) -> Receipt:
        """Send one message.

        Raises:
            Rejected: never to this address.
            Unavailable: nothing goes by this provider now.
            Delayed: not now.
        """
        ...


@dataclass(frozen=True)
class Channel:
    """What people know of a way out. ``proof``: how an address is shown to be somebody's own.

    ``code``: a code that is sent there; ``phone``: the provider knows who has her proven phone; ``browser``: the
    provider's own page says who is in front of it.
    """

    title: str
    address: str
    proof: Literal["code", "phone", "browser"]


CHANNELS: dict[str, Channel] = {
    "email": Channel("电子邮件", "邮箱", "code"),
    "sms": Channel("短信", "手机号码", "code"),
    "wechat": Channel("微信", "微信号", "browser"),
    "wecom": Channel("企业微信", "企业微信账号", "phone"),
    "dingtalk": Channel("钉钉", "钉钉账号", "phone"),
}
# In the order in which a channel's providers are tried.
PROVIDERS = ("email", "aliyun_sms", "tencent_sms", "wechat", "wecom", "dingtalk")


def provider(name: str) -> Provider:
    """The provider's module."""
    return cast(Provider, import_module(f"{__name__}.{name}"))


def providers_on(channel: str) -> list[Provider]:
    """The providers of a channel that this site has set up."""
    return [each for each in map(provider, PROVIDERS) if channel == each.CHANNEL and each.is_on()]


def channels_on() -> list[str]:
    """The channels that have a provider here."""
    carried = {each.CHANNEL for each in map(provider, PROVIDERS) if each.is_on()}
    return [name for name in CHANNELS if name in carried]


def shortened(text: str, longest: int) -> str:
    """``text`` in at most so many characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
