"""What the pages of the directory share: rows through their selectors, presses with their forms, a congress chosen first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.urls import reverse

from renda.congress import selectors
from renda.congress.forms import CongressForm
from renda.congress.forms.fields import congress_named
from renda.congress.models import Congress
from renda.kernel import policy
from renda.kernel.actions.api import Existing
from renda.kernel.errors import Forbidden, NotFound
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, page
from renda.kernel.ui.shapes import Press

M = TypeVar("M", bound=Model)
# What a form is made of on the page (None) or with what was sent.
MakeForm = Callable[[Any], HouseForm]


@dataclass(frozen=True)
class Verb:
    """One thing that may be done to the row of a page."""

    action: Existing[Any, Any, Any]
    form: MakeForm
    icon: str = ""
    primary: bool = False
    warning: str = ""

    @property
    def name(self) -> str:
        """The action's name, which is the address's too."""
        return self.action.name


def one(rows: QuerySet[M], pk: int) -> M:
    """A row through its selector.

    Raises:
        NotFound: not for this actor.
    """
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def may_look(actor: Actor) -> None:
    """The directory is for those who may look at people.

    Raises:
        Forbidden: nobody else.
    """
    if not any(policy.may(actor, name, None) for name in ("person.view", "holding.assign_administrator")):
        raise Forbidden("person.view")


def presses(
    actor: Actor,
    tenant_id: int | None,
    verbs: Sequence[Verb],
    pk: int,
    sent: Mapping[str, HouseForm] | None = None,
) -> list[Press]:
    """The buttons of a page that this actor has, each with its form; ``sent``: forms that came back with errors."""
    return [
        Press(
            verb.name,
            verb.action.title,
            reverse(f"congress:{verb.name}", args=[pk]),
            form=(sent or {}).get(verb.name) or verb.form(None),
            icon=verb.icon,
            primary=verb.primary,
            warning=verb.warning,
        )
        for verb in verbs
        if verb.action.permission is None or policy.may(actor, verb.action.permission, tenant_id)
    ]


def need(actor: Actor, action: Existing[Any, Any, Any], tenant_id: int | None) -> None:
    """Before a page is shown again with what was typed: nobody sees it by sending nonsense.

    Raises:
        Forbidden: the actor may not do this there.
    """
    if action.permission is not None and not policy.may(actor, action.permission, tenant_id):
        raise Forbidden(action.permission)


def filled(actor: Actor, make: Callable[[], HouseForm]) -> HouseForm:
    """A form that was sent, cleaned: what it chooses from is looked up inside the actor's scope."""
    with tenant_transaction(actor.tenants):
        form = make()
        form.is_valid()
    return form


def given_by(form: HouseForm) -> dict[str, Any]:
    """The arguments of the action that a form is for."""
    given: dict[str, Any] = form.given() if hasattr(form, "given") else dict(form.cleaned_data)
    return given


def chosen_congress(request: ActorRequest, permission: str) -> Congress | HttpResponse:
    """The congress in which something is to be made, or the page that asks for it.

    Raises:
        Forbidden: the actor makes nothing anywhere.
    """
    actor = request.actor
    tenants = policy.tenants_where(actor, permission)
    if not tenants:
        raise Forbidden(permission)
    congresses = selectors.congresses_for(actor).filter(tenant_id__in=tenants).order_by("tenant__path")
    asked = request.GET.get("congress", "")
    if (found := congress_named(congresses, asked)) is not None:
        return found
    few = list(congresses[:2])
    if len(few) == 1:
        return few[0]
    form = CongressForm(request.GET if asked else None, congresses=congresses)
    return page(request, "congress/choose_congress.html", form=form)
