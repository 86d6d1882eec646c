"""Forms of deputies: roster, by-election, corrections, end and suspension; and of electoral districts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from renda.congress.forms.fields import CongressField, PersonField, PlacesField, choices_of, offer, one_of
from renda.congress.grounds import BY_ELECTION, ELECTED, GROUNDS_TO_SUSPEND, Ground, grounds_to_end
from renda.congress.models import (
    Congress,
    CongressLevel,
    DeputyLevel,
    ElectoralDistrict,
    Mandate,
    Person,
    Place,
)
from renda.kernel import clock
from renda.kernel.ui.forms import DayInput, HouseForm


class RosterForm(HouseForm):
    """Which congress, and the spreadsheet."""

    congress = CongressField(label="人民代表大会")
    file = forms.FileField(
        label="代表名册（xlsx）",
        widget=forms.FileInput({"accept": ".xlsx"}),
        error_messages={"required": "请选择文件。"},
        help_text="请先下载模板填写。先预览，确认后才导入。",
    )
    starts_on = forms.DateField(
        label="新一届第一次会议日期",
        required=False,
        widget=DayInput,
        help_text="只在换届时填写。填写后，本届全部代表职务于这一天结束，名册中的代表进入新一届。补选、补录不要填写。",
    )

    def __init__(self, *args: Any, congresses: QuerySet[Congress], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, congress=congresses)


def _decision() -> forms.CharField:
    return forms.CharField(
        label="依据",
        max_length=200,
        error_messages={"required": "请写明依据。"},
        help_text="作出决定的会议、公告或者文号，如：区人大常委会第十二次会议决定。",
    )


def _named(grounds: Iterable[Ground]) -> list[tuple[str, str]]:
    """The cases of the law, each with its citation."""
    return [(one.key, f"{one.title}　{one.citation}" if one.law else one.title) for one in grounds]


class MandateEditForm(HouseForm):
    """What may change while a mandate runs."""

    district = one_of(label="选区（选举单位）", required=False, empty_label="不改")
    delegation = forms.CharField(label="代表团", max_length=60, required=False, help_text="没有的自动新建。")
    group = forms.CharField(label="代表小组", max_length=60, required=False, help_text="没有的自动新建。")
    reference_number = forms.CharField(label="代表证号", max_length=40, required=False)
    is_public = forms.BooleanField(
        label="公开联系", required=False, help_text="群众可以查到并留言。全国和省人大代表须本人同意。"
    )

    def __init__(self, *args: Any, districts: QuerySet[ElectoralDistrict], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, district=districts)


class _LeaveForm(HouseForm):
    """A deputy may not act (any more): in which case of the law, by what, from when, and who goes on."""

    ground = forms.ChoiceField(label="法定情形", error_messages={"required": "请选择法定情形。"})
    on = forms.DateField(label="日期", required=False, widget=DayInput, help_text="决定或者公告之日；不填为今天。")
    decision = _decision()
    successor = PersonField(
        label="未办结留言交给",
        required=False,
        help_text="本级人大的另一位代表，填写姓名或用户名；不填的由业务管理员分派。",
    )

    def __init__(self, *args: Any, grounds: Iterable[Ground], deputies: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "ground", _named(grounds))
        offer(self, successor=deputies)
        self.fields["on"].widget.attrs["max"] = clock.today().isoformat()

    def given(self) -> dict[str, Any]:
        """Arguments of the action."""
        successor = self.cleaned_data["successor"]
        return {**self.cleaned_data, "successor": successor and successor.party_id}


class MandateEndForm(_LeaveForm):
    """A mandate ends."""

    def __init__(self, *args: Any, mandate: Mandate, **kwargs: Any) -> None:
        super().__init__(*args, grounds=grounds_to_end(mandate), **kwargs)


class MandateSuspendForm(_LeaveForm):
    """A mandate rests."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, grounds=GROUNDS_TO_SUSPEND, **kwargs)


class MandateRestoreForm(HouseForm):
    """A mandate rests no longer."""

    on = forms.DateField(label="日期", required=False, widget=DayInput, help_text="不填为今天。")
    decision = _decision()


class MandateBeginForm(HouseForm):
    """One deputy more."""

    level = forms.ChoiceField(label="代表层级", required=False)
    ground = forms.ChoiceField(label="事项", choices=[(one.key, one.title) for one in (BY_ELECTION, ELECTED)])
    person = PersonField(
        label="已有账号的人",
        required=False,
        help_text="已经有账号的（如其他层级的代表），填写姓名或用户名；没有的填写下面的姓名。",
    )
    name = forms.CharField(label="姓名", max_length=40, required=False, help_text="没有账号的人。系统为其新建账号。")
    phone = forms.CharField(
        label="手机号码",
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    occupation = forms.CharField(label="工作单位及职务", max_length=120, required=False)
    district = one_of(label="选区（选举单位）", required=False, empty_label="请选择")
    delegation = forms.CharField(label="代表团", max_length=60, required=False)
    group = forms.CharField(label="代表小组", max_length=60, required=False)
    reference_number = forms.CharField(label="代表证号", max_length=40, required=False)
    body_name = forms.CharField(
        label="所属人大全称", max_length=80, required=False, help_text="只有全国和省人大代表填写。"
    )
    starts_on = forms.DateField(label="当选日期", widget=DayInput, error_messages={"required": "请填写当选日期。"})
    decision = _decision()
    is_public = forms.BooleanField(
        label="公开联系", required=False, initial=True, help_text="群众可以查到并留言。全国和省人大代表须本人同意。"
    )

    def __init__(
        self,
        *args: Any,
        congress: Congress,
        districts: QuerySet[ElectoralDistrict],
        people: QuerySet[Person],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, district=districts, person=people)
        if congress.level == CongressLevel.CITY:
            above = [(one.value, f"{one.label}（只联系服务）") for one in (DeputyLevel.PROVINCE, DeputyLevel.NATIONAL)]
            choices_of(self, "level", above, empty="本级")
        else:
            del self.fields["level"], self.fields["body_name"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not said.get("person") and not said.get("name") and "person" not in self.errors:
            self.add_error("name", "请填写姓名，或者上面已有账号的人。")
        return said

    def given(self) -> dict[str, Any]:
        """Arguments of ``mandate.begin`` but the congress."""
        said = dict(self.cleaned_data)
        person = said.pop("person")
        return {**said, "person_id": person and person.party_id}


class DistrictForm(HouseForm):
    """A district's name and what it covers."""

    name = forms.CharField(
        label="名称", max_length=60, error_messages={"required": "请填写名称。"}, help_text="如：第3选区（花园社区等）"
    )
    places = PlacesField(
        label="包括的地方",
        required=False,
        help_text="群众按所在地查找代表时要用。选区只占一部分的村（社区）也选上。",
    )

    def __init__(self, *args: Any, places: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, places=places)


class DistrictCreateForm(DistrictForm):
    """Its number as on the ballot."""

    number = forms.IntegerField(label="编号", min_value=1, max_value=9999, error_messages={"required": "请填写编号。"})
    field_order = ["number", "name", "places"]


class DistrictEditForm(DistrictForm):
    """Whether it is in use."""

    is_active = forms.BooleanField(label="在用", required=False, help_text="重新划分后不再使用的选区停用。")
    field_order = ["name", "is_active", "places"]
