"""Forms of congresses below, and of the term that is running when a congress comes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from renda.congress.forms.fields import PlacesField, offer
from renda.congress.models import Place
from renda.kernel.ui.forms import DayInput, HouseForm


class TermForm(HouseForm):
    """Which term is running, and since when."""

    number = forms.IntegerField(
        label="现任届次", min_value=1, max_value=99, error_messages={"required": "请填写届次，如 19。"}
    )
    starts_on = forms.DateField(
        label="本届第一次会议日期", widget=DayInput, error_messages={"required": "请填写日期。"}
    )


class FoundForm(TermForm):
    """Where congresses are founded; the term is theirs all, and can be given apart."""

    places = PlacesField(
        label="哪些地方",
        error_messages={"required": "请选择设立人大的地方。"},
        help_text="街道不设人大，随县级人大建立街道工委。",
    )
    field_order = ["places", "number", "starts_on"]

    def __init__(self, *args: Any, places: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, places=places)
        for name in ("number", "starts_on"):
            self.fields[name].required = False
        self.fields["number"].help_text = "各地届次相同的在这里一起登记；不同的不填，以后逐个登记。"

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if bool(said.get("number")) != bool(said.get("starts_on")) and not self.errors:
            self.add_error("number", "届次和第一次会议日期要一起填写。")
        return said
