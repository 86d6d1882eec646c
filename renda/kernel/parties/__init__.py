from renda.kernel.parties.actor import Actor, HeldPost
from renda.kernel.parties.resolve import register_resolver, resolve

__all__ = ["Actor", "HeldPost", "register_resolver", "resolve"]
