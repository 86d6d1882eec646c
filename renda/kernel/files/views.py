"""One address a file; the subject's capability decides, a stranger learns nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from renda.kernel.errors import NotFound
from renda.kernel.files.access import access_to
from renda.kernel.files.inspection.images import Variant
from renda.kernel.files.models import StoredFile
from renda.kernel.files.serving import file_response
from renda.kernel.parties import Actor


def _serve(request: HttpRequest, key: int, variant: Variant | None) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined] # set by the middleware
    file = StoredFile.objects.filter(pk=key).first()
    if file is None:
        raise NotFound
    return file_response(request, file, access_to(actor, file), variant=variant)


@require_safe
def file_download(request: HttpRequest, key: int) -> HttpResponseBase:
    """The file itself, or a picture's public copy where the reader may see no more."""
    return _serve(request, key, None)


@require_safe
def file_thumb(request: HttpRequest, key: int) -> HttpResponseBase:
    """A picture of at most 480 px, without metadata."""
    return _serve(request, key, "thumb")
