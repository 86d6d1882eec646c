"""Making and revoking access tokens; their use is noted once a day."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from renda.congress.models import AccessToken, Person
from renda.congress.tokens import new_token, token_hash, valid_tokens
from renda.kernel import clock
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Invalid, NotFound, Refused
from renda.kernel.notices.api import register_kind, send
from renda.kernel.parties import Actor

# For how long a token may be asked for.
DAYS = {7: "7 天", 30: "30 天", 90: "90 天", 365: "1 年"}
MOST_TOKENS = 10
MADE = register_kind("account.token", "账号访问令牌的创建", is_required=True)
_NOT_YOU = "程序可以用它读取您能看到的内容。不是您本人操作的，请立即在“账号与安全”里撤销，并联系安全管理员。"


def own_tokens(actor: Actor) -> QuerySet[AccessToken]:
    """The actor's own that still open, newest first."""
    return valid_tokens().filter(person_id__in=() if actor.party_id is None else (actor.party_id,)).order_by("-made_at")


@new("token.create", title="创建访问令牌")
def token_create(ctx: Context, *, name: str, days: int) -> AccessToken:
    """Make a token for oneself; its ``text`` is known only now.

    Raises:
        Invalid: no name, or another time than those offered.
        Refused: too many already.
    """
    person = Person.objects.filter(party_id=ctx.actor.party_id or 0).first()
    if person is None:
        raise NotFound
    if not name.strip() or len(name.strip()) > 40:
        raise Invalid("token.name", fields={"name": "请写明用途，如“统计大屏”（40 字以内）。"})
    if days not in DAYS:
        raise Invalid("token.days", fields={"days": "请从列出的期限中选择。"})
    if own_tokens(ctx.actor).count() >= MOST_TOKENS:
        raise Refused("token.too_many", f"最多同时有 {MOST_TOKENS} 个访问令牌，请先撤销不用的。")
    text = new_token()
    token = AccessToken(
        person=person,
        name=name.strip(),
        token_hash=token_hash(text),
        made_at=ctx.now,
        expires_at=ctx.now + timedelta(days=days),
    )
    ctx.insert(token)
    token.text = text
    send(ctx, [person.party_id], f"已创建访问令牌：{token.name}", _NOT_YOU, "/account/tokens/", kind=MADE)
    return token


@existing("token.revoke", title="撤销访问令牌", select=own_tokens)
def token_revoke(ctx: Context, token: AccessToken) -> AccessToken:
    """It opens nothing from now on."""
    token.revoked_at = ctx.now
    ctx.update(token, "revoked_at")
    return token


@existing("token.use", title="使用访问令牌", select=own_tokens)
def token_use(ctx: Context, token: AccessToken) -> AccessToken:
    """Note the first use of a day, with the address it came from."""
    token.used_on = clock.today()
    ctx.update(token, "used_on")
    return token
