"""The form of a new list of divisions."""

from __future__ import annotations

from django import forms

from renda.kernel import clock
from renda.kernel.ui.forms import DayInput, HouseForm


class PlaceImportForm(HouseForm):
    """A published list, the day it is as of, and where it is from."""

    file = forms.FileField(
        label="区划表（CSV）",
        widget=forms.FileInput({"accept": ".csv"}),
        error_messages={"required": "请选择文件。"},
        help_text="UTF-8 编码，第一行为列名：level（1 至 5）、code、parent_code、name。",
    )
    as_of = forms.DateField(
        label="数据截至",
        widget=DayInput,
        error_messages={"required": "请填写数据截至的日期。"},
        help_text="变更从这一天起生效，以前的名称保留为沿革。",
    )
    source = forms.CharField(label="来源", max_length=200, required=False, help_text="如：民政部 2025 年行政区划代码")

    many_gone = forms.BooleanField(
        label="确认停用表中没有的区划",
        required=False,
        help_text="表中缺少很多现有区划时才需要勾选；不勾选时不会导入，并说明缺哪些。",
    )

    def clean_as_of(self) -> object:
        """A list of tomorrow is a mistyped year."""
        day = self.cleaned_data["as_of"]
        if day > clock.today():
            raise forms.ValidationError("日期不能晚于今天。")
        return day
