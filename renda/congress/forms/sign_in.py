"""Forms of signing in."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm, SignupWebAuthnForm
from django import forms

from renda.congress.sign_in import claim_second_factor
from renda.kernel.errors import Invalid
from renda.kernel.ui.forms import HouseForm


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


class SmsPhoneForm(HouseForm):
    """The telephone that a code is sent to."""

    phone = forms.CharField(
        label="手机号码",
        max_length=30,
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": "请填写 11 位手机号码。"},
        help_text="须是您在“通知设置”里验证过的手机号码。",
    )


class SmsCodeForm(HouseForm):
    """The code that came."""

    code = forms.CharField(
        label="短信验证码",
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": "请填写短信里的六位数字。"},
    )


class IdentityForm(HouseForm):
    """Who a person is at the city's provider."""

    subject = forms.CharField(
        label="统一身份账号标识",
        max_length=255,
        required=False,
        help_text="由统一身份认证系统的管理员提供（sub）。留空表示解除关联。",
    )


class AddPasskeyForm(SignupWebAuthnForm):  # type: ignore[misc]  # allauth brings no types
    """A new passkey: what the browser made, and a name to know it by."""

    name = forms.CharField(label="名称", max_length=40, required=False, help_text="写明在哪台设备上，如“办公室电脑”。")


class EditPasskeyForm(EditWebAuthnForm):  # type: ignore[misc]  # allauth brings no types
    """Its name."""

    name = forms.CharField(label="名称", max_length=40, error_messages={"required": "请填写名称。"})


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
