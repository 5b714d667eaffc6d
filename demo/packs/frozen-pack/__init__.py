"""A node pack for the demonstration that takes one torch only, and looks whether it got it."""

import os

import torch

with open(os.path.join(os.path.dirname(__file__), "requirements.txt"), encoding="utf-8") as file:
    WANTED = file.read().strip().partition("==")[2]

if torch.__version__ != WANTED:
    raise ImportError(f"frozen-pack was compiled for torch {WANTED}, and this is torch {torch.__version__}")


class DemoFrozen:
    CATEGORY = "image/demo"
    DESCRIPTION = "Gives the picture back as it is."
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "apply"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def apply(self, image):
        return (image,)


NODE_CLASS_MAPPINGS = {"DemoFrozen": DemoFrozen}
NODE_DISPLAY_NAME_MAPPINGS = {"DemoFrozen": "Frozen (demo pack)"}
