"""What becomes of a package that could not be registered."""

from __future__ import annotations

from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Invalid
from renda.kernel.exchange.models import Received
from renda.kernel.exchange.policy import MEND
from renda.kernel.exchange.selectors import quarantined_for
from renda.kernel.privacy.api import clean_text

State = Received.State


@existing("exchange.retry", title="重新登记公众区来件", permission=MEND, select=quarantined_for)
def exchange_retry(ctx: Context, package: Received) -> Received:
    """What was in its way is gone (a code is open again, a fault is mended): it is handled once more."""
    package.state, package.tries = State.WAITING, 0
    ctx.update(package, "state", "tries")
    return package


@existing("exchange.drop", title="销毁公众区来件", permission=MEND, select=quarantined_for)
def exchange_drop(ctx: Context, package: Received, *, reason: str) -> Received:
    """It shall not be registered; its content is destroyed, that it was here stays.

    Raises:
        Invalid: no reason.
    """
    reason = clean_text(reason, one_line=True)
    if not reason or len(reason) > 200:
        raise Invalid("exchange.reason", fields={"reason": "请写明理由，不超过 200 个字。"})
    package.state, package.body, package.settled_at = State.DROPPED, b"", ctx.now
    package.reason = f"{package.reason} 销毁理由：{reason}"[:300]
    ctx.update(package, "state", "body", "settled_at", "reason")
    Received.objects.filter(key__startswith=f"{package.key}:").update(state=State.DROPPED, body=b"", settled_at=ctx.now)
    return package
