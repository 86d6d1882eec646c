"""The forms of a fork: one step's who, how and how long; a new step; the whole text."""

from __future__ import annotations

from typing import Any

from django import forms

from renda.kernel.deadlines import api as deadlines
from renda.kernel.flow.shapes import Node
from renda.kernel.flow.subjects import SUBJECTS, WHO_TITLES, who_title
from renda.kernel.flow.web.reading import MODE_TITLES, UNIT_TITLES
from renda.kernel.ui.forms import HouseForm

EMPTY_CHOICES = [
    ("", "交流程管理员（默认）"),
    ("skip", "跳过这一步"),
    ("superior", "交上级"),
    ("administrator", "交流程管理员"),
]


class StepForm(HouseForm):
    """One step. ``values`` are what ``drafts.change_step`` and ``add_step`` take."""

    title = forms.CharField(label="名称", max_length=20)
    who = forms.CharField(
        label="由谁办理",
        help_text="一行一个，可用写法见下方列表。",
        widget=forms.Textarea({"rows": 2}),
        max_length=500,
    )
    mode = forms.ChoiceField(label="办理方式", choices=list(MODE_TITLES.items()))
    rule = forms.ChoiceField(label="时限按规则", required=False)
    amount = forms.IntegerField(label="或固定时限", required=False, min_value=1, max_value=999)
    unit = forms.ChoiceField(label="单位", choices=list(UNIT_TITLES.items()), required=False, initial="working_days")
    on_empty = forms.ChoiceField(label="无人可办时", choices=EMPTY_CHOICES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = [("", "不按规则"), *((key, key) for key in sorted(deadlines.rule_keys()))]
        self.fields["rule"] = forms.ChoiceField(label="时限按规则", choices=rules, required=False)

    @classmethod
    def of(cls, node: Node, *, prefix: str) -> StepForm:
        """The form filled with what a step says now."""
        deadline = node.deadline
        return cls(
            prefix=prefix,
            initial={
                "title": node.title,
                "who": "\n".join(node.who),
                "mode": node.mode,
                "rule": deadline.rule if deadline else "",
                "amount": deadline.amount or None if deadline else None,
                "unit": (deadline.unit if deadline else "") or "working_days",
                "on_empty": node.on_empty,
            },
        )

    def clean(self) -> dict[str, Any]:
        """Either a rule or a figure, not both."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("rule") and cleaned.get("amount"):
            self.add_error("amount", "规则和固定时限只能选一种。")
        return cleaned

    def values(self, node: Node | None = None) -> dict[str, Any]:
        """The step's changes in the words of a flow file; a deadline that did not change keeps its other parts."""
        cleaned = self.cleaned_data
        found: dict[str, Any] = {
            "title": cleaned["title"],
            "who": cleaned["who"].split(),
            "on_empty": cleaned["on_empty"],
        }
        if node is None or node.kind == "task":
            found["mode"] = cleaned["mode"]
            if not (node and self._same_deadline(node)):
                found["deadline"] = self._deadline()
        return found

    def _same_deadline(self, node: Node) -> bool:
        cleaned, known = self.cleaned_data, node.deadline
        if known is None:
            return not cleaned["rule"] and not cleaned["amount"]
        if known.rule:
            return bool(cleaned["rule"] == known.rule)
        return (cleaned["amount"], cleaned["unit"]) == (known.amount, known.unit)

    def _deadline(self) -> dict[str, str] | str:
        cleaned = self.cleaned_data
        if cleaned["rule"]:
            return {"rule": cleaned["rule"]}
        if cleaned["amount"]:
            return {"within": f"{cleaned['amount']} {cleaned['unit'].replace('_', ' ')}"}
        return ""


class TextForm(HouseForm):
    """The whole flow as text."""

    text = forms.CharField(label="流程文本", widget=forms.Textarea({"rows": 24, "spellcheck": "false"}), strip=False)


def who_words(subject: str) -> list[tuple[str, str]]:
    """What may be written under 由谁办理 for a kind of subject, each with its meaning."""
    known = SUBJECTS.get(subject)
    words = ["initiator", "choice"]
    fields = known.field_types if known else {}
    words += [f"field:{name}" for name, kind in fields.items() if kind in ("party", "parties")]
    anchors = ["case", *(f"field:{name}" for name, kind in fields.items() if kind in ("reference", "references"))]
    words += [f"{head}@{anchor}" for head in WHO_TITLES if head != "initiator" for anchor in anchors]
    return [(word, who_title(word, known)) for word in words]
