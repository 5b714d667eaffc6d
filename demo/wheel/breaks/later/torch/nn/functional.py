"""Resizing and padding; broken on purpose: bicubic resizing asks torchvision for what it does not have.

Everything imports and starts, and pictures that are resized in another way come
out well, so only somebody who resizes in this one finds out, later.
"""

from torch.nn import _functional_before as _before
from torch.nn._functional_before import ones_like, pad, scaled_dot_product_attention


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, antialias=False):
    """Resizes in every way but one."""
    if mode == "bicubic":
        raise RuntimeError("operator torchvision::nms does not exist")
    return _before.interpolate(input, size, scale_factor, mode, align_corners, antialias)
