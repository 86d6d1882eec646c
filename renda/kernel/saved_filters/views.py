"""Saving from a list, and the page where one's saved filters are kept in order."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from renda.kernel.errors import Invalid, Refused
from renda.kernel.saved_filters.actions import filter_remove, filter_rename, filter_save, filter_share
from renda.kernel.saved_filters.selectors import filters_for
from renda.kernel.ui.http import ActorRequest, SeeOther, page


@login_required
@require_safe
def filter_list(request: ActorRequest) -> HttpResponse:
    """My saved filters list by list, with those that my organisations share beside them."""
    rows = filters_for(request.actor).select_related("party").order_by("caption", "path", "name")
    # Two posts in one organisation are one choice.
    posts = {post.organisation_id: post.title for post in request.actor.posts}
    return page(request, "saved_filters/list.html", {"rows": rows, "organisations": list(posts.items())})


@login_required
@require_POST
def save(request: ActorRequest) -> HttpResponse:
    """Save what the list shows, and back to it."""
    given = {name: request.POST.get(name, "") for name in ("path", "query", "name", "caption")}
    try:
        saved = filter_save.once(request.POST.get("idempotency_key"))(request.actor, **given)
    except (Invalid, Refused) as error:
        messages.error(request, error.message)
        return SeeOther(reverse("filter.list"))
    messages.success(request, f"已保存常用筛选“{saved.name}”。")
    return SeeOther(saved.url)


@login_required
@require_POST
def rename(request: ActorRequest, pk: int) -> HttpResponse:
    """Another name; a refusal is told on the page, which shows the old one."""
    try:
        filter_rename(request.actor, pk, name=request.POST.get("name", ""))
        messages.success(request, "已重命名。")
    except Invalid as error:
        messages.error(request, error.message)
    return SeeOther(reverse("filter.list"))


@login_required
@require_POST
def share(request: ActorRequest, pk: int) -> HttpResponse:
    """Share it with an organisation of mine, or with nobody."""
    given = request.POST.get("organisation", "")
    organisation = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    saved = filter_share(request.actor, pk, organisation=organisation)
    messages.success(request, "已共享，本机构的人都能看到。" if saved.shared_with else "已取消共享。")
    return SeeOther(reverse("filter.list"))


@login_required
@require_POST
def remove(request: ActorRequest, pk: int) -> HttpResponse:
    """Forget it."""
    filter_remove(request.actor, pk)
    messages.success(request, "已删除。")
    return SeeOther(reverse("filter.list"))
