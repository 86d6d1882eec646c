"""Forms of sign-in and of the directory."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as BaseReauthenticateForm
from django import forms
from django.db.models import QuerySet

from renda.congress.models import Congress
from renda.congress.sign_in import claim_second_factor
from renda.kernel.errors import Invalid
from renda.kernel.ui.forms import DayInput, HouseForm


class SignInForm(HouseForm):
    """User name and password, or a printed one-use code in the password's place."""

    user_name = forms.CharField(
        label="用户名",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "请填写用户名。"},
    )
    secret = forms.CharField(
        label="密码或一次性登录码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": "请填写密码，或登录码单上的一个登录码。"},
        help_text="登录码印在单位发给您的登录码单上，每个只能用一次。",
    )
    totp = forms.CharField(
        label="验证器动态码",
        max_length=10,
        required=False,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        help_text="多次输错密码后，设有验证器的账号在这里填写动态码即可继续登录；没有验证器的不用填。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Shown only after a try that failed, the same for every account.
        if not self.is_bound:
            del self.fields["totp"]


class _Counted:
    """Our own count of tries before allauth compares the code."""

    user: Any

    def clean_code(self) -> str:
        try:
            right = claim_second_factor(self.user, context.request.META.get("REMOTE_ADDR", ""))
        except Invalid as error:
            raise forms.ValidationError(error.message) from error
        code = super().clean_code()  # type: ignore[misc]  # the mixin's other side is allauth's form
        right()
        return str(code)


class SecondFactorForm(_Counted, AuthenticateForm):  # type: ignore[misc]  # allauth brings no types
    """The second step of signing in."""


class ReauthenticateForm(_Counted, BaseReauthenticateForm):  # type: ignore[misc]  # allauth brings no types
    """The same before a change of the second factor."""


class InviteForm(HouseForm):
    count = forms.IntegerField(
        label="登录码个数", min_value=1, max_value=10, initial=5, help_text="每个登录码只能用一次，60 天内有效。"
    )


class ReasonForm(HouseForm):
    reason = forms.CharField(label="原因", max_length=200, error_messages={"required": "请写明原因。"})


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

    congress = forms.ModelChoiceField(Congress.objects.none(), label="所属人大", empty_label="请选择")

    def __init__(self, *args: Any, congresses: QuerySet[Congress], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["congress"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = congresses


class HoldForm(HouseForm):
    """Somebody takes a post; named by user name, for names are not unique."""

    user_name = forms.CharField(
        label="人员的用户名",
        max_length=40,
        help_text="在人员名录中可以查到。",
        error_messages={"required": "请填写用户名。"},
    )


class StationForm(HouseForm):
    name = forms.CharField(label="名称", max_length=50, error_messages={"required": "请填写名称。"})
    address = forms.CharField(label="地址", max_length=120, required=False)
    opening = forms.CharField(label="开放时间", max_length=100, required=False)
    latitude = forms.DecimalField(label="纬度", min_value=-90, max_value=90, decimal_places=5, required=False)
    longitude = forms.DecimalField(label="经度", min_value=-180, max_value=180, decimal_places=5, required=False)
    is_active = forms.BooleanField(label="开放", required=False, help_text="关闭后，墙上的二维码不再可用。")


class RosterForm(HouseForm):
    """Which congress, and the spreadsheet."""

    congress = forms.ModelChoiceField(Congress.objects.none(), label="人民代表大会", empty_label="请选择")
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
        field = self.fields["congress"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = congresses
