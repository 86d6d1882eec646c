"""The kit's own few pages: the elder-mode switch, the head band's figures, the gallery, and Django's error handlers."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from renda.kernel.ui import faults
from renda.kernel.ui.context import ELDER_COOKIE
from renda.kernel.ui.http import SeeOther

logger = logging.getLogger("renda.fault")

YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def elder(request: HttpRequest) -> HttpResponse:
    """Switch elder mode on or off for this browser and go back to the same page.

    A link, so that it works in every browser; the cookie changes the look only.
    """
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = SeeOther(target)
    if request.GET.get("on") == "1":
        response.set_cookie(ELDER_COOKIE, "1", YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie(ELDER_COOKIE, samesite="Lax")
    return response


@require_safe
def badges(request: HttpRequest) -> HttpResponse:
    """The head band's figures by themselves: it asks for them again when a live event says that something has changed."""
    response = render(request, "ui/badges.html")
    response["Cache-Control"] = "no-store"
    return response


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that Django refuses to read; one that is too big is told so."""
    too_big = isinstance(exception, RequestDataTooBig | TooManyFilesSent)
    return faults.respond(request, faults.PAGES[413 if too_big else 400])


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's own refusals; ours come as ``errors.Forbidden``."""
    logger.info("refused %s: %r", request.path, exception)
    return faults.respond(request, faults.PAGES[403])


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such address."""
    logger.debug("not found %s: %r", request.path, exception)
    return faults.respond(request, faults.PAGES[404])


def handler500(request: HttpRequest) -> HttpResponse:
    """A fault of ours: logged under a number that the page shows. A database out of reach is 503."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("database out of reach at %s", request.path, exc_info=error)
        return faults.respond(request, faults.PAGES[503])
    page = faults.PAGES[500]
    fault = faults.Fault(page.status, page.title, page.message, page.icon, number=faults.number())
    logger.error("fault %s at %s %s", fault.number, request.method, request.path, exc_info=error)
    return faults.respond(request, fault)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old (``CSRF_FAILURE_VIEW``)."""
    logger.info("form refused at %s: %s", request.path, reason)
    fault = faults.Fault(
        403, "页面已过期", "页面打开的时间太久，或者浏览器没有保存 Cookie。请返回上一页刷新后重新提交。", "clock-pause"
    )
    return faults.respond(request, fault)


def in_workshop_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The view exists only with DEBUG or in tests (``RENDA_GALLERY``)."""

    def guarded(request: HttpRequest) -> HttpResponse:
        if not (settings.DEBUG or getattr(settings, "RENDA_GALLERY", False)):
            raise Http404
        return view(request)

    return guarded
