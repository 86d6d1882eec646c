"""Forms of presses on a task: one small form for each button of a message's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from renda.congress.api import (
    Organisation,
    Place,
    Post,
    PostKind,
    organisations_to_assign,
    places_of,
    posts_for,
    rulers,
)
from renda.kernel.parties import Actor
from renda.kernel.ui.forms import DayInput, HouseForm
from renda.voice.hotline import is_hotline
from renda.voice.models import Assignment, ContactLog, Door, Message, Rating, Satisfaction, Solved, Stage, Verdict
from renda.voice.sorter.categories import first_level
from renda.voice.watching import waiting

# The posts that can have a message: inside a unit, inside a congress.
_IN_UNITS = (PostKind.CASE_OFFICER, PostKind.HANDLER_HEAD)
_IN_CONGRESS = (PostKind.VETTER, PostKind.ASSIGNER, PostKind.STATION_MANAGER)


class ActForm(HouseForm):
    """The base: it knows the message and who acts, and gives the action its arguments."""

    def __init__(self, *args: Any, message: Message, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.message, self.actor = message, actor
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices that depend on the message."""

    def given(self) -> dict[str, Any]:
        """The action's arguments."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}

    def choose(self, name: str, rows: Any, shown: Sequence[tuple[int, str]] | None = None) -> None:
        """Set a field's rows. ``shown``: their keys and names where they have been read, so that nobody asks again."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
        if shown is not None:
            empty = [] if field.empty_label is None else [("", field.empty_label)]
            field.choices = [*empty, *shown]


class TaskForm(ActForm):
    """Of a press on a task: it carries the task as the page showed it."""

    task_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


def organisation_field(label: str, *, required: bool = False) -> Any:
    """One organisation; ``ActForm.choose`` sets which."""
    return forms.ModelChoiceField(
        Organisation._default_manager.none(), label=label, required=required, empty_label="请选择"
    )


def note_field(label: str, *, required: bool = False, hint: str = "") -> forms.CharField:
    """Some lines of text, 500 characters at most."""
    return forms.CharField(
        label=label, required=required, max_length=500, widget=forms.Textarea({"rows": 3}), help_text=hint
    )


class AcceptForm(TaskForm):
    """A person decides what the system proposed."""

    category = forms.ChoiceField(label="类别", required=False)
    place = forms.ModelChoiceField(Place._default_manager.none(), label="所在地", required=False, empty_label="不明")
    concerns_person = forms.BooleanField(
        label="反映的是某个人（代表或干部）", required=False, help_text="勾选后不会转给被反映人，由人大机关处理。"
    )
    is_reviewed = forms.BooleanField(
        label="已核对原文中的留意词，可以继续办理",
        error_messages={"required": "这件留言含有留意词，请核对原文后勾选。"},
    )
    note = note_field("审核意见")

    def prepare(self) -> None:
        if waiting(self.message) is None:
            del self.fields["is_reviewed"]
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


class RedirectForm(TaskForm):
    door = forms.ChoiceField(label="应当去的渠道", choices=[("", "请选择"), *Door.choices])
    reason = note_field("理由", required=True, hint="群众查询时能看到。")
    seal = forms.BooleanField(
        label="封存原文", required=False, help_text="检举控告、诉讼、涉密内容一律封存，不再显示。"
    )


class AnswerForm(TaskForm):
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


class ReferForm(TaskForm):
    note = note_field("代表意见", hint="了解到的情况、希望怎样解决。")

    def prepare(self) -> None:
        if self.message.stage == Stage.STATION:
            self.fields["note"].label = "联络站意见"


class AssignForm(TaskForm):
    lead_unit = organisation_field("主办单位", required=True)
    joint_units = forms.ModelMultipleChoiceField(
        Organisation._default_manager.none(),
        label="会办单位",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ticket_number = forms.CharField(
        label="12345 工单号", required=False, max_length=40, help_text="交 12345 且那边已有工单的填写，不再重复转送。"
    )
    note = note_field("交办意见")
    ruled_by = organisation_field("裁定机关")
    ruling = note_field("裁定意见", hint="责任单位有争议时由政府办明确，在此登记。")

    def prepare(self) -> None:
        tenant = self.message.assigning_tenant
        assert tenant is not None
        rows = organisations_to_assign(tenant)
        units = list(rows)
        shown = [(unit.pk, unit.name) for unit in units]
        self.choose("lead_unit", rows, shown)
        self.choose("joint_units", rows, shown)
        if len(units) < 2:
            # The only unit is the lead one.
            del self.fields["joint_units"]
        if not any(is_hotline(unit) for unit in units):
            del self.fields["ticket_number"]
        last = self._sent_back()
        if last is None:
            # Nobody has disputed it: nothing to rule.
            del self.fields["ruled_by"], self.fields["ruling"]
        else:
            self.choose("ruled_by", rulers(tenant))
        self.initial.setdefault("lead_unit", self._likely(units, last))

    def _sent_back(self) -> Assignment | None:
        """The last lead assignment that a unit has sent back."""
        if self.message.assigned_at is None:
            return None
        back = self.message.assignments.filter(sent_back_at__isnull=False, role=Assignment.Role.LEAD)
        return back.order_by("sent_back_at").last()

    def _likely(self, units: Sequence[Organisation], last: Assignment | None) -> int | None:
        """Whom the unit that sent it back named; else the first unit that the system proposes and this office reaches."""
        by_department = {unit.department: unit.pk for unit in reversed(units) if unit.department}
        guesses = (by_department.get(guess["kind"]) for guess in self.message.proposal.get("units", ()))
        named = last.proposed_unit_id if last is not None else None
        return next(filter(None, (named, *guesses)), None)

    def given(self) -> dict[str, Any]:
        return {**super().given(), "joint_units": list(self.cleaned_data.get("joint_units", ()))}


class ReferUpForm(TaskForm):
    note = note_field("提请理由", required=True, hint="如：事项由县级部门或垂直管理单位负责。")


class PressForm(TaskForm):
    """One press on a task: nothing to fill in."""


class SendBackForm(TaskForm):
    reason = note_field("退回理由和依据", required=True)
    proposed_unit = organisation_field("建议由哪个单位办理")

    def prepare(self) -> None:
        assert self.message.assigning_tenant is not None
        self.choose("proposed_unit", organisations_to_assign(self.message.assigning_tenant))


class ExtendForm(TaskForm):
    until = forms.DateField(label="延期到", widget=DayInput, error_messages={"required": "请选择日期。"})
    reason = note_field("延期理由", required=True)

    def clean_until(self) -> datetime:
        """The end of the chosen day."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59, 59)))


class TransferForm(TaskForm):
    to = forms.ModelChoiceField(Post._default_manager.none(), label="转给", empty_label="请选择")
    note = note_field("转办意见")

    def prepare(self) -> None:
        rows = self._receivers()
        self.choose("to", rows, [(post.pk, post.party.name) for post in rows])

    def _receivers(self) -> Any:
        """An officer's colleagues; for the administrator all posts that can have a message here."""
        message, unit = self.message, self.message.lead_unit_id or 0
        posts = posts_for(self.actor).filter(party__is_active=True).exclude(party_id__in=self.actor.party_ids)
        if any(post.organisation_id == unit for post in self.actor.posts):
            return posts.filter(organisation_id=unit, kind__in=_IN_UNITS).order_by("party_id")
        here = Q(tenant_id__in={message.tenant_id, message.assigning_tenant_id}, kind__in=_IN_CONGRESS)
        return posts.filter(here | Q(organisation_id=unit, kind__in=_IN_UNITS)).order_by("party_id")


class WithdrawForm(TaskForm):
    note = note_field("取回原因")


class RequestForm(ActForm):
    request_id = forms.IntegerField(widget=forms.HiddenInput)
    note = note_field("意见")


class ContactForm(ActForm):
    way = forms.ChoiceField(label="方式", choices=ContactLog.Way)
    note = note_field("内容", required=True)


class ForwardForm(TaskForm):
    note = note_field("给群众的话", hint="可不填，承办单位的答复会一并告诉群众。")


class RecordRatingForm(ActForm):
    process = forms.ChoiceField(label="办理过程", choices=Satisfaction, widget=forms.RadioSelect)
    result = forms.ChoiceField(label="办理结果", choices=Satisfaction, widget=forms.RadioSelect)
    comment = note_field("说明", hint="不满意的，请写明原因。")

    @property
    def by(self) -> Rating.By:
        """Whose rating it is: the message's deputy rates for herself, everybody else writes down the constituent's."""
        return Rating.By.DEPUTY if self.message.deputy_id == self.actor.party_id else Rating.By.CONSTITUENT

    def given(self) -> dict[str, Any]:
        return {"by": self.by, **super().given()}


class JudgeForm(TaskForm):
    verdict = forms.ChoiceField(label="研判结果", choices=Verdict, widget=forms.RadioSelect)
    note = note_field("说明", required=True, hint="群众查询时能看到。")
