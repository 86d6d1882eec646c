"""What voice does by itself."""

from __future__ import annotations

from datetime import timedelta

from renda.kernel.clock import now
from renda.kernel.files.api import files_of
from renda.kernel.jobs import daily, job
from renda.kernel.notices.outbox import BATCH
from renda.kernel.parties import Actor
from renda.kernel.tenancy.models import Tenant
from renda.voice.actions import history_bring_in
from renda.voice.hotline import has_interface
from renda.voice.hotline.carrying import carry
from renda.voice.issues.gathering import gather
from renda.voice.models import ImportedRow, MessageDraft, MessageImport
from renda.voice.statistics.counting import count_changed


@job("voice.count", every="* * * * *")
def count(timestamp: int) -> None:
    """Keep the figures up to the last minute."""
    count_changed()


@job("voice.gather_issues", every=daily("02:20"))
def gather_issues(timestamp: int) -> None:
    """Find what several places speak of."""
    gather()


@job("voice.bring_in")
def bring_in(source_id: int) -> None:
    """Bring in a spreadsheet of former messages, some hundred rows a transaction; run twice, it goes on where it was."""
    actor = Actor.machine("历史导入", Tenant.objects.values_list("id", flat=True))
    while history_bring_in(actor, source_id).state == MessageImport.State.RUNNING:
        pass


@job("voice.hotline", every="* * * * *")
def hotline(timestamp: int) -> None:
    """Carry tickets to the hotline and fetch its answers."""
    while has_interface() and carry() == BATCH:
        pass


# A preview that nobody confirmed, wrong rows that nobody fetched, a draft that nobody finished: they hold personal data.
ROWS_KEPT = timedelta(days=30)
DRAFTS_KEPT = timedelta(days=90)


@job("voice.trim", every=daily("03:20"), per_tenant=True)
def trim(timestamp: int, tenant_id: int) -> None:
    """Forget rows of spreadsheets and drafts that were left lying."""
    rows = ImportedRow.objects.filter(tenant_id=tenant_id, source__uploaded_at__lt=now() - ROWS_KEPT)
    rows.exclude(source__state=MessageImport.State.RUNNING).delete()
    drafts = list(MessageDraft.objects.filter(tenant_id=tenant_id, saved_at__lt=now() - DRAFTS_KEPT))
    files_of(*drafts).delete()
    MessageDraft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
