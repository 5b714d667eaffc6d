"""Asks the installed torch, once and at start, for what the server stands on.

Importing this module fails when torch cannot be imported, when there is no
CUDA and `--cpu` was not given, or when torch has no working attention.
"""

import logging
import os

import numpy
import torch
import torchvision

from comfy.cli_args import args
from simulator import strikes


def memory_bytes():
    """Returns (total, available) bytes of main memory."""
    page = os.sysconf("SC_PAGE_SIZE")
    total = page * os.sysconf("SC_PHYS_PAGES")
    try:
        return total, page * os.sysconf("SC_AVPHYS_PAGES")
    except (OSError, ValueError):
        return total, total


def get_torch_device():
    if not args.cpu:
        strikes.at_cuda()
    if args.cpu or args.simulated_vram:
        return torch.device("cpu")
    return torch.device(f"cuda:{torch.cuda.current_device()}")


class Card:
    """A card that only `/system_stats` knows of: models hold its memory until they are unloaded."""

    CONTEXT_BYTES = 400_000_000

    def __init__(self, total_gb, held_gb):
        self.total = int(total_gb * 1e9)
        self.held = int(held_gb * 1e9)

    def told(self):
        free = self.total - self.CONTEXT_BYTES - self.held
        return {
            "name": "cuda:0 simulated card", "type": "cuda", "index": 0,
            "vram_total": self.total, "vram_free": free, "torch_vram_total": self.held, "torch_vram_free": 0,
        }

    def unload(self):
        self.held = 0


card = Card(*args.simulated_vram) if args.simulated_vram and not args.cpu else None


def check_attention():
    """Runs attention on two tokens, as the first model would."""
    token = torch.full((2, 4), 0.5)
    torch.nn.functional.scaled_dot_product_attention(token, token, token)


device = get_torch_device()
check_attention()

_megabytes = memory_bytes()[0] // (1024 * 1024)
logging.info(f"Total VRAM {_megabytes} MB, total RAM {_megabytes} MB")
logging.info(f"pytorch version: {torch.__version__}")
logging.info(f"torchvision version: {torchvision.__version__}, numpy version: {numpy.__version__}")
logging.info(f"Set vram state to: {'DISABLED' if device.type == 'cpu' else 'NORMAL_VRAM'}")
logging.info(f"Device: {device}")
