"""Notices: tell parties, inside the action's transaction; what people are told daily, and where they are reached."""

from renda.kernel.notices.addresses import Address, people_at, register_addresses
from renda.kernel.notices.channels import channels_on
from renda.kernel.notices.digests import Found, Line, Section, register_actors, register_section
from renda.kernel.notices.kinds import register_kind
from renda.kernel.notices.models import AddressProof, Notice
from renda.kernel.notices.proofs import claim as claim_code
from renda.kernel.notices.proofs import issue as issue_code
from renda.kernel.notices.proofs import read_address
from renda.kernel.notices.proofs import use as use_proof
from renda.kernel.notices.selectors import inbox, unread_count
from renda.kernel.notices.sending import send, suppress
from renda.kernel.notices.subscriptions import SubscriptionKind, register_subscription

__all__ = [
    "Address",
    "AddressProof",
    "Found",
    "Line",
    "Notice",
    "Section",
    "SubscriptionKind",
    "channels_on",
    "claim_code",
    "inbox",
    "issue_code",
    "people_at",
    "read_address",
    "register_actors",
    "register_addresses",
    "register_kind",
    "register_section",
    "register_subscription",
    "send",
    "suppress",
    "unread_count",
    "use_proof",
]
