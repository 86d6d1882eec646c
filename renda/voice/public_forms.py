"""The public's forms: leave a message, look it up, rate the answer. No model is needed for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings

from renda.kernel.ui.forms import FilesField, HouseForm
from renda.voice.words import PHOTOS, Satisfaction

WHY_NOT_SATISFIED = "请告诉我们哪里不满意，便于改进。"
_TEXT = {"maxlength": 5000, "rows": 6, "data-count": ""}
_MEGABYTES = settings.RENDA_PUBLIC_FILE_LIMIT // (1024 * 1024)


class MessageForm(HouseForm):
    """What a constituent fills in on the phone. Only the text is required."""

    body = forms.CharField(
        label="您要反映的情况",
        max_length=5000,
        widget=forms.Textarea(_TEXT),
        help_text="说清什么事、在哪里、希望怎么解决。",
        error_messages={"required": "请写下您要反映的情况。", "max_length": "内容最多 5000 字，请分几次留言。"},
    )
    photos = FilesField(label="照片", required=False, max_count=PHOTOS, max_megabytes=_MEGABYTES, accept="image/*")
    place: Any = forms.ChoiceField(label="所在乡镇（街道）", required=False)
    place_text = forms.CharField(label="具体地点", required=False, max_length=120, help_text="如：花园社区 3 栋旁")
    contact_name = forms.CharField(label="怎么称呼您", required=False, max_length=30)
    contact_phone = forms.CharField(
        label="联系电话",
        required=False,
        max_length=20,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
        help_text="可不填。只有办理您这件事的工作人员能看到，每次查看都有记录。",
    )
    may_publish = forms.BooleanField(
        label="我同意公开这件事的办理情况",
        required=False,
        help_text="默认不公开。公开前会由工作人员审核并隐去个人信息。",
    )

    def __init__(self, *args: Any, places: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            field.choices = [("", "不选择"), *places]


class LookUpForm(HouseForm):
    """The receipt's number and its word."""

    receipt_number = forms.CharField(label="受理编号", max_length=20, error_messages={"required": "请填写受理编号。"})
    word = forms.CharField(
        label="查询码",
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "请填写查询码。"},
    )


class RateForm(HouseForm):
    """Process and result apart; "not satisfied" asks why."""

    process = forms.ChoiceField(
        label="办理过程",
        choices=Satisfaction,
        widget=forms.RadioSelect,
        error_messages={"required": "请对办理过程作出评价。"},
    )
    result = forms.ChoiceField(
        label="办理结果",
        choices=Satisfaction,
        widget=forms.RadioSelect,
        error_messages={"required": "请对办理结果作出评价。"},
    )
    comment = forms.CharField(
        label="说明",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="不满意的，请告诉我们原因。",
    )

    def clean(self) -> dict[str, Any]:
        """The inner zone asks the same again."""
        given = self.cleaned_data
        said = {given.get("process"), given.get("result")}
        if Satisfaction.DISSATISFIED in said and not given.get("comment", "").strip():
            self.add_error("comment", WHY_NOT_SATISFIED)
        return given
