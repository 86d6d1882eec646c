"""``{% load ui_forms %}``: accessible fields that keep what was typed and say what is wrong in words."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms import BaseForm, BoundField
from django.utils.safestring import SafeString

register = template.Library()

_KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "choices"),
    (forms.RadioSelect, "choices"),
    (forms.CheckboxInput, "check"),
    (forms.FileInput, "file"),
    (forms.Textarea, "text"),
    (forms.Select, "select"),
)


def _kind(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    return next((kind for cls, kind in _KINDS if isinstance(widget, cls)), "input")


def _attributes(bound: BoundField, kind: str) -> dict[str, Any]:
    """The widget's attributes: class, what describes it, whether it is wrong, and the keyboard a phone shows."""
    described = [f"{bound.auto_id}_error"] if bound.errors else []
    if bound.help_text:
        described.append(f"{bound.auto_id}_hint")
    attributes: dict[str, Any] = {}
    if kind == "select":
        attributes["class"] = "form-select"
    elif kind in ("input", "text", "file"):
        attributes["class"] = "form-control"
    elif kind == "check":
        attributes["class"] = "form-check-input"
    if described and kind != "choices":
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors and kind != "choices":
        attributes["aria-invalid"] = "true"
        attributes["class"] = attributes.get("class", "") + " is-invalid"
    if kind == "text" and isinstance(bound.field, forms.CharField) and bound.field.max_length:
        attributes["data-counter"] = bound.field.max_length
    return attributes


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, object]:
    """``{% field form.subject %}``: label, required mark, hint, control, error, each tied to the control."""
    kind = _kind(bound.field.widget)
    if hint:
        bound.help_text = hint
    attributes = _attributes(bound, kind)
    described = [f"{bound.auto_id}_error"] if bound.errors else []
    if bound.help_text:
        described.append(f"{bound.auto_id}_hint")
    return {
        "bound": bound,
        "kind": kind,
        "control": bound.as_widget(attrs=attributes) if kind != "choices" else "",
        "described": " ".join(described),
        "optional": not bound.field.required,
        "multiple": isinstance(bound.field.widget, forms.CheckboxSelectMultiple),
        "limit": attributes.get("data-counter"),
    }


@register.inclusion_tag("ui/fields.html")
def fields(form: BaseForm) -> dict[str, object]:
    """``{% fields form %}``: every field in order; hidden ones without frame."""
    return {"form": form}


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, object]:
    """``{% form_errors form %}``: how many things are wrong, each a link to its field; takes the focus."""
    wrong = [(bound, bound.errors[0]) for bound in form if bound.errors] if form.is_bound else []
    general = list(form.non_field_errors()) if form.is_bound else []
    return {"wrong": wrong, "general": general, "count": len(wrong) + len(general)}


@register.simple_tag
def field_id(bound: BoundField) -> SafeString:
    """The id that a link in the summary jumps to: the control's, or the first choice's."""
    return SafeString(bound.id_for_label or bound.auto_id or "")
