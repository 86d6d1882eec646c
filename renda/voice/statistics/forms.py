"""The bar above the figures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from renda.kernel import clock
from renda.voice.sorter.categories import first_level
from renda.voice.statistics.areas import Area
from renda.voice.statistics.reading import GROUPS, Question

MONTHS_SHOWN = 12
_FIRST_YEAR = 2000


def months_before(month: date, count: int) -> date:
    """The first day of the month ``count`` months earlier."""
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


class MonthField(forms.Field):
    """A month as ``2026-11``."""

    widget = forms.TextInput(attrs={"type": "month", "pattern": r"\d{4}-\d{2}", "placeholder": "2026-01"})

    def to_python(self, value: Any) -> date | None:
        """The first day of the month.

        Raises:
            ValidationError: not a month.
        """
        if not value:
            return None
        try:
            month = date.fromisoformat(f"{value}-01")
        except ValueError:
            raise forms.ValidationError("请按“年-月”填写，如 2026-01。") from None
        if month.year < _FIRST_YEAR:
            raise forms.ValidationError(f"请填写 {_FIRST_YEAR} 年以后的月份。")
        return month


class FiguresForm(forms.Form):
    """Whose figures, of which months and category; each part may be left out."""

    area = forms.ChoiceField(label="范围", required=False)
    first = MonthField(label="自", required=False)
    last = MonthField(label="至", required=False)
    category = forms.ChoiceField(
        label="类别", required=False, choices=[("", "全部类别"), *((n, n) for n in first_level())]
    )
    by = forms.ChoiceField(required=False, choices=list(GROUPS.items()), widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, data: Any, *, areas: list[tuple[str, str]]) -> None:
        super().__init__(data, label_suffix="", auto_id="figures_%s")
        self.fields["area"].choices = areas  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The months in order."""
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and first > last:
            self.add_error("last", "截止月份不能早于起始月份。")
        return given

    def question(self, whole: Area) -> Question:
        """What is asked; what was left out or is wrong takes its default: the last twelve months, by place."""
        given = self.cleaned_data if self.is_valid() else {**self.cleaned_data, "first": None, "last": None}
        last = given.get("last") or clock.today().replace(day=1)
        first = min(given.get("first") or months_before(last, MONTHS_SHOWN - 1), last)
        area = Area.read(given.get("area", "")) or whole
        if not self.errors:
            # The bar shows what was taken.
            shown = {"area": str(area), "first": f"{first:%Y-%m}", "last": f"{last:%Y-%m}"}
            self.data = {name: self.data.get(name, "") for name in self.fields} | shown
        return Question(area, first, last, given.get("category", ""), given.get("by") or "place")
