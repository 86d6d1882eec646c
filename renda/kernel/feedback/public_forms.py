"""The form of whoever has something to say; in both zones."""

from __future__ import annotations

from django import forms

from renda.kernel.ui.forms import HouseForm

LONGEST = 2000  # characters
LONGEST_CONTACT = 100


class FeedbackForm(HouseForm):
    """What, and how to ask back."""

    text = forms.CharField(
        label="您的意见或建议",
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 5}),
        help_text="哪里不好用、看不懂，或者您希望怎样改进。",
        error_messages={"required": "请写下您的意见。"},
    )
    contact = forms.CharField(
        label="联系方式",
        max_length=LONGEST_CONTACT,
        required=False,
        help_text="选填，只用于向您了解情况，加密保存。",
    )
    page = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)
