"""Every personal field is declared where it is, completely, and what is declared is given to whom it is about."""

from __future__ import annotations

from django.apps import apps

from renda.kernel.jobs.registry import JOBS
from renda.kernel.personal.declared import holdings, mentions, points_at_a_person
from renda.kernel.personal.retention import _due, rules
from renda.kernel.privacy.fields import EncryptedTextField

# A column of one of these names holds something of a person wherever it stands; else it says here why not.
TELLING = {"phone", "contact", "contact_name", "contact_phone", "email", "address", "ip", "id_number", "birthday"}
NOT_OF_PEOPLE = {
    "congress.Station.address": "where a station is",
    "account.EmailAddress.email": "the package's table; renda stores addresses in Person and PersonAddress",
}


def declared() -> set[str]:
    return {f"{held.label}.{name}" for held in holdings() for name in held.personal.fields}


def test_every_closed_field_and_every_telling_name_is_declared() -> None:
    wanted = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField) or field.name in TELLING
    }
    assert wanted - NOT_OF_PEOPLE.keys() - declared() == set()


def test_a_declaration_is_whole() -> None:
    for held in holdings():
        whose = held.personal.person or held.personal.case
        # What is on its way into a row, and swept, is nobody's yet.
        on_its_way = all(kept.swept_by for kept in held.personal.fields.values())
        assert whose or on_its_way, f"{held.label} says whose it is"
        for name, title, kept in held.lines():
            assert all((kept.purpose, kept.ground, kept.until)), f"{held.label}.{name}"
            assert not title.isascii(), f"{held.label}.{name} has no Chinese name"


def test_what_is_declared_can_be_asked() -> None:
    """Lookups are those of the model, jobs are jobs, and a rule without a moment has somebody who knows."""
    for held in holdings():
        personal = held.personal
        for lookup in filter(None, (personal.person, personal.case)):
            held.rows.filter(**{lookup: 1}).query.sql_with_params()
        for kept in personal.fields.values():
            assert not kept.swept_by or kept.swept_by in JOBS, kept.swept_by
    for rule in rules():
        assert rule.since or rule.held.label in _due, rule.name


def test_every_column_that_points_at_a_person_is_in_her_dossier() -> None:
    about = {held.label: held.personal.person for held in holdings() if held.personal.person}
    counted = {(model._meta.label, field) for model, field in mentions()}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if points_at_a_person(field):
                is_given = about.get(model._meta.label) == field.name or (model._meta.label, field.name) in counted
                assert is_given, f"{model._meta.label}.{field.name}"
