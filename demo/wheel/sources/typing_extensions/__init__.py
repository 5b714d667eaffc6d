"""A demonstration stand-in that carries the name typing-extensions."""

from typing import *

__version__ = "@VERSION@"
