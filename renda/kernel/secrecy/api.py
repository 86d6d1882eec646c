"""What other parts use of it."""

from renda.kernel.secrecy.actions import register_listener
from renda.kernel.secrecy.models import HeldItem
from renda.kernel.secrecy.screening import digest_of, hold, is_released, mark_in, screen
from renda.kernel.secrecy.selectors import register_officers

__all__ = [
    "HeldItem",
    "digest_of",
    "hold",
    "is_released",
    "mark_in",
    "register_listener",
    "register_officers",
    "screen",
]
