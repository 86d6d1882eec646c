"""``{% subscribe_button "message.place" place.code %}``: what a page offers to be told of."""

from __future__ import annotations

from django import template

from renda.kernel.notices.subscriptions import is_subscribed
from renda.kernel.ui.http import actor_of

register = template.Library()


@register.inclusion_tag("notices/subscribe_button.html", takes_context=True)
def subscribe_button(context: template.Context, kind: str, target: object) -> dict[str, object]:
    """Subscribe to a target of a registered kind, or leave it; comes back to this page."""
    request = context["request"]
    found = is_subscribed(actor_of(request), kind, str(target))
    back = request.get_full_path()
    return {
        "request": request,
        "kind": kind,
        "target": target,
        "subscription": found,
        "back": back,
        "csrf_token": context.get("csrf_token"),
    }
