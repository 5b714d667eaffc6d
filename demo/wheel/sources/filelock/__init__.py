"""A demonstration stand-in that carries the name filelock. It locks nothing."""

__version__ = "@VERSION@"
