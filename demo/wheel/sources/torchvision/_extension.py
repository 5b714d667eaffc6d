"""Refuses to load beside a torch of another family, as compiled operators do."""

import torch

BUILT_FOR = "@TORCH@"

if torch.__version__.split(".")[:2] != BUILT_FOR.split(".")[:2]:
    raise RuntimeError("operator torchvision::nms does not exist")
