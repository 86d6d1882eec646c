"""Files: check and store, give to a subject, give back to whom may read."""

from renda.kernel.files.access import Access, access_to, register_access
from renda.kernel.files.blobs import StorageFullError
from renda.kernel.files.inspection.images import Stroke
from renda.kernel.files.inspection.kinds import ALL, DOCUMENTS, IMAGES, MEDIA, Kind
from renda.kernel.files.inspection.scanning import ScannerSilentError, has_scanner
from renda.kernel.files.models import StoredFile
from renda.kernel.files.recognition import UnreadableError, missing_for_reading, text_in
from renda.kernel.files.serving import file_response
from renda.kernel.files.storing import attach, content_of, files_of, hand_on, painted_over, store, store_all
from renda.kernel.files.suspicion import Suspect, register_suspicion

__all__ = [
    "ALL",
    "DOCUMENTS",
    "IMAGES",
    "MEDIA",
    "Access",
    "Kind",
    "ScannerSilentError",
    "StorageFullError",
    "StoredFile",
    "Stroke",
    "Suspect",
    "UnreadableError",
    "access_to",
    "attach",
    "content_of",
    "file_response",
    "files_of",
    "hand_on",
    "has_scanner",
    "missing_for_reading",
    "painted_over",
    "register_access",
    "register_suspicion",
    "store",
    "store_all",
    "text_in",
]
