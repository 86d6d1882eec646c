"""Looking for marks in what is about to be stored."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError

from renda.kernel.errors import Invalid
from renda.kernel.parties import Actor
from renda.kernel.privacy.api import fingerprint, secret_marks
from renda.kernel.secrecy.actions import secrecy_hold
from renda.kernel.secrecy.models import HeldItem

HELD_BACK = (
    "内容带有密级标志，没有保存，已告知保密员核对。本系统为非涉密系统；确属涉密的请走保密渠道，误判的放行后可重新提交。"
)


def mark_in(texts: Mapping[str, str], names: Mapping[str, str] | None = None) -> tuple[str, str] | None:
    """The first mark found: (field, mark). ``names``: titles and file names, where the bare words count too."""
    for is_title, given in ((False, texts), (True, names or {})):
        for field, text in given.items():
            if marks := secret_marks(text, title=is_title):
                return field, marks[0]
    return None


def digest_of(*parts: str) -> str:
    """By what a thing is known when it comes again."""
    return fingerprint("\x1f".join(parts), purpose="secrecy.holding")


def is_released(digest: str) -> bool:
    """Whether the security officer has let this very thing through."""
    return HeldItem.objects.filter(digest=digest, decision=HeldItem.Decision.RELEASED).exists()


def screen(actor: Actor, source: str, texts: Mapping[str, str], names: Mapping[str, str] | None = None) -> None:
    """Refuse what carries a mark, unless it was released; the security officer is told once.

    Called before the gate, outside every transaction.

    Raises:
        Invalid: at the field that carries the mark.
    """
    found = mark_in(texts, names)
    if found is None:
        return
    everything = {**texts, **(names or {})}
    digest = digest_of(*(everything[field] for field in sorted(everything)))
    if is_released(digest):
        return
    size = sum(len(text.encode()) for text in everything.values())
    hold(actor, name=f"{source}的文字", size=size, source=source, mark=found[1], digest=digest)
    raise Invalid("secrecy.held", fields={found[0]: HELD_BACK})


def hold(
    actor: Actor, *, name: str, size: int, source: str, mark: str, digest: str, package_key: str = ""
) -> HeldItem | None:
    """Hold something back unless it is held already (None then)."""
    tenant_id = actor.posts[0].tenant_id if actor.posts else None
    if HeldItem.objects.filter(digest=digest).exists():
        return None
    try:
        return secrecy_hold(
            actor,
            name=name,
            size=size,
            source=source,
            mark=mark,
            digest=digest,
            tenant_id=tenant_id,
            package_key=package_key,
        )
    except IntegrityError:
        return None  # somebody else has held the same thing at the same moment
