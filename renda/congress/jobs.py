"""Housekeeping of sign-in."""

from __future__ import annotations

from django.core.management import call_command

from renda.congress.actions.sign_in import forget_old
from renda.kernel.jobs import job


@job("congress.forget_old_sign_ins", every="41 3 * * *")
def forget_old_sign_ins(timestamp: int) -> None:
    """Delete locks and codes that are over, and expired sessions."""
    forget_old()
    call_command("clearsessions")
