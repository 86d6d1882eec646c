"""The base of the house's forms, and the field for several pictures or files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from renda.kernel.errors import Invalid, KeyUsed, Refused, StateChanged

MEGABYTE = 1024 * 1024


class HouseForm(forms.Form):
    """A form whose labels carry no colon and that takes an action's ``Invalid`` as its own errors."""

    # The browser's bubbles are not readable in elder mode and not in our words; the server answers at the field.
    use_required_attribute = False
    # Whether its idempotency key is used up: shown again, it gets a new one, and the next press counts.
    key_is_used = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def take(self, error: Invalid) -> None:
        """Show an action's refusal at its fields; what names no field of this form stands above it."""
        if not error.fields:
            self.add_error(None, error.message)
        for name, message in error.fields.items():
            self.add_error(name if name in self.fields else None, message)

    def catching(self) -> Catching:
        """``with form.catching(): action(…)``: its ``Invalid`` and ``Refused`` become errors of this form.

        What is stale (``StateChanged``) goes on: typing it again would not help.
        """
        return Catching(self)


class Catching:
    """The context that ``HouseForm.catching`` gives; a class, so that type checkers know it may swallow."""

    def __init__(self, form: HouseForm) -> None:
        self.form = form

    def __enter__(self) -> HouseForm:
        return self.form

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, Invalid):
            self.form.take(error)
            return True
        if isinstance(error, Refused) and not isinstance(error, StateChanged):
            self.form.add_error(None, error.message)
            self.form.key_is_used = isinstance(error, KeyUsed)
            return True
        return False


class FilesInput(forms.FileInput):
    """A file input for several files; with scripts it lists what was chosen, with small pictures."""

    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"multiple": True, "data-files": "", **(attrs or {})})


class FilesField(forms.FileField):
    """Several files in one field; cleans to a list of ``UploadedFile``.

    Args:
        max_count: how many at most.
        max_megabytes: how large one file may be, in MiB. What the files really are is judged by ``kernel.files``.
        accept: what the file dialog offers, e.g. ``image/*``.
    """

    widget = FilesInput

    def __init__(self, *, max_count: int = 9, max_megabytes: int = 20, accept: str = "", **kwargs: Any) -> None:
        self.max_count, self.max_bytes = max_count, max_megabytes * MEGABYTE
        kwargs.setdefault("help_text", f"最多 {max_count} 个，每个不超过 {max_megabytes} MB。")
        super().__init__(**kwargs)
        self.widget.attrs["data-max-count"] = max_count
        if accept:
            self.widget.attrs["accept"] = accept

    def clean(self, data: Any, initial: Any = None) -> Any:  # the stubs' signature
        """The files, each checked by itself.

        Raises:
            ValidationError: too many, one too large, one empty, none though required.
        """
        given: Sequence[UploadedFile[Any]] = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            super().clean(None, initial)
            return []
        if len(given) > self.max_count:
            raise forms.ValidationError(f"最多上传 {self.max_count} 个文件，您选择了 {len(given)} 个。")
        files = [super(FilesField, self).clean(item, initial) for item in given]
        for item in files:
            if item.size > self.max_bytes:
                limit = self.max_bytes // MEGABYTE
                raise forms.ValidationError(f"“{item.name}”超过 {limit} MB，请压缩后再上传。")
        return files


class DayInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of day and time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")
