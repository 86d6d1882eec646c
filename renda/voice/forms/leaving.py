"""The clerk's forms: what was pasted, and the registration for somebody who came in, rang or wrote."""

from __future__ import annotations

from typing import Any

from django import forms

from renda.congress.api import Person, Place
from renda.kernel.ui.forms import FilesField, HouseForm
from renda.voice.models import BY_A_CLERK
from renda.voice.public_forms import MessageForm
from renda.voice.sorter.categories import first_level
from renda.voice.sorter.unit import departments
from renda.voice.words import PHOTOS

_LEADS = 20_000  # characters of a chat; the message itself has at most 5000


class PasteForm(HouseForm):
    """A chat message as it was copied, or pictures of it; what it says goes into a draft."""

    prefix = "paste"

    text = forms.CharField(
        label="微信、短信或来信的文字",
        required=False,
        max_length=_LEADS,
        widget=forms.Textarea({"rows": 4}),
        help_text="整段粘贴即可，连同“张三 2026/11/20 10:23”这样的行。",
    )
    photos = FilesField(
        label="截图、照片或扫描件",
        required=False,
        max_count=PHOTOS,
        accept="image/*,application/pdf",
        help_text=f"可直接按 Ctrl+V 粘贴截图；最多 {PHOTOS} 个，图片和 PDF。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photos"].widget.attrs["data-pasted"] = ""

    def clean(self) -> dict[str, Any]:
        """Something there must be."""
        given = self.cleaned_data
        if not self.errors and not given.get("text", "").strip() and not given.get("photos"):
            self.add_error("text", "请粘贴文字，或选择截图。")
        return given


class RegisterForm(MessageForm):
    """A clerk enters a message for somebody who came in person, rang or wrote."""

    channel = forms.ChoiceField(
        label="来源",
        choices=[(channel.value, channel.label) for channel in BY_A_CLERK],
        widget=forms.RadioSelect,
    )
    subject = forms.CharField(label="标题", required=False, max_length=120, help_text="不填的取内容的第一句。")
    category = forms.ChoiceField(label="类别", required=False, help_text="供审核时参考。")
    unit = forms.ChoiceField(label="建议承办", required=False, help_text="供交办时参考。")
    place = forms.ModelChoiceField(
        Place._default_manager.none(), label="所在乡镇（街道）", required=False, empty_label="不选择"
    )
    station: Any = forms.ModelChoiceField(None, label="联络站", required=False, empty_label="不指定")
    deputy = forms.ModelChoiceField(Person._default_manager.none(), label="代表", required=False, empty_label="不指定")
    field_order = [
        "channel",
        "subject",
        "body",
        "contact_name",
        "contact_phone",
        "place",
        "place_text",
        "category",
        "unit",
        "station",
        "deputy",
        "photos",
    ]

    def __init__(
        self, *args: Any, places: Any = None, stations: Any = None, deputies: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("place", places), ("station", stations), ("deputy", deputies)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            if rows is not None:
                field.queryset = rows
        units = [(kind, department.title) for kind, department in departments().items()]
        categories = [(name, name) for name in first_level()]
        for name, choices in (("category", categories), ("unit", units)):
            choice = self.fields[name]
            assert isinstance(choice, forms.ChoiceField)
            choice.choices = [("", "由系统建议"), *choices]
        self.fields["contact_name"].label = "怎么称呼"
        del self.fields["may_publish"]

    def kept(self) -> dict[str, str]:
        """What a draft keeps: the fields as they were typed, right or wrong."""
        return {name: str(self.data.get(name, "")) for name in self.fields if name != "photos"}
