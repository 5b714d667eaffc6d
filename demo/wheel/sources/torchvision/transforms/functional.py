"""Picture operations, each done by the installed torch."""

import enum

import torch


class InterpolationMode(enum.Enum):
    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "area"


def resize(img, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
    """Returns pictures (N, C, H, W) resized to `size` = [height, width]."""
    return torch.nn.functional.interpolate(img, size=tuple(size), mode=interpolation.value)


def pad(img, padding, fill=0.0, padding_mode="constant"):
    """Returns pictures (N, C, H, W) with `padding` = [left, top, right, bottom] around them."""
    left, top, right, bottom = padding
    return torch.nn.functional.pad(img, (left, right, top, bottom), padding_mode, fill)


def invert(img):
    return 1.0 - img
