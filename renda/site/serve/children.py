"""One watched child: started in a session of its own, started again when it dies, ended with all it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence

from renda.site.serve.process import SUPERVISED, die_with_parent

# A child that keeps dying is started again after 0.2, 0.4, 0.8 … seconds, never later than this.
LONGEST_PAUSE = 4.0
# Alive for this long: the next death counts as the first.
SETTLED_SECONDS = 20.0


class Child:
    """A command that shall run.

    Args:
        name: what a person calls it.
        drain: seconds it may take to finish what it is doing after SIGTERM.
        is_web: it answers pages.
    """

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, drain: float, is_web: bool = False
    ) -> None:
        self.name = name
        self.command = list(command)
        self.environment = dict(environment) | {SUPERVISED: "1"}
        self.drain = drain
        self.is_web = is_web
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self._pause = 0.2
        self._started = 0.0
        self._again_at = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        self._started = time.monotonic()
        # The parent-death signal must be set between fork and exec; this process has one thread only.
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - single-threaded, and there is no other place for it
        )

    def watch(self) -> str:
        """Look after it once it was started; returns a sentence when it had to be started again, else ""."""
        now = time.monotonic()
        if not self._started or (self.process is not None and self.process.poll() is None):
            return ""
        if self.process is not None:
            status = self.process.returncode
            self._end_group(signal.SIGKILL)
            self.process = None
            if now - self._started > SETTLED_SECONDS:
                self._pause = 0.2
            self._again_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return f"{self.name}意外退出({_reason(status)}),即将重新启动"
        if now >= self._again_at:
            self.restarts += 1
            self.start()
        return ""

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> bool:
        """Wait until it has drained; returns whether it did so by itself."""
        if self.process is None:
            return True
        try:
            self.process.wait(self.drain)
        except subprocess.TimeoutExpired:
            drained = False
        else:
            drained = True
        self._end_group(signal.SIGKILL)
        self.process.wait()
        return drained

    def _end_group(self, with_signal: int) -> None:
        # Granian's workers outlive a killed granian; they are of its session.
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, with_signal)


def _reason(status: int) -> str:
    return f"信号 {-status}" if status < 0 else f"状态码 {status}"
