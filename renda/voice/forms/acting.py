"""One small form for each button of a case page; ``FORMS`` maps an action's verb to its form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from renda.congress.api import Organisation, Place, organisations_to_assign, organisations_to_oversee, places_of, rulers
from renda.kernel.parties import Actor
from renda.kernel.ui.forms import DayInput, HouseForm
from renda.voice.models import ContactLog, Door, Message, Rating, Satisfaction, Solved, Stage, Verdict
from renda.voice.sorter.categories import first_level


class ActForm(HouseForm):
    """The base: it knows the message and who acts, carries task and version, and gives the action its arguments."""

    task_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, message: Message, actor: Actor, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_{type(self).__name__}_%s")
        super().__init__(*args, **kwargs)
        self.message, self.actor = message, actor
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices that depend on the message."""

    def given(self) -> dict[str, Any]:
        """The action's arguments."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}

    def choose(self, name: str, rows: Any) -> None:
        """Set a field's rows."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows


def _organisation(label: str, *, required: bool = False) -> Any:
    return forms.ModelChoiceField(
        Organisation._default_manager.none(), label=label, required=required, empty_label="请选择"
    )


def _note(label: str, *, required: bool = False, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=500, widget=forms.Textarea({"rows": 3}), help_text=hint
    )


class AcceptForm(ActForm):
    """A person decides what the system proposed."""

    category = forms.ChoiceField(label="类别", required=False)
    place = forms.ModelChoiceField(Place._default_manager.none(), label="所在地", required=False, empty_label="不明")
    concerns_person = forms.BooleanField(
        label="反映的是某个人（代表或干部）", required=False, help_text="勾选后不会转给被反映人，由人大机关处理。"
    )
    note = _note("审核意见")

    def prepare(self) -> None:
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        category.choices = [("", "不分类"), *((name, name) for name in first_level())]
        proposal = self.message.proposal
        self.initial.setdefault("category", proposal.get("category", ""))
        places = places_of(self.message.tenant_id)
        self.choose("place", places)
        guesses = [guess["code"] for guess in proposal.get("places", ())]
        self.initial.setdefault("place", self.message.place_id or places.filter(code__in=guesses).first())
        self.initial.setdefault("concerns_person", any(door["key"] == "person" for door in proposal.get("doors", ())))


class RedirectForm(ActForm):
    door = forms.ChoiceField(label="应当去的渠道", choices=[("", "请选择"), *Door.choices])
    reason = _note("理由", required=True, hint="群众查询时能看到。")
    seal = forms.BooleanField(
        label="封存原文", required=False, help_text="检举控告、诉讼、涉密内容一律封存，不再显示。"
    )


class AnswerForm(ActForm):
    body = forms.CharField(
        label="答复内容",
        max_length=5000,
        widget=forms.Textarea({"rows": 6, "data-count": ""}),
        error_messages={"required": "请填写答复内容。"},
    )
    solved = forms.ChoiceField(
        label="解决情况", widget=forms.RadioSelect, error_messages={"required": "请选择解决情况。"}
    )
    promised_on = forms.DateField(
        label="承诺完成日期",
        required=False,
        widget=DayInput,
        help_text="正在解决或列入计划的填写，到期系统会提醒回访。",
    )

    def prepare(self) -> None:
        solved = self.fields["solved"]
        assert isinstance(solved, forms.ChoiceField)
        solved.choices = [
            choice for choice in Solved.choices if choice[0] != Solved.ON_THE_SPOT or self.message.stage != Stage.UNIT
        ]


class ReferForm(ActForm):
    note = _note("代表意见", hint="了解到的情况、希望怎样解决。")


class AssignForm(ActForm):
    lead_unit = _organisation("主办单位", required=True)
    joint_units = forms.ModelMultipleChoiceField(
        Organisation._default_manager.none(),
        label="会办单位",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = _note("交办意见")
    ruled_by = _organisation("裁定机关")
    ruling = _note("裁定意见", hint="责任单位有争议时由政府办明确，在此登记。")

    def prepare(self) -> None:
        tenant = self.message.assigning_tenant
        assert tenant is not None
        units = organisations_to_assign(tenant)
        self.choose("lead_unit", units)
        self.choose("joint_units", units)
        if len(units) < 2:
            # The only unit is the lead one.
            del self.fields["joint_units"]
        self.choose("ruled_by", rulers(tenant))
        if not self.message.assignments.filter(sent_back_at__isnull=False).exists():
            # Nobody has disputed it: nothing to rule.
            del self.fields["ruled_by"], self.fields["ruling"]
        for guess in self.message.proposal.get("units", ()):
            if unit := units.filter(department=guess["kind"]).first():
                self.initial.setdefault("lead_unit", unit)

    def given(self) -> dict[str, Any]:
        return {**super().given(), "joint_units": list(self.cleaned_data.get("joint_units", ()))}


class ReferUpForm(ActForm):
    note = _note("提请理由", required=True, hint="如：事项由县级部门或垂直管理单位负责。")


class ReceiveForm(ActForm):
    """One press: nothing to fill in."""


class SendBackForm(ActForm):
    reason = _note("退回理由和依据", required=True)
    proposed_unit = _organisation("建议由哪个单位办理")

    def prepare(self) -> None:
        assert self.message.assigning_tenant is not None
        self.choose("proposed_unit", organisations_to_assign(self.message.assigning_tenant))


class ExtendForm(ActForm):
    until = forms.DateField(label="延期到", widget=DayInput, error_messages={"required": "请选择日期。"})
    reason = _note("延期理由", required=True)

    def clean_until(self) -> datetime:
        """The end of the chosen day."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59, 59)))


class RequestForm(ActForm):
    request_id = forms.IntegerField(widget=forms.HiddenInput)
    note = _note("意见")

    def given(self) -> dict[str, Any]:
        return {"request_id": self.cleaned_data["request_id"], "note": self.cleaned_data["note"]}


class ReadForm(ActForm):
    """One press: nothing to fill in."""


class ContactForm(ActForm):
    way = forms.ChoiceField(label="方式", choices=ContactLog.Way)
    note = _note("内容", required=True)

    def given(self) -> dict[str, Any]:
        return {"way": self.cleaned_data["way"], "note": self.cleaned_data["note"]}


class ForwardForm(ActForm):
    note = _note("给群众的话", hint="可不填，承办单位的答复会一并告诉群众。")


class RecordRatingForm(ActForm):
    process = forms.ChoiceField(label="办理过程", choices=Satisfaction, widget=forms.RadioSelect)
    result = forms.ChoiceField(label="办理结果", choices=Satisfaction, widget=forms.RadioSelect)
    comment = _note("说明", hint="不满意的，请写明原因。")

    @property
    def by(self) -> Rating.By:
        """Whose rating it is: the message's deputy rates for herself, everybody else writes down the constituent's."""
        return Rating.By.DEPUTY if self.message.deputy_id == self.actor.party_id else Rating.By.CONSTITUENT

    def given(self) -> dict[str, Any]:
        return {"by": self.by, **{name: self.cleaned_data[name] for name in ("process", "result", "comment")}}


class JudgeForm(ActForm):
    verdict = forms.ChoiceField(label="研判结果", choices=Verdict, widget=forms.RadioSelect)
    note = _note("说明", required=True, hint="群众查询时能看到。")


class UrgeForm(ActForm):
    note = _note("催办意见")

    def given(self) -> dict[str, Any]:
        return {"note": self.cleaned_data["note"]}


class OverseeForm(ActForm):
    organisation = _organisation("作出决定的机构", required=True)
    reference = forms.CharField(label="决定文号或会议", max_length=120)
    decided_on = forms.DateField(label="决定日期", widget=DayInput)
    content = _note("督办要求", required=True)

    def prepare(self) -> None:
        # A congress above that assigns the matter oversees it by its own bodies.
        tenants = (self.message.tenant, self.message.assigning_tenant or self.message.tenant)
        self.choose("organisation", organisations_to_oversee(tenants[0]) | organisations_to_oversee(tenants[1]))

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("organisation", "reference", "decided_on", "content")}


class RevealForm(ActForm):
    reason = forms.CharField(label="用途", max_length=120, help_text="查看会留下记录。")

    def given(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


FORMS: Mapping[str, type[ActForm]] = {
    "accept": AcceptForm,
    "redirect": RedirectForm,
    "answer": AnswerForm,
    "refer": ReferForm,
    "assign": AssignForm,
    "refer_up": ReferUpForm,
    "receive": ReceiveForm,
    "send_back": SendBackForm,
    "extend": ExtendForm,
    "grant_extension": RequestForm,
    "refuse_extension": RequestForm,
    "read": ReadForm,
    "log_contact": ContactForm,
    "forward": ForwardForm,
    "record_rating": RecordRatingForm,
    "judge": JudgeForm,
    "urge": UrgeForm,
    "oversee": OverseeForm,
    "reveal": RevealForm,
}
