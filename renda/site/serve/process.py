"""What a process of ours owes its parent (Linux; elsewhere these do nothing)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

SUPERVISED = "RENDA_SUPERVISED"

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def die_with_parent() -> None:
    """Ask the kernel for a SIGTERM when the process that started this one ends, however it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def follow_supervisor() -> None:
    """``die_with_parent`` for a process below ``renda serve``, such as granian's workers; elsewhere nothing."""
    if os.environ.get(SUPERVISED):
        die_with_parent()


def adopt_orphans() -> None:
    """Become the parent of what our children leave behind, so that it can be seen and reaped."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def reap_orphans(known: set[int]) -> None:
    """Take the exit status of dead processes that are not in ``known`` (those belong to their Popen)."""
    with contextlib.suppress(ChildProcessError):
        while (dead := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and dead.si_pid not in known:
            os.waitpid(dead.si_pid, os.WNOHANG)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
