"""Fields that several forms need: somebody by name, a place with what it lies in, rows of a selector."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Model, Q, QuerySet

from renda.congress.models import Congress, Person, Place
from renda.kernel.ui.forms import HouseForm

MOST_NAMED = 6
_NUMBER = re.compile("[0-9]{1,18}")

# The stubs' fields are generic, Django's are not.
if TYPE_CHECKING:
    _CongressField = forms.ModelChoiceField[Congress]
    _PlaceField = forms.ModelChoiceField[Place]
    _PlacesField = forms.ModelMultipleChoiceField[Place]
    _PeopleField = forms.ModelMultipleChoiceField[Person]
else:
    _CongressField = _PlaceField = forms.ModelChoiceField
    _PlacesField = _PeopleField = forms.ModelMultipleChoiceField


class PersonField(forms.CharField):
    """Somebody by name or user name; gives the ``Person`` or None. Who is meant must be plain.

    ``people`` is set by the form: the accounts among which is looked.
    """

    people: QuerySet[Person] = Person.objects.none()

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "姓名或用户名")
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("error_messages", {"required": "请填写姓名或用户名。"})
        super().__init__(**kwargs)
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value: Any) -> Any:
        """The person.

        Raises:
            ValidationError: nobody, or several of this name; those are listed.
        """
        text = str(super().clean(value)).strip()
        if not text:
            return None
        named = self.people.filter(Q(user_name=text) | Q(party__name=text), party__is_active=True)
        found = list(named.order_by("party_id")[: MOST_NAMED + 1])
        if not found:
            raise forms.ValidationError(f"没有找到“{text}”。请填写人员名录中的姓名或用户名。")
        if len(found) > 1:
            listed = "；".join(f"{one.user_name}（{one.occupation or '未登记单位'}）" for one in found[:MOST_NAMED])
            raise forms.ValidationError(f"有几位“{text}”，请改填用户名：{listed}。")
        return found[0]


def place_label(place: Place) -> str:
    """A place as it is chosen from a list: what lies in a sub-district with its name before it."""
    return (
        f"{place.parent.name} {place.name}" if place.parent is not None and place.parent.is_subdistrict else place.name
    )


class PlaceField(_PlaceField):
    """One place of a congress."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Place.objects.none(), empty_label="请选择", **kwargs)

    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, Place)
        return place_label(obj)


class PlacesField(_PlacesField):
    """Several places of a congress."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Place.objects.none(), **kwargs)

    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, Place)
        return place_label(obj)


class PeopleField(_PeopleField):
    """Several people by name, with what they do."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.occupation}）" if obj.occupation else str(obj.name)


def one_of(**kwargs: Any) -> forms.ModelChoiceField[Any]:
    """A choice of one row, for tables that cannot be asked before a scope is set: ``offer`` says which rows."""
    return forms.ModelChoiceField(None, **kwargs)


def offer(form: HouseForm, **rows: QuerySet[Any]) -> None:
    """Set what the choice fields of a form offer, and among whom its person fields look."""
    for name, queryset in rows.items():
        field = form.fields[name]
        if isinstance(field, PersonField):
            field.people = queryset
        else:
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset


def choices_of(form: HouseForm, name: str, choices: Iterable[tuple[str, str]], *, empty: str = "请选择") -> None:
    """Set the choices of a field, an empty one before them."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", empty), *choices]


def congress_named(congresses: QuerySet[Congress], said: str) -> Congress | None:
    """The one of these congresses that an address names by its number; None for anything else."""
    return congresses.filter(tenant_id=int(said)).first() if _NUMBER.fullmatch(said) else None


class CongressField(_CongressField):
    """One congress. Its key is its tenant's, which the database compares as it comes: what is no number never gets there."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Congress.objects.none(), empty_label="请选择", **kwargs)

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not isinstance(value, Congress) and not _NUMBER.fullmatch(str(value)):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class CongressForm(HouseForm):
    """In which congress something is made: asked first, for the rest depends on it."""

    congress = CongressField(label="人民代表大会")

    def __init__(self, *args: Any, congresses: QuerySet[Congress], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, congress=congresses)


def reason(label: str = "原因", help_text: str = "", *, required: bool = True) -> forms.CharField:
    """A reason that goes into the trail."""
    return forms.CharField(
        label=label,
        max_length=200,
        required=required,
        help_text=help_text,
        error_messages={"required": f"请写明{label}。"},
    )


class ReasonForm(HouseForm):
    """Only a reason."""

    reason = reason()
