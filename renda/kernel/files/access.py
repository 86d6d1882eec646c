"""Who may read a file is the business of the capability that owns its subject."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from renda.kernel.files.models import StoredFile
from renda.kernel.parties import Actor


class Access(Enum):
    """How much of a file somebody may read."""

    NONE = "none"
    # A picture is drawn anew: smaller, without place, time and camera. Other files as they are.
    PUBLIC = "public"
    FULL = "full"


Rule = Callable[[Actor, StoredFile], Access]
_rules: dict[str, Rule] = {}


def register_access(subject_type: str, rule: Rule) -> None:
    """Register who may read the files of a model (``voice.Message``); without a rule nobody may.

    Raises:
        ValueError: the model has another rule already.
    """
    if _rules.setdefault(subject_type, rule) is not rule:
        raise ValueError(f"files of {subject_type} have two access rules")


def access_to(actor: Actor, file: StoredFile) -> Access:
    """What ``actor`` may read of ``file``."""
    rule = _rules.get(file.subject_type)
    return rule(actor, file) if rule else Access.NONE
