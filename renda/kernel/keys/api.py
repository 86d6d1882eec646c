"""Where closed values are stored, beyond the model fields that are found by themselves."""

from renda.kernel.keys.places import Place, register_place

__all__ = ["Place", "register_place"]
