"""Who is told of something by what their posts may do."""

from __future__ import annotations

from renda.kernel.parties import resolve
from renda.kernel.policy import kinds_with
from renda.kernel.tenancy.models import Tenant


def holders_near(permission: str, tenant_id: int | None) -> list[int]:
    """Posts (party ids) that hold a permission: of each kind of post those nearest to the tenant, upward.

    None: the matter belongs to the whole site; those where the trees begin.

    Raises:
        KeyError: the permission is unknown.
    """
    if tenant_id is None:
        paths = [[top] for top in Tenant.objects.filter(parent=None, is_active=True).values_list("id", flat=True)]
    else:
        paths = list(Tenant.objects.filter(id=tenant_id).values_list("path", flat=True))
    found: list[int] = []
    for path in paths:
        for kind in kinds_with(permission):
            near = (resolve(f"post:{kind}", None, tenant) for tenant in reversed(path))
            found += next((posts for posts in near if posts), [])
    return found
