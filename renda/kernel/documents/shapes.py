"""What each layout takes. Dates and times come as the text to print; codes come as the text they lead to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from renda.kernel.codes import api as codes


class CodeCard(TypedDict):
    """One code on a wall: its name, where it leads, the short number for who cannot scan, two lines about it."""

    name: str
    subtitle: str
    url: str
    number: str


class Row(TypedDict):
    """A label and its value."""

    label: str
    value: str


class Section(TypedDict):
    """A heading and running text; a line end begins a new paragraph."""

    heading: str
    text: str


class TrailRow(TypedDict):
    """One line of the trail: when, what, by whom, what was said."""

    at: str
    title: str
    by: str
    note: str


class CasePaper(TypedDict):
    """A case as a paper for the file."""

    brand: str
    kind: str
    title: str
    number: str
    state: str
    rows: Sequence[Row]
    sections: Sequence[Section]
    trail: Sequence[TrailRow]
    # Who signs by hand: 承办人, 负责人.
    signatures: Sequence[str]
    printed: str
    is_demo: bool


class SignInSlip(TypedDict):
    """A printed, folded slip that brings a deputy in for the first time."""

    name: str
    subtitle: str
    user_name: str
    code: str
    url: str
    valid_until: str


def _with_picture(card: CodeCard | SignInSlip) -> dict[str, Any]:
    return {**card, "picture": str(codes.svg(card["url"], card["name"]))}


def code_data(
    brand: str,
    cards: Sequence[CodeCard],
    *,
    headline: str,
    steps: Sequence[str],
    help_line: str = "",
    is_demo: bool = False,
) -> dict[str, Any]:
    """Data for ``code_sheet`` (six cards a page, to cut) and ``code_poster`` (one card a page).

    ``headline``: what the code is for, in large on the poster; ``steps``: how to use it, in a few words each; ``help_line``: whom to ring.
    """
    return {
        "brand": brand,
        "cards": [_with_picture(card) for card in cards],
        "headline": headline,
        "steps": list(steps),
        "help_line": help_line,
        "is_demo": is_demo,
    }


def case_data(paper: CasePaper) -> dict[str, Any]:
    """Data for ``case_paper``."""
    return dict(paper)


def slip_data(brand: str, slips: Sequence[SignInSlip], *, is_demo: bool = False) -> dict[str, Any]:
    """Data for ``sign_in_slips`` (eight slips a page, to cut)."""
    return {"brand": brand, "slips": [_with_picture(slip) for slip in slips], "is_demo": is_demo}
