"""The form of whoever deals with what was said."""

from __future__ import annotations

from django import forms

from renda.kernel.feedback.actions import LONGEST_NOTE
from renda.kernel.ui.forms import HouseForm


class HandleForm(HouseForm):
    """How it was dealt with."""

    note = forms.CharField(label="处理情况", max_length=LONGEST_NOTE, required=False)
