"""The log: printed lines go to the terminal and into a ring of 300 entries."""

from collections import deque
from datetime import datetime
import logging
import sys

entries = deque(maxlen=300)


class _Kept:
    """A text stream that keeps what passes through it."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        entries.append({"t": datetime.now().isoformat(), "m": text})
        return self._stream.write(text)

    def flush(self):
        try:
            self._stream.flush()
        except OSError:
            pass

    def __getattr__(self, name):
        return getattr(self._stream, name)


def start(level, use_stdout):
    """Sends the log to stderr, or to stdout when asked."""
    sys.stdout = _Kept(sys.stdout)
    sys.stderr = _Kept(sys.stderr)
    handler = logging.StreamHandler(sys.stdout if use_stdout else sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
