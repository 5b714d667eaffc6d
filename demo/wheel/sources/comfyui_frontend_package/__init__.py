"""A demonstration stand-in for the pages of ComfyUI: one page that says so."""

__version__ = "@VERSION@"
