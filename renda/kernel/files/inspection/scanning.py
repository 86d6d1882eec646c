"""ClamAV, when the machine has it: the daemon's INSTREAM command over its local socket (clamd(8))."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from django.conf import settings

from renda.kernel.errors import RendaError
from renda.kernel.files.inspection.kinds import refuse

_CHUNK = 64 * 1024
_PATIENCE = 30  # seconds


class ScannerSilentError(RendaError):
    """The scanner is set up but does not answer; nothing unscanned is taken in meanwhile."""

    status = 503
    default_code = "file.scanner"
    default_message = "病毒扫描服务暂时没有响应，文件没有保存，请稍后再试。"


def has_scanner() -> bool:
    """Whether a scanner's socket is there (``renda doctor`` tells)."""
    path = settings.RENDA_CLAMAV_SOCKET
    return bool(path) and Path(path).is_socket()


def scan(path: Path) -> bool:
    """Whether the file was scanned and found clean; False when this machine has no scanner.

    Raises:
        Invalid: a virus was found.
        ScannerSilentError: the scanner is there and does not answer.
    """
    if not has_scanner():
        return False
    try:
        reply = _ask(path)
    except OSError as error:
        raise ScannerSilentError from error
    if reply.endswith("FOUND"):
        raise refuse("virus", "文件没有通过病毒扫描，无法接收。请检查您的设备后重新上传。")
    if not reply.endswith("OK"):
        raise ScannerSilentError
    return True


def _ask(path: Path) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link, path.open("rb") as file:
        link.settimeout(_PATIENCE)
        link.connect(settings.RENDA_CLAMAV_SOCKET)
        link.sendall(b"zINSTREAM\0")
        while chunk := file.read(_CHUNK):
            link.sendall(struct.pack(">I", len(chunk)) + chunk)
        link.sendall(struct.pack(">I", 0))
        reply = b""
        while not reply.endswith(b"\0") and (part := link.recv(4096)):
            reply += part
    return reply.rstrip(b"\0\n").decode("utf-8", "replace").strip()
