"""The forms of a fork: one step's who, how and how long; a new step; the whole text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from renda.kernel import clock
from renda.kernel.deadlines import api as deadlines
from renda.kernel.flow.shapes import Definition, Node
from renda.kernel.flow.subjects import SUBJECTS, WHO_TITLES, who_title
from renda.kernel.flow.web import reading
from renda.kernel.ui.forms import HouseForm

EMPTY_CHOICES = [
    ("", "交流程管理员（默认）"),
    ("skip", "跳过这一步"),
    ("superior", "交上级"),
    ("administrator", "交流程管理员"),
]
PEOPLE = 3  # at least so many lines for people; one more than there are
Choice = tuple[str, str]


class StepForm(HouseForm):
    """One step. ``values`` are what ``drafts.change_step`` and ``add_step`` take.

    ``node`` None: a new step. A circulation has people only; it has no mode and no deadline. ``tenant_id``: the congress
    whose flow it is.
    """

    title = forms.CharField(label="名称", max_length=20)
    mode = forms.ChoiceField(label="办理方式", choices=list(reading.MODE_TITLES.items()))
    rule = forms.ChoiceField(label="时限按规则", required=False)
    amount = forms.IntegerField(label="或固定时限", required=False, min_value=1, max_value=999)
    unit = forms.ChoiceField(
        label="单位", choices=list(reading.UNIT_TITLES.items()), required=False, initial="working_days"
    )
    on_timeout = forms.MultipleChoiceField(label="到期后", required=False, widget=forms.CheckboxSelectMultiple)
    on_empty = forms.ChoiceField(label="无人可办时", choices=EMPTY_CHOICES, required=False)
    same_person = forms.BooleanField(label="上一步已由同一人同意的，自动通过", required=False)

    def __init__(
        self, data: Any = None, *, prefix: str, flow: Definition, node: Node | None = None, tenant_id: int | None = None
    ) -> None:
        super().__init__(data, prefix=prefix, initial=_initial(node) if node else None)
        self.node = node
        count = max(PEOPLE, len(node.who) + 1 if node else 0)
        choices = [("", "——"), *_people(flow, node)]
        self.people = [f"who_{number}" for number in range(1, count + 1)]
        for number, name in enumerate(self.people, 1):
            label = "由谁办理" if number == 1 else f"由谁办理（{number}）"
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=number == 1)
        self._choose("rule", _rules(node, tenant_id))
        self._choose("on_timeout", _timeouts(flow, node))
        if node is not None and node.kind == "circulate":
            for name in ("mode", "rule", "amount", "unit", "on_timeout", "same_person"):
                del self.fields[name]
            self._choose("on_empty", [("", "直接往下走"), ("skip", "直接往下走（已写明）")])
        self.order_fields(["title", *self.people])

    def _choose(self, name: str, choices: list[Choice]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Either a rule or a figure, not both."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("rule") and cleaned.get("amount"):
            self.add_error("amount", "规则和固定时限只能选一种。")
        return cleaned

    def values(self) -> dict[str, Any]:
        """The step's changes in the words of a flow file; a deadline that did not change keeps its other parts."""
        cleaned = self.cleaned_data
        found: dict[str, Any] = {
            "title": cleaned["title"],
            "who": list(dict.fromkeys(cleaned[name] for name in self.people if cleaned[name])),
            "on_empty": cleaned["on_empty"],
        }
        if "mode" in cleaned:
            found |= {"mode": cleaned["mode"], "on_timeout": cleaned["on_timeout"]}
            found["same_person"] = "skip" if cleaned["same_person"] else ""
            if not self._same_deadline():
                found["deadline"] = self._deadline()
        return found

    def _same_deadline(self) -> bool:
        cleaned, known = self.cleaned_data, self.node.deadline if self.node else None
        if known is None:
            return self.node is not None and not cleaned["rule"] and not cleaned["amount"]
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


def _initial(node: Node) -> dict[str, Any]:
    deadline = node.deadline
    return {
        "title": node.title,
        "mode": node.mode,
        "rule": deadline.rule if deadline else "",
        "amount": deadline.amount or None if deadline else None,
        "unit": (deadline.unit if deadline else "") or "working_days",
        "on_timeout": list(node.on_timeout),
        "on_empty": node.on_empty,
        "same_person": node.same_person == "skip",
        **{f"who_{number}": word for number, word in enumerate(node.who, 1)},
    }


def _rules(node: Node | None, tenant_id: int | None) -> list[Choice]:
    """The rules of time that hold in a congress (None: nationally), by title with their figures."""
    found = {key: deadlines.rule_for(key, tenant_id, clock.today()) for key in deadlines.rule_keys()}
    titles = [(key, f"{rule.title}（{rule.figure}）") for key, rule in found.items() if rule]
    if node and node.deadline and node.deadline.rule and not found.get(node.deadline.rule):
        titles.append((node.deadline.rule, reading.deadline_text(node.deadline, tenant_id)))
    return [("", "不按规则"), *sorted(titles, key=lambda choice: choice[1])]


def _timeouts(flow: Definition, node: Node | None) -> list[Choice]:
    """What may happen when the time is over: remind, the superior, an answer that the step knows, a way out."""
    words = ["remind", "escalate:add", "escalate:transfer"]
    words += [word for word in ("approve", "reject") if node is None or word in node.actions]
    if node is not None:
        words += [f"go:{edge.on}" for edge in flow.out(node.id)]
        # What the file says in its own way ("escalate", an edge by its target) stays as it is.
        words = list(dict.fromkeys([*node.on_timeout, *words]))
    return [(word, reading.timeout_text(flow, node, word)) for word in words]


def who_words(subject: str) -> list[tuple[str, list[Choice]]]:
    """What ``who`` may say for a kind of subject, each with its meaning, grouped by where the people are."""
    known = SUBJECTS.get(subject)
    fields = known.field_types if known else {}

    def titled(words: Iterable[str]) -> list[Choice]:
        return [(word, who_title(word, known)) for word in words]

    people = [f"field:{name}" for name, kind in fields.items() if kind in ("party", "parties")]
    groups = [("办件里的人", titled(["initiator", "choice", *people]))]
    posts = [head for head in WHO_TITLES if head != "initiator"]
    groups.append(("办件所属人大", titled(f"{head}@case" for head in posts)))
    for name, kind in fields.items():
        if kind in ("reference", "references"):
            groups.append((who_title(f"field:{name}", known), titled(f"{head}@field:{name}" for head in posts)))
    return groups


def _people(flow: Definition, node: Node | None) -> list[Any]:
    """The words by group; what the step says in its own way stays among them."""
    groups = who_words(flow.subject)
    known = {word for _, words in groups for word, _ in words}
    others = [word for word in (node.who if node else ()) if word not in known]
    own = [(word, who_title(word, SUBJECTS.get(flow.subject))) for word in others]
    return [*([("本环节现有写法", own)] if own else []), *groups]
