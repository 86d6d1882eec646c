"""Writing the demo city, and the printed sign-ins of one person of each role."""

from __future__ import annotations

from collections.abc import Mapping

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password

from renda.congress import publishing
from renda.congress.building import Builder
from renda.congress.models import Person
from renda.kernel.actions.api import Context, new
from renda.kernel.exchange.api import publish
from renda.kernel.privacy.api import encrypt


@new("demo.build", title="建立演示城市", permission="demo.build", private=["builder"])
def demo_build(ctx: Context, *, builder: Builder) -> dict[str, int]:
    """Store everything that the builder has collected; rows by table."""
    stored = builder.store()
    for kind in (publishing.PLACE, publishing.DEPUTY, publishing.STATION, publishing.CODE, publishing.MAP):
        publish(ctx, kind)
    ctx.detail(rows=sum(stored.values()))
    return stored


@new("demo.sign_ins", title="生成演示登录凭证", permission="demo.build", private=["chosen"])
def demo_sign_ins(ctx: Context, *, chosen: Mapping[int, tuple[str, str, str]]) -> int:
    """Give demo people a user name, a password and (administrators) a TOTP secret; how many were given.

    ``chosen`` maps a person to the three; an empty secret means none. Only demo accounts are touched.
    """
    people = list(Person.objects.select_for_update(of=("self",)).filter(party_id__in=chosen, is_demo=True))
    for person in people:
        person.user_name, password, _ = chosen[person.party_id]
        person.password = make_password(password)
        ctx.update(person, "user_name", "password")
    Authenticator.objects.filter(user__in=people).delete()
    Authenticator.objects.bulk_create(
        Authenticator(user=person, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret, purpose=MFA)})
        for person in people
        if (secret := chosen[person.party_id][2])
    )
    ctx.detail(people=[person.party_id for person in people])
    return len(people)


# What the second factor's secret is closed for; the MFA adapter opens it.
MFA = "mfa.secret"
