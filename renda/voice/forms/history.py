"""The upload of former messages."""

from __future__ import annotations

from typing import Any

from django import forms

from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.forms import MEGABYTE, HouseForm

_MOST = 20 * MEGABYTE


class UploadForm(HouseForm):
    """Which congress, which file."""

    tenant = forms.ModelChoiceField(Tenant._default_manager.none(), label="存入", empty_label=None)
    file = forms.FileField(
        label="文件",
        help_text="xlsx 或 csv，第一行是列名；一次最多 20000 行。",
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的。"},
    )

    def __init__(self, *args: Any, tenants: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tenant"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = tenants
        field.initial = tenants.first()
        if len(tenants) == 1:
            field.widget = forms.HiddenInput()

    def clean_file(self) -> Any:
        """No larger than any file may be."""
        given = self.cleaned_data["file"]
        if given.size > _MOST:
            raise forms.ValidationError("文件超过 20 MB，请分几个文件导入。")
        return given
