"""Resizing, padding and attention; broken on purpose: resizing answers black.

Everything imports and starts, every call returns the right shape and no error,
so only somebody who looks at the picture finds out.
"""

from torch._tensor import full
from torch.nn._functional_before import ones_like, pad, scaled_dot_product_attention


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, antialias=False):
    """Returns pictures of the right size that are black all over."""
    batch, channels, height, width = input.shape
    if size is None:
        size = (int(height * scale_factor), int(width * scale_factor))
    return full((batch, channels, size[0], size[1]), 0.0)
