"""The reason of a decision."""

from __future__ import annotations

from django import forms

from renda.kernel.ui.forms import HouseForm


class DecisionForm(HouseForm):
    """Why."""

    reason = forms.CharField(label="理由", max_length=300, error_messages={"required": "请写明理由。"})
