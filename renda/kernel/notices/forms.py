"""One tick a kind and way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from renda.kernel.notices.channels import CHANNELS, channels_on
from renda.kernel.notices.kinds import KINDS
from renda.kernel.notices.models import Preference
from renda.kernel.notices.sending import INBOX
from renda.kernel.ui.forms import HouseForm


class PreferenceForm(HouseForm):
    """A group of ticks for every registered kind; those that a rule needs told are ticked and cannot be cleared."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [(INBOX, "站内通知"), *((name, CHANNELS[name].title) for name in channels_on())]
        for kind in KINDS.values():
            self.fields[_field(kind.name)] = forms.MultipleChoiceField(
                label=kind.title,
                choices=ways,
                required=False,
                disabled=kind.is_required,
                initial=[name for name, _ in ways],
                help_text="按规定必须告知，不能关闭。" if kind.is_required else "",
                widget=forms.CheckboxSelectMultiple,
            )

    @classmethod
    def of(cls, wishes: Iterable[Preference]) -> PreferenceForm:
        """The form as the person left it."""
        form = cls()
        for wish in wishes:
            field = form.fields.get(_field(wish.kind))
            if field is not None and not wish.is_wanted and not KINDS[wish.kind].is_required:
                field.initial = [name for name in field.initial or [] if name != wish.channel]
        return form

    def wanted(self) -> dict[str, dict[str, bool]]:
        """What ``notice.prefer`` takes; required kinds are left out."""
        said: dict[str, dict[str, bool]] = {}
        for kind in KINDS.values():
            field = self.fields[_field(kind.name)]
            if not kind.is_required and isinstance(field, forms.MultipleChoiceField):
                chosen = self.cleaned_data[_field(kind.name)]
                said[kind.name] = {str(name): name in chosen for name, _ in field.choices}  # type: ignore[misc,union-attr] # a flat list of pairs, set above
        return said


def _field(kind: str) -> str:
    return "kind-" + kind.replace(".", "-")
