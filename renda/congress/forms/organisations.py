"""Forms of organisations and posts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from renda.congress.forms.fields import PlaceField, ReasonForm, choices_of, offer
from renda.congress.models import (
    SEPARATED_ADMINISTRATORS,
    Congress,
    CongressLevel,
    DepartmentKind,
    Organisation,
    OrganisationKind,
    Place,
    Post,
    PostKind,
)
from renda.congress.structure import kinds_to_add
from renda.kernel.ui.forms import HouseForm

_POSTS = [
    kind for kind in PostKind if kind not in (PostKind.DEPUTY, PostKind.STATION_MANAGER, *SEPARATED_ADMINISTRATORS)
]


class OrganisationForm(HouseForm):
    """What an organisation is called and where it belongs."""

    name = forms.CharField(label="名称", max_length=80, error_messages={"required": "请填写名称。"})
    short_name = forms.CharField(label="简称", max_length=40, required=False)
    department = forms.ChoiceField(
        label="部门职责",
        choices=[("", "不适用"), *DepartmentKind.choices],
        required=False,
        help_text="政府部门和公共服务企业必选，系统据此建议承办单位。",
    )
    parent = forms.ModelChoiceField(
        Organisation._default_manager.none(), label="上级机构", required=False, empty_label="没有"
    )
    is_vertical = forms.BooleanField(
        label="垂直管理", required=False, help_text="如生态环境分局、供电公司；乡镇的事项通过县级交办。"
    )

    def __init__(self, *args: Any, parents: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, parent=parents)


class OrganisationCreateForm(OrganisationForm):
    """Its kind decides which posts it begins with."""

    kind = forms.ChoiceField(label="类别", error_messages={"required": "请选择类别。"})
    place = PlaceField(label="所在街道", required=False, help_text="只有街道工作委员会和街道办事处填写。")
    field_order = ["kind", "name", "short_name", "department", "parent", "place", "is_vertical"]

    def __init__(
        self, *args: Any, congress: Congress, parents: QuerySet[Organisation], places: QuerySet[Place], **kwargs: Any
    ) -> None:
        super().__init__(*args, parents=parents, **kwargs)
        kinds = kinds_to_add(CongressLevel(congress.level))
        choices_of(self, "kind", [(kind.value, str(kind.label)) for kind in kinds])
        if OrganisationKind.SUBDISTRICT_COMMITTEE in kinds:
            offer(self, place=places)
        else:
            del self.fields["place"]


class OrganisationCloseForm(ReasonForm):
    """Why it is closed and who goes on."""

    successor = forms.ModelChoiceField(
        Organisation._default_manager.none(),
        label="承接机构",
        required=False,
        empty_label="没有",
        help_text="没有办结的事项交给它的同类岗位。有未办结事项时必选。",
    )
    field_order = ["successor", "reason"]

    def __init__(self, *args: Any, successors: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, successor=successors)


class PostForm(HouseForm):
    """A post's title."""

    title = forms.CharField(label="岗位名称", max_length=60, error_messages={"required": "请填写岗位名称。"})


class PostCreateForm(PostForm):
    """What the post may do is decided by its kind."""

    kind = forms.ChoiceField(
        label="岗位类别",
        choices=[("", "请选择"), *((kind.value, str(kind.label)) for kind in _POSTS)],
        error_messages={"required": "请选择岗位类别。"},
        help_text="能做什么由类别决定。",
    )
    field_order = ["kind", "title"]


class PostCloseForm(ReasonForm):
    """Why a post is closed and which one goes on."""

    successor = forms.ModelChoiceField(
        Post._default_manager.none(),
        label="承接岗位",
        required=False,
        empty_label="没有",
        help_text="没有办结的事项交给它。有未办结事项时必选。",
    )
    field_order = ["successor", "reason"]

    def __init__(self, *args: Any, successors: QuerySet[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, successor=successors)
