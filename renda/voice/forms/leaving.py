"""The clerk's form for somebody who came in, rang or wrote."""

from __future__ import annotations

from typing import Any

from django import forms

from renda.congress.api import Person, Place
from renda.voice.models import BY_A_CLERK
from renda.voice.public_forms import MessageForm


class RegisterForm(MessageForm):
    """A clerk enters a message for somebody who came in person, rang or wrote."""

    channel = forms.ChoiceField(
        label="来源",
        choices=[(channel.value, channel.label) for channel in BY_A_CLERK],
        widget=forms.RadioSelect,
    )
    place = forms.ModelChoiceField(
        Place._default_manager.none(), label="所在乡镇（街道）", required=False, empty_label="不选择"
    )
    station: Any = forms.ModelChoiceField(None, label="联络站", required=False, empty_label="不指定")
    deputy = forms.ModelChoiceField(Person._default_manager.none(), label="代表", required=False, empty_label="不指定")
    field_order = ["channel", "body", "place", "place_text", "station", "deputy", "photos"]

    def __init__(
        self, *args: Any, places: Any = None, stations: Any = None, deputies: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("place", places), ("station", stations), ("deputy", deputies)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            if rows is not None:
                field.queryset = rows
        del self.fields["may_publish"]
