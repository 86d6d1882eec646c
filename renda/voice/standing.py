"""A message keeps where its case stands, and whoever has it next is told."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Length

from renda.kernel.actions.api import Context
from renda.kernel.exchange.api import publish
from renda.kernel.flow.following import Standing
from renda.kernel.notices.api import register_kind, send
from renda.kernel.privacy.api import clean_text
from renda.voice.models import Joiner, Message, Publication, Stage

ARRIVED = register_kind("message.arrived", "新到事项", is_required=True)
DUE = register_kind("message.due", "临期和超期提醒", is_required=True)
URGED = register_kind("message.urged", "催办", is_required=True)

# The kind of copy that the writer of a message sees in the public zone.
RECEIPT = "receipt"
# What everybody may read of it, and the photos that go with that.
PUBLIC, PHOTO = "message", "photo"

_STAGES = frozenset(Stage.values)
_ENDS = {"concluded": Stage.CONCLUDED, "redirected": Stage.REDIRECTED}
# Who gets a new message sees it in the to-do list at once; a notice each would only be noise.
_QUIET = {Stage.VET}
_WORDS = {"due_soon": "即将到期", "overdue": "已超期"}


def address(message: Message) -> str:
    """The message's inner page."""
    return f"/messages/{message.pk}/"


def tell(
    ctx: Context, message: Message, parties: Iterable[int], what: str, note: str = "", *, kind: str = ARRIVED
) -> None:
    """Tell parties what has come about; the notice leads to the message."""
    send(ctx, parties, f"{what}：{message.subject}", clean_text(note), address(message), kind=kind, subject=message)


def stand(ctx: Context, message: Message, standing: Standing) -> None:
    """Keep the stage and the present handler's due moment; tell whose work it has become, or is running late."""
    before, known = message.stage, (message.stage, message.due_at, message.concluded_at)
    if standing.state == "running":
        message.stage = next((Stage(node) for node in standing.nodes if node in _STAGES), Stage(before))
    else:
        message.stage = _ENDS.get(standing.outcome, Stage.TERMINATED)
        message.concluded_at = standing.moment
    message.due_at = standing.due_at
    publish(ctx, RECEIPT, message.receipt_number)
    if message.accepted_at is not None:
        # Its public copy, and the receipts of those who joined it.
        publish(ctx, PUBLIC, message.pk)
        publish(ctx, RECEIPT, f"message:{message.pk}")
    if known != (message.stage, message.due_at, message.concluded_at):
        ctx.update(message, "stage", "due_at", "concluded_at")
    if message.stage == Stage.RATING != before and message.may_publish:
        _tell_reviewer(ctx, message)
    if word := _WORDS.get(standing.move):
        tell(ctx, message, standing.assignees, word, kind=DUE)
    elif message.stage != before and standing.assignees and message.stage not in _QUIET:
        tell(ctx, message, standing.assignees, Stage(message.stage).label)


def _tell_reviewer(ctx: Context, message: Message) -> None:
    """Whoever made it public hears of the answer: it is to be reviewed, and told to those who joined and left a number."""
    public = Publication.objects.filter(message=message, is_public=True).first()
    if public is None or public.reviewed_by_id is None:
        return
    reachable = Joiner.objects.annotate(length=Length("contact_phone")).filter(message=message, length__gt=0).count()
    note = f"{reachable} 位共同反映人留了电话，请告知答复。" if reachable else ""
    tell(ctx, message, [public.reviewed_by_id], "公开的留言有了新答复，请审核公开", note)
