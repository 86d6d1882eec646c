"""A very small text grammar: ``(a|b|c)`` is a choice, ``{name}`` a slot, ``@12 `` a leading mark of the issues it fits."""

import re
from collections.abc import Iterable, Mapping
from random import Random

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_MARK = re.compile(r"@(\d+) ")


def expand(template: str, rng: Random, slots: Mapping[str, str]) -> str:
    """One text of the template: choices by ``rng`` from inside out, then slots.

    Raises KeyError for a slot that is not given.
    """
    while _CHOICE.search(template):
        template = _CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), template, count=1)
    return _SLOT.sub(lambda match: slots[match.group(1)], template)


def issues(template: str) -> str:
    """The issues (digits) a template is marked with; empty when it fits all."""
    mark = _MARK.match(template)
    return mark.group(1) if mark else ""


def unmarked(template: str) -> str:
    """The template without its mark."""
    return _MARK.sub("", template, count=1)


def fitting(templates: Iterable[str], issue: str) -> list[str]:
    """Templates that fit the issue, marks removed: those marked with it and those without a mark."""
    return [unmarked(template) for template in templates if not issues(template) or issue in issues(template)]
