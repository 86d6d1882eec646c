"""Forms of rules, hours and the calendar; what is wrong is said by the actions."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from renda.kernel.deadlines.actions import MOST
from renda.kernel.deadlines.rules import UNIT_NAMES
from renda.kernel.ui.forms import DayInput, HouseForm

_REQUIRED = {"required": "请填写。"}
_WHOLE = f"请填写 1 到 {MOST} 之间的整数。"


class PlacedForm(HouseForm):
    """Something that holds for a congress and those below it, from a day on."""

    tenant_id = forms.TypedChoiceField(label="适用于", coerce=int, help_text="对这一级人大和它下面的各级人大有效。")
    valid_from = forms.DateField(
        label="自哪一天起",
        widget=DayInput,
        error_messages={"required": "请填写日期。", "invalid": "请填写日期，例如 2026-12-01。"},
        help_text="这一天起开始计算的时限按新规定；已经告知的时限不变。",
    )

    def offer(self, tenants: Mapping[int, str]) -> None:
        """The congresses in the reader's keeping."""
        field = self.fields["tenant_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(tenants.items())


class RuleForm(PlacedForm):
    """A figure of one's own for a rule that exists."""

    key = forms.ChoiceField(label="时限规则")
    amount = forms.IntegerField(
        label="期限",
        min_value=1,
        max_value=MOST,
        error_messages={**_REQUIRED, "invalid": _WHOLE, "min_value": _WHOLE, "max_value": _WHOLE},
    )
    unit = forms.ChoiceField(label="单位", choices=[(unit, name) for unit, name in UNIT_NAMES.items()])
    law = forms.CharField(
        label="法规名称", max_length=120, required=False, help_text="现行规则有法律依据的，必须填写；不带书名号。"
    )
    version = forms.CharField(
        label="通过或修正日期", max_length=20, required=False, help_text="例如 2025-03-11，用来说明是哪一个版本。"
    )
    article = forms.CharField(
        label="条款", max_length=60, required=False, help_text="例如 第二十一条。只写条号，不抄条文。"
    )
    note = forms.CharField(
        label="其他依据或说明", max_length=300, required=False, help_text="没有法规的，写明文件名称和文号。"
    )

    field_order = ("tenant_id", "key", "amount", "unit", "valid_from", "law", "version", "article", "note")

    def offer_rules(self, titles: Mapping[str, str]) -> None:
        """The rules that can be set otherwise."""
        field = self.fields["key"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(titles.items())


class HoursForm(PlacedForm):
    """Office hours."""

    periods = forms.CharField(
        label="办公时间",
        max_length=60,
        error_messages=_REQUIRED,
        help_text="上午和下午之间用逗号隔开，例如 08:30-12:00,14:30-17:30。",
    )
    valid_to = forms.DateField(
        label="到哪一天为止",
        required=False,
        widget=DayInput,
        help_text="不填表示一直有效；夏季、冬季作息分两次填写。",
    )
    note = forms.CharField(label="依据", max_length=200, required=False, help_text="例如作息时间通知的文号。")

    field_order = ("tenant_id", "periods", "valid_from", "valid_to", "note")


class EndForm(HouseForm):
    """Until when."""

    valid_to = forms.DateField(
        label="最后一天",
        widget=DayInput,
        error_messages={"required": "请填写日期。", "invalid": "请填写日期，例如 2026-12-01。"},
        help_text="这一天过后恢复上一级的规定。还没有开始的，不再开始。记录保留。",
    )


class YearForm(HouseForm):
    """The arrangement of a year: its notice, a table, or a sheet."""

    year = forms.TypedChoiceField(label="年份", coerce=int)
    source = forms.CharField(
        label="通知的名称或文号", max_length=150, error_messages=_REQUIRED, help_text="例如 国办发明电〔2025〕7号。"
    )
    text = forms.CharField(
        label="通知全文或表格",
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 12}),
        help_text="粘贴国务院办公厅通知的全文；或者每行填写：日期、休息或上班、节日名称。",
    )
    file = forms.FileField(
        label="或者选择文件",
        required=False,
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt"}),
        help_text="xlsx、csv 或文本，前三列为日期、休息或上班、节日名称。",
    )

    def offer(self, years: list[int]) -> None:
        """The years that can be entered."""
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(year, f"{year} 年") for year in years]
