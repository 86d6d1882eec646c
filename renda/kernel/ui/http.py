"""The few answers that every view gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from renda.kernel.parties import Actor
from renda.kernel.tenancy.scope import current_scope, tenant_transaction


class ActorRequest(HttpRequest):
    """A request as views get it: the middleware has set ``actor``."""

    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; the public without a scope where no middleware has said it (an error page before it)."""
    return cast(Actor, getattr(request, "actor", None) or Actor.public())


class SeeOther(HttpResponseRedirect):
    """303: after a write, get the next page (a reload does not send the form again)."""

    status_code = 303


@contextmanager
def scope_of(request: HttpRequest) -> Iterator[None]:
    """The reader's scope: that of the page that is looked at, opened anew for a POST that shows its page again."""
    if current_scope() is not None:
        yield
        return
    with tenant_transaction(actor_of(request).tenants):
        yield


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object] | None = None,
    *,
    form: BaseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """A rendered page. With a bound ``form`` that has errors the status is 422 and what was typed is kept.

    Runs in ``scope_of`` the request; what the context reads beforehand is read inside it too.
    """
    shown = dict(context or {})
    if form is not None:
        shown.setdefault("form", form)
        if form.is_bound and form.errors:
            status = 422
    with scope_of(request):
        return render(request, template, shown, status=status)
