"""The form of a new access token."""

from __future__ import annotations

from django import forms

from renda.congress.actions.tokens import DAYS
from renda.kernel.ui.forms import HouseForm


class TokenForm(HouseForm):
    """What it is for and how long it opens."""

    name = forms.CharField(label="用途", max_length=40, help_text="写明哪个程序用，如“统计大屏”。")
    days = forms.TypedChoiceField(label="有效期", coerce=int, choices=list(DAYS.items()), initial=30)
