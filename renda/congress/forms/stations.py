"""Forms of stations, who serves there, and when they receive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from renda.congress.forms.fields import PeopleField, PersonField, PlaceField, ReasonForm, offer, one_of
from renda.congress.models import Person, Place, Station
from renda.congress.reception import MOST_MONTHS, ONCE, REPEATS, series
from renda.kernel import clock
from renda.kernel.ui.forms import DayInput, HouseForm


class StationForm(HouseForm):
    """Where a station is and when it is open."""

    name = forms.CharField(label="名称", max_length=50, error_messages={"required": "请填写名称。"})
    place = PlaceField(label="所在地", error_messages={"required": "请选择所在地。"})
    address = forms.CharField(label="地址", max_length=120, required=False, help_text="群众找得到的地址，如某路某号。")
    opening = forms.CharField(label="开放时间", max_length=100, required=False, help_text="如：工作日 8:30–17:30")
    latitude = forms.DecimalField(
        label="纬度",
        min_value=-90,
        max_value=90,
        decimal_places=5,
        required=False,
        help_text="选填，用 WGS 84 坐标。经纬度填了，联络站才画在公众的示意图上；没有填的只列在表里。",
    )
    longitude = forms.DecimalField(label="经度", min_value=-180, max_value=180, decimal_places=5, required=False)

    def __init__(self, *args: Any, places: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, place=places)


class StationCreateForm(StationForm):
    """What kind of station it is."""

    kind = forms.ChoiceField(
        label="类别", choices=[("", "请选择"), *Station.Kind.choices], error_messages={"required": "请选择类别。"}
    )
    field_order = ["kind", "name", "place", "address", "opening", "latitude", "longitude"]


class StationCloseForm(ReasonForm):
    """Why a station closes, and which one goes on."""

    successor = one_of(
        label="接续的联络站",
        required=False,
        empty_label="没有",
        help_text="进站代表、正在办理的留言和墙上的二维码转到这个站。",
    )
    field_order = ["successor", "reason"]

    def __init__(self, *args: Any, successors: QuerySet[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, successor=successors)


class ServeForm(HouseForm):
    """Who serves at a station: a tick each, and one more by name."""

    people = PeopleField(Person._default_manager.none(), label="进站代表", required=False)
    other = PersonField(
        label="再加一位代表", required=False, help_text="上面没有列出的本级或上级代表，填写姓名或用户名。"
    )

    def __init__(self, *args: Any, near: QuerySet[Person], everybody: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, people=near, other=everybody)

    def given(self) -> dict[str, Any]:
        """Arguments of ``station.serve``."""
        chosen = [person.party_id for person in self.cleaned_data["people"]]
        other = self.cleaned_data["other"]
        return {"people": [*chosen, *([other.party_id] if other else [])]}


class ReceptionForm(HouseForm):
    """Who receives when and where, once or every month."""

    people = PeopleField(
        Person._default_manager.none(), label="接待代表", error_messages={"required": "请选择接待的代表。"}
    )
    day = forms.DateField(label="日期", widget=DayInput, error_messages={"required": "请选择日期。"})
    starts_at = forms.TimeField(label="开始", widget=forms.TimeInput({"type": "time"}), initial="09:00")
    ends_at = forms.TimeField(label="结束", widget=forms.TimeInput({"type": "time"}), initial="11:30")
    venue = forms.CharField(label="地点", max_length=60, required=False, help_text="不在站里接待的填写，如某村村委会。")
    repeat = forms.ChoiceField(label="重复", choices=REPEATS, initial=ONCE)
    months = forms.IntegerField(
        label="连续几个月",
        min_value=1,
        max_value=MOST_MONTHS,
        initial=3,
        required=False,
        help_text="选择每月重复时填写，包括这一次。",
    )

    def __init__(self, *args: Any, serving: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, people=serving)
        self.fields["day"].widget.attrs["min"] = clock.today().isoformat()

    def given(self) -> dict[str, Any]:
        """Arguments of ``reception.arrange``."""
        said = self.cleaned_data
        return {
            "people": [person.party_id for person in said["people"]],
            "days": series(said["day"], said["repeat"], said["months"] or 1),
            "starts_at": said["starts_at"],
            "ends_at": said["ends_at"],
            "venue": said["venue"],
        }


class ReceptionCancelForm(ReasonForm):
    """Why a deputy does not receive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "群众能看到，如：代表出席会议，改期另行通知。"
