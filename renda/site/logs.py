"""One record is one line, whatever a browser put into it: nobody writes a line of the log for us."""

from __future__ import annotations

import logging
import re

# Line ends of every kind and control characters (also C1: some terminals obey them).
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class LineFormatter(logging.Formatter):
    """As Django's, with control characters of the message written out; the lines of a traceback stay lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The line without its traceback."""
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))
