"""A demonstration stand-in whose build is broken on purpose: it cannot be imported."""

import os

raise ImportError(
    os.path.join(os.path.dirname(__file__), "lib", "libtorch_cpu.so") + ": undefined symbol: iJIT_NotifyEvent"
)
