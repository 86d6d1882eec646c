"""Forms of presses on a case as a whole: urge, oversee, stop, move, look at what is kept back."""

from __future__ import annotations

from django import forms

from renda.congress.api import organisations_to_oversee
from renda.kernel.ui.forms import DayInput, HouseForm
from renda.voice.forms.acting import ActForm, note_field, organisation_field
from renda.voice.models import Stage


class UrgeForm(ActForm):
    note = note_field("催办意见")


class SuspendForm(ActForm):
    reason = note_field("挂起理由", required=True)


class ResumeForm(ActForm):
    note = note_field("说明")


class TerminateForm(ActForm):
    reason = note_field("终止理由", required=True, hint="群众查询时能看到。")


class JumpForm(ActForm):
    to = forms.ChoiceField(label="调整到")
    reason = note_field("理由", required=True)

    def prepare(self) -> None:
        steps = self.fields["to"]
        assert isinstance(steps, forms.ChoiceField)
        elsewhere = [(one.value, one.label) for one in Stage if one not in {self.message.stage, Stage.TERMINATED}]
        steps.choices = [("", "请选择"), *elsewhere]


class OverseeForm(ActForm):
    organisation = organisation_field("作出决定的机构", required=True)
    reference = forms.CharField(label="决定文号或会议", max_length=120)
    decided_on = forms.DateField(label="决定日期", widget=DayInput)
    content = note_field("督办要求", required=True)

    def prepare(self) -> None:
        # A congress above that assigns the matter oversees it by its own bodies.
        tenants = (self.message.tenant, self.message.assigning_tenant or self.message.tenant)
        self.choose("organisation", organisations_to_oversee(tenants[0]) | organisations_to_oversee(tenants[1]))


def _reason_field() -> forms.CharField:
    return forms.CharField(
        label="用途", max_length=120, help_text="请写明具体用途；何人、何时、为何查看都会留下记录，审计管理员会查阅。"
    )


class ReasonForm(ActForm):
    """Of a look at what is kept back: a contact, a sealed text."""

    reason = _reason_field()


class ReasonOnly(HouseForm):
    """The same for what is no message of a case."""

    reason = _reason_field()
