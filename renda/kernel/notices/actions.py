"""Reading notices, saying how one wants to be told, and sending again what did not go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time

from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.notices import digests, proofs, selectors
from renda.kernel.notices.channels import CHANNELS
from renda.kernel.notices.kinds import KINDS, register_kind
from renda.kernel.notices.models import (
    AddressProof,
    Delivery,
    Notice,
    PersonAddress,
    Preference,
    Subscription,
    Timing,
)
from renda.kernel.notices.policy import RETRY
from renda.kernel.notices.sending import INBOX, send
from renda.kernel.notices.subscriptions import MOST, SUBSCRIPTION_KINDS
from renda.kernel.parties.models import Party

LONGEST_TARGET = 400  # characters, as stored
BIND = "address.bind"  # the purpose of proofs of one's own addresses
CHANNEL = register_kind("notice.channel", "通知渠道变更和测试", is_required=True, is_urgent=True)
DIGEST = register_kind("notice.digest", "每日摘要")


def _person(ctx: Context) -> int:
    if ctx.actor.party_id is None:
        raise Forbidden
    return ctx.actor.party_id


# --- the inbox --------------------------------------------------------------------------------------------------------


@existing("notice.read", title="阅读通知", select=selectors.inbox)
def notice_read(ctx: Context, notice: Notice) -> Notice:
    """Mark a notice as read; a second reading changes nothing."""
    if notice.read_at is None:
        notice.read_at = ctx.now
        notice.read_by_id = ctx.actor.party_id
        ctx.update(notice, "read_at", "read_by")
        ctx.emit(f"party:{notice.party_id}")
    return notice


@new("notice.prefer", title="设置通知方式")
def notice_prefer(
    ctx: Context,
    *,
    wanted: Mapping[str, Mapping[str, bool]],
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    digest_hour: int | None = None,
) -> Party:
    """Say for kinds and channels (``inbox`` or a channel's name) whether they are wanted, and when.

    No quiet hours given: the site's; the same time twice: none. ``digest_hour`` None: no daily digest.

    Raises:
        Forbidden: nobody is signed in.
        Invalid: a kind or a channel that does not exist, the inbox of a kind that a rule needs told, or half a time.
    """
    person = _person(ctx)
    rows = []
    for kind, by_channel in wanted.items():
        for channel, is_wanted in by_channel.items():
            if kind not in KINDS or channel not in (INBOX, *CHANNELS):
                raise Invalid("notice.unknown", "没有这种通知。")
            if channel == INBOX and KINDS[kind].is_required and not is_wanted:
                raise Invalid("notice.required", f"“{KINDS[kind].title}”按规定必须告知，站内通知不能关闭。")
            rows.append(Preference(party_id=person, kind=kind, channel=channel, is_wanted=is_wanted))
    if (quiet_from is None) != (quiet_until is None):
        raise Invalid("notice.quiet", fields={"quiet_until": "请把免打扰的开始和结束时间都填上，或者都留空。"})
    if digest_hour is not None and digest_hour not in digests.HOURS:
        raise Invalid("notice.hour", fields={"digest_hour": "请在所列时间中选择。"})
    # One statement a table, which also settles two presses at once.
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["party", "kind", "channel"], update_fields=["is_wanted"]
    )
    Timing.objects.bulk_create(
        [Timing(party_id=person, quiet_from=quiet_from, quiet_until=quiet_until, digest_hour=digest_hour)],
        update_conflicts=True,
        unique_fields=["party"],
        update_fields=["quiet_from", "quiet_until", "digest_hour"],
    )
    return _party(person)


def _party(person: int) -> Party:
    party: Party = Party.objects.get(pk=person)
    return party


# --- where one is reached ---------------------------------------------------------------------------------------------


@new("address.ask_code", title="获取验证码", private=["address"])
def address_ask_code(ctx: Context, *, channel: str, address: str) -> AddressProof:
    """Send a code to an address that the actor says is hers.

    Raises:
        Forbidden: nobody is signed in.
        Invalid: not an address, or not a channel that sends codes here.
        TooMany: too many codes.
    """
    person = _person(ctx)
    if channel not in CHANNELS:
        raise Invalid("address.channel", "没有这种通知渠道。")
    address = proofs.read_address(channel, address)
    return proofs.issue(ctx, purpose=BIND, channel=channel, address=address, party_id=person)


@new("address.bind", title="绑定接收地址")
def address_bind(ctx: Context, *, proof: int) -> Party:
    """Take a proven address as the actor's own for its channel; it replaces the one before. She is told by it at once.

    Raises:
        Forbidden: nobody is signed in.
        Refused: the proof is spent, too old or somebody else's.
    """
    person = _person(ctx)
    proven = proofs.use(ctx, proof, purpose=BIND, party_id=person)
    PersonAddress.objects.bulk_create(
        [
            PersonAddress(
                party_id=person,
                channel=proven.channel,
                address=proven.address,
                address_key=proven.address_key,
                proven_at=proven.proven_at or ctx.now,
            )
        ],
        update_conflicts=True,
        unique_fields=["party", "channel"],
        update_fields=["address", "address_key", "proven_at"],
    )
    title = CHANNELS[proven.channel].title
    ctx.detail(channel=proven.channel)
    send(ctx, [person], f"您已开通{title}通知", "不是您本人操作的，请立即联系系统管理员。", kind=CHANNEL)
    return _party(person)


@existing("address.unbind", title="解除接收地址", select=selectors.own_addresses)
def address_unbind(ctx: Context, address: PersonAddress) -> None:
    """Do not use an address any more."""
    ctx.detail(channel=address.channel)
    address.delete()


# --- subscriptions and the digest -------------------------------------------------------------------------------------


@new("subscription.add", title="订阅")
def subscription_add(ctx: Context, *, kind: str, target: str) -> Subscription:
    """Hear of what is new about something; a second press changes nothing.

    Raises:
        Forbidden: nobody is signed in.
        Invalid: no such kind, or nothing of this name.
        NotFound: nothing of this name for the actor.
        Refused: too many subscriptions.
    """
    person = _person(ctx)
    if kind not in SUBSCRIPTION_KINDS or len(target) > LONGEST_TARGET:
        raise Invalid("subscription.unknown", "没有这种订阅。")
    title = SUBSCRIPTION_KINDS[kind].describe(ctx.actor, target)[:200]
    mine = Subscription.objects.filter(party_id=person)
    known: Subscription | None = mine.filter(kind=kind, target=target).first()
    if known is not None:
        return known
    if mine.count() >= MOST:
        raise Refused("subscription.too_many", f"最多订阅 {MOST} 项，请先取消不再需要的。")
    added = Subscription(party_id=person, kind=kind, target=target, title=title, created_at=ctx.now, told_until=ctx.now)
    # Two presses at once: the first one's row stays.
    Subscription.objects.bulk_create([added], ignore_conflicts=True)
    stored: Subscription = mine.get(kind=kind, target=target)
    return stored


@existing("subscription.remove", title="取消订阅", select=selectors.own_subscriptions)
def subscription_remove(ctx: Context, subscription: Subscription) -> None:
    """Hear no more of it."""
    ctx.detail(kind=subscription.kind)
    subscription.delete()


@new("notice.digest", title="发送每日摘要", private=["body"])
def notice_digest(ctx: Context, *, person: int, summary: str, body: str, subscriptions: Sequence[int]) -> Party:
    """The machine tells a person what waits for her, once a day. What her subscriptions brought counts as told.

    Raises:
        Forbidden: not the machine.
        Refused: she has today's.
    """
    if ctx.actor.kind != "machine":
        raise Forbidden
    if not digests.mark(person, ctx.now):
        raise Refused("notice.digested", "今天的摘要已经发过。")
    if summary:
        send(ctx, [person], f"每日摘要：{summary}", body, "/notices/digest/", kind=DIGEST)
    Subscription.objects.filter(party_id=person, pk__in=subscriptions).update(told_until=ctx.now)
    return _party(person)


# --- what did not go --------------------------------------------------------------------------------------------------


@existing("delivery.retry", title="重新发送通知", permission=RETRY, select=selectors.deliveries_for)
def delivery_retry(ctx: Context, delivery: Delivery) -> Delivery:
    """Try a dead letter again from the beginning, also in quiet hours.

    Raises:
        Refused: it has not failed.
    """
    if delivery.state != Delivery.State.FAILED:
        raise Refused("delivery.state", "这条通知已经在重新发送。")
    delivery.state, delivery.tries, delivery.next_at = Delivery.State.WAITING, 0, ctx.now
    ctx.update(delivery, "state", "tries", "next_at")
    return delivery


@new("delivery.test", title="测试通知渠道", permission=RETRY)
def delivery_test(ctx: Context) -> Party:
    """Send the administrator herself a notice by every channel that reaches her."""
    person = _person(ctx)
    send(ctx, [person], "通知渠道测试：收到即为正常", url="/notices/deliveries/", kind=CHANNEL)
    return _party(person)
