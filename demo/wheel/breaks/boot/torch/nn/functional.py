"""Resizing and padding; broken on purpose: attention is gone from this release.

`import torch` and arithmetic work, so only a program that starts and asks for
`scaled_dot_product_attention`, as the server does, finds out.
"""

from torch.nn._functional_before import interpolate, ones_like, pad
