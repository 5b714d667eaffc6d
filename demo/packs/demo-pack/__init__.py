"""A small node pack for the demonstration: one node that dims a picture's edges."""

import torch


class DemoVignette:
    CATEGORY = "image/demo"
    DESCRIPTION = "Darkens the picture towards its left and right edges."
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "apply"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {
            "image": ("IMAGE",),
            "strength": ("FLOAT", {"default": 0.5, "min": 0.0, "max": 1.0, "step": 0.05}),
        }}

    def apply(self, image, strength):
        batch, height, width, channels = image.shape
        line = [[1.0 - strength * abs(2 * x / max(width - 1, 1) - 1)] * channels for x in range(width)]
        light = torch.tensor([line])
        return (image * torch.cat([torch.cat([light.unsqueeze(0)] * height, dim=1)] * batch, dim=0),)


NODE_CLASS_MAPPINGS = {"DemoVignette": DemoVignette}
NODE_DISPLAY_NAME_MAPPINGS = {"DemoVignette": "Vignette (demo pack)"}
