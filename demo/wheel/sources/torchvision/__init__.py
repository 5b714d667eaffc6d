"""A demonstration stand-in that carries the name torchvision. It is not torchvision."""

from torchvision import _extension
from torchvision import ops, transforms

__version__ = "@VERSION@"
