"""How one wants to be told: a tick a kind and channel, hours; and the forms that show whose an address is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from renda.kernel.notices.channels import CHANNELS, channels_on
from renda.kernel.notices.digests import HOURS
from renda.kernel.notices.kinds import KINDS, Kind
from renda.kernel.notices.models import Preference, Timing
from renda.kernel.notices.sending import INBOX
from renda.kernel.ui.forms import HouseForm


class TimeInput(forms.TimeInput):
    """The browser's own picker of a time."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


@dataclass(frozen=True)
class Tick:
    """One box of the table: a kind on a channel. Without a ``name`` it is ticked for good."""

    channel: str
    title: str
    name: str
    key: str
    is_ticked: bool


class PreferenceForm(HouseForm):
    """A field for every kind with its channels, quiet hours, and the hour of the digest."""

    quiet_from = forms.TimeField(label="免打扰开始", required=False, widget=TimeInput)
    quiet_until = forms.TimeField(label="免打扰结束", required=False, widget=TimeInput)
    digest_hour = forms.TypedChoiceField(
        label="每日摘要",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "不要"), *((str(hour), f"每天 {hour}:00") for hour in HOURS)],
        help_text="把待办、临期、超期和订阅的新内容合成一条通知，每天一次。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = [(INBOX, "站内通知"), *((name, CHANNELS[name].title) for name in channels_on())]
        for kind in KINDS.values():
            self.fields[_field(kind.name)] = forms.MultipleChoiceField(
                label=kind.title,
                choices=[pair for pair in self.columns if not _is_fixed(kind, pair[0])],
                required=False,
                initial=[name for name, _ in self.columns],
            )

    @classmethod
    def of(cls, wishes: Iterable[Preference], timing: Timing | None) -> PreferenceForm:
        """The form as the person left it."""
        form = cls(
            initial={
                "quiet_from": timing and timing.quiet_from,
                "quiet_until": timing and timing.quiet_until,
                "digest_hour": timing and timing.digest_hour,
            }
        )
        for wish in wishes:
            field = form.fields.get(_field(wish.kind))
            if field is not None and not wish.is_wanted:
                field.initial = [name for name in field.initial or [] if name != wish.channel]
        return form

    def rows(self) -> Iterator[tuple[Kind, list[Tick]]]:
        """The table: each kind with its boxes, ticked as they were left or as they were just pressed."""
        for kind in KINDS.values():
            name = _field(kind.name)
            chosen = set(self[name].value() or [])
            yield (
                kind,
                [
                    Tick(
                        channel,
                        title,
                        "" if _is_fixed(kind, channel) else name,
                        f"{name}-{channel}",
                        _is_fixed(kind, channel) or channel in chosen,
                    )
                    for channel, title in self.columns
                ],
            )

    def timing_fields(self) -> list[forms.BoundField]:
        """What is not in the table."""
        return [self["quiet_from"], self["quiet_until"], self["digest_hour"]]

    def given(self) -> dict[str, Any]:
        """What ``notice.prefer`` takes."""
        wanted = {
            kind.name: {
                channel: channel in self.cleaned_data[_field(kind.name)]
                for channel, _ in self.columns
                if not _is_fixed(kind, channel)
            }
            for kind in KINDS.values()
        }
        return {"wanted": wanted, **{name: self.cleaned_data[name] for name in self.base_fields}}


def _is_fixed(kind: Kind, channel: str) -> bool:
    return kind.is_required and channel == INBOX


def _field(kind: str) -> str:
    return "kind-" + kind.replace(".", "-")


class PhoneForm(HouseForm):
    """Where a code is sent by SMS."""

    address = forms.CharField(
        label="手机号码",
        max_length=20,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
        help_text="只用于向您发通知，加密保存。",
    )


class EmailForm(HouseForm):
    """Where a code is sent by e-mail."""

    address = forms.CharField(
        label="邮箱",
        max_length=100,
        widget=forms.TextInput({"inputmode": "email", "autocomplete": "email"}),
        help_text="只用于向您发通知，加密保存。",
    )


class CodeForm(HouseForm):
    """The code that came."""

    code = forms.CharField(
        label="验证码",
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
        help_text="6 位数字，10 分钟内有效。",
        error_messages={"required": "请填写收到的验证码。"},
    )
