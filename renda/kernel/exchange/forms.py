"""Why something is destroyed."""

from __future__ import annotations

from django import forms

from renda.kernel.ui.forms import HouseForm


class DropForm(HouseForm):
    """The reason."""

    reason = forms.CharField(label="销毁理由", max_length=200, error_messages={"required": "请写明理由。"})
