"""The sorter: which category, place, unit a constituent's message belongs to, and whether it is at the right door.

Everything here proposes and gives its reasons; a person decides. Pure Python and numpy, offline, deterministic.
"""

from .categories import categories, first_level
from .classify import Verdict, classify

__all__ = ["Verdict", "categories", "classify", "first_level"]
