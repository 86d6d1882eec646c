"""Notices: tell parties, inside the action's transaction."""

from renda.kernel.notices.addresses import Address, register_addresses
from renda.kernel.notices.kinds import register_kind
from renda.kernel.notices.models import Notice
from renda.kernel.notices.selectors import inbox, unread_count
from renda.kernel.notices.sending import send, suppress

__all__ = [
    "Address",
    "Notice",
    "inbox",
    "register_addresses",
    "register_kind",
    "send",
    "suppress",
    "unread_count",
]
