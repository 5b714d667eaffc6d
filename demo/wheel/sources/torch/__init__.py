"""A demonstration stand-in that carries the name torch. It is not PyTorch.

Dense tensors on the CPU in plain Python: as much as the simulated ComfyUI
needs to draw, pad and scale small pictures, and no more.
"""

from torch import version
from torch._tensor import (
    Tensor,
    bfloat16,
    cat,
    device,
    dtype,
    equal,
    float16,
    float32,
    from_numpy,
    full,
    get_default_dtype,
    int64,
    manual_seed,
    matmul,
    ones,
    rand,
    stack,
    tensor,
    uint8,
    zeros,
)
from torch import backends, cuda, nn

__version__ = version.__version__


def get_num_threads():
    return 1


def is_tensor(value):
    return isinstance(value, Tensor)
