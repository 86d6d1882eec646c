"""Content that no row names goes after a day; what was cut off while coming in goes too."""

from __future__ import annotations

import logging
import time

from renda.kernel.files import blobs
from renda.kernel.files.models import StoredFile
from renda.kernel.jobs import daily, job
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

logger = logging.getLogger(__name__)


@job("files.sweep", every=daily("03:40"))
def sweep(timestamp: int) -> None:
    """Remove orphaned content. A row of any tenant keeps it, so the scope is all of them."""
    removed = 0
    with tenant_transaction(Tenant.objects.values_list("id", flat=True)):
        for old in blobs.folders():
            names = [path.name for path in old]
            named = set(StoredFile.objects.filter(sha256__in=names).values_list("sha256", flat=True))
            removed += sum(blobs.sweep(path) for path in old if path.name not in named)
    before = time.time() - blobs.GRACE
    for path in (blobs.root() / "incoming").glob("*"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
    logger.info("files.sweep removed %d blobs", removed)
