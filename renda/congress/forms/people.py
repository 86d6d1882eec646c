"""Forms of people and of the posts they hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from renda.congress.forms.fields import CongressField, PersonField, ReasonForm, congress_named, offer
from renda.congress.models import Congress, Organisation, Person
from renda.kernel import clock
from renda.kernel.ui.forms import DayInput, HouseForm


class InviteForm(HouseForm):
    """How many one-use codes for one person."""

    count = forms.IntegerField(
        label="登录码个数", min_value=1, max_value=10, initial=5, help_text="每个登录码只能用一次，60 天内有效。"
    )


class DisableForm(ReasonForm):
    """Why an account sleeps, and who goes on with what was in her own hands."""

    successor = PersonField(
        label="接任人",
        required=False,
        help_text="本人名下未办结的事项交给谁；不填的由业务管理员分派。岗位上的事项不受影响。",
    )

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, successor=people)

    def given(self) -> dict[str, Any]:
        """Arguments of ``person.disable``."""
        successor = self.cleaned_data["successor"]
        return {"reason": self.cleaned_data["reason"], "successor": successor and successor.party_id}


class EmailForm(HouseForm):
    """Where notices follow by e-mail."""

    email = forms.CharField(
        label="电子邮件",
        max_length=254,
        required=False,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text="站内通知同时发到这个邮箱，只发标题和网址。不填表示不发。",
    )


class PersonForm(HouseForm):
    """What the office knows of a person."""

    name = forms.CharField(label="姓名", max_length=40, error_messages={"required": "请填写姓名。"})
    phone = forms.CharField(
        label="手机号码",
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    occupation = forms.CharField(label="工作单位及职务", max_length=120, required=False)
    expires_on = forms.DateField(label="账号有效期至", required=False, widget=DayInput, help_text="不填表示长期有效。")


class PersonEditForm(PersonForm):
    """The phone is not shown; an empty field leaves it as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = "为保护隐私不显示现有号码；不填表示不改。"

    def given(self) -> dict[str, Any]:
        """Arguments of ``person.edit``."""
        return {**self.cleaned_data, "phone": self.cleaned_data["phone"] or None}


class PersonCreateForm(PersonForm):
    """In which congress the account is at home is chosen too."""

    congress = CongressField(label="所属人大")

    def __init__(self, *args: Any, congresses: QuerySet[Congress], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, congress=congresses)


class HoldForm(HouseForm):
    """Somebody takes a post from a day on."""

    person = PersonField(help_text="在“人员”名录中可以查到。同名的填写用户名。")
    starts_on = forms.DateField(label="任职日期", required=False, widget=DayInput, help_text="不填为今天。")

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, person=people)


class EndHoldingForm(HouseForm):
    """From which day on somebody holds a post no longer."""

    on = forms.DateField(
        label="自何日起免去", required=False, widget=DayInput, help_text="不填为今天。从这一天起没有这个岗位的权限。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs["min"] = clock.today().isoformat()


WHOM = (
    ("deputy", "人大代表"),
    ("staff", "人大工作者"),
    ("handler", "承办单位人员"),
    ("station_manager", "联络站管理员"),
)


class InviteManyForm(HouseForm):
    """Whose sign-in slips are to be printed: a congress's deputies, a unit's people."""

    congress = CongressField(label="所属人大")
    whom = forms.ChoiceField(label="哪些人", choices=[("", "全部"), *WHOM], required=False)
    organisation = forms.ModelChoiceField(
        Organisation._default_manager.none(), label="机构", required=False, empty_label="全部机构"
    )
    also_awake = forms.BooleanField(
        label="也包括已经设置密码的人", required=False, help_text="默认只列出还没有启用账号的人。"
    )

    def __init__(self, *args: Any, congresses: QuerySet[Congress], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, congress=congresses)
        # The units of the congress that was chosen; before that there is nothing to choose from.
        chosen = congress_named(congresses, str(self.data.get("congress", "")))
        if chosen is not None:
            rows = Organisation.objects.filter(tenant_id=chosen.tenant_id, is_active=True)
            offer(self, organisation=rows.order_by("id"))
        else:
            del self.fields["organisation"]
