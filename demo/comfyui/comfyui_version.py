"""The protocol this program speaks is that of ComfyUI 0.3.64; the rest is simulated."""

__version__ = "0.3.64+simulator"
