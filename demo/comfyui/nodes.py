"""The node classes: a few of ComfyUI's own, with its names, inputs and limits.

Pictures are tensors [batch, height, width, channels] with values from 0 to 1,
computed by the installed torch, torchvision and numpy.
"""

import hashlib
import json
import os
import random
import struct

import numpy
import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as pictures

from comfy.cli_args import args
import folder_paths
from simulator import png, strikes

MAX_RESOLUTION = 16384
METHODS = {
    "nearest-exact": InterpolationMode.NEAREST_EXACT,
    "bilinear": InterpolationMode.BILINEAR,
    "area": InterpolationMode.BOX,
    "bicubic": InterpolationMode.BICUBIC,
    "lanczos": InterpolationMode.BICUBIC,
}


def whole(default, low, high, **more):
    return ("INT", {"default": default, "min": low, "max": high, **more})


def resize(image, width, height, method):
    planes = image.movedim(-1, 1)
    return pictures.resize(planes, [height, width], interpolation=METHODS[method]).movedim(1, -1)


def save_pictures(images, folder, stem, counter, prompt, extra_pnginfo):
    """Writes every picture of the batch as PNG; returns the file names."""
    texts = []
    if not args.disable_metadata:
        if prompt is not None:
            texts.append(("prompt", json.dumps(prompt)))
        texts.extend((key, json.dumps(value)) for key, value in (extra_pnginfo or {}).items())
    names = []
    for number, image in enumerate(images):
        height, width, channels = image.shape
        pixels = numpy.clip(image.cpu().numpy() * 255.0, 0, 255).astype(numpy.uint8).tobytes()
        name = f"{stem.replace('%batch_num%', str(number))}_{counter + number:05}_.png"
        strikes.at_save(os.path.join(folder, name))
        with open(os.path.join(folder, name), "wb") as stream:
            stream.write(png.encode(pixels, width, height, channels, texts))
        names.append(name)
    return names


class EmptyImage:
    CATEGORY = "image"
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "generate"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {
            "width": whole(512, 1, MAX_RESOLUTION, step=1),
            "height": whole(512, 1, MAX_RESOLUTION, step=1),
            "batch_size": whole(1, 1, 4096),
            "color": whole(0, 0, 0xFFFFFF, step=1, display="color"),
        }}

    def generate(self, width, height, batch_size=1, color=0):
        parts = [torch.full([batch_size, height, width, 1], (color >> shift & 255) / 255) for shift in (16, 8, 0)]
        return (torch.cat(parts, dim=-1),)


class ImageScale:
    CATEGORY = "image/upscaling"
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "upscale"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {
            "image": ("IMAGE",),
            "upscale_method": (list(METHODS),),
            "width": whole(512, 0, MAX_RESOLUTION, step=1),
            "height": whole(512, 0, MAX_RESOLUTION, step=1),
            "crop": (["disabled", "center"],),
        }}

    def upscale(self, image, upscale_method, width, height, crop):
        if width == 0 and height == 0:
            return (image,)
        _, old_height, old_width, _ = image.shape
        width = width or max(1, round(old_width * height / old_height))
        height = height or max(1, round(old_height * width / old_width))
        if crop == "center":
            kept_width = min(old_width, max(1, round(old_height * width / height)))
            kept_height = min(old_height, max(1, round(old_width * height / width)))
            image = image.narrow(1, (old_height - kept_height) // 2, kept_height)
            image = image.narrow(2, (old_width - kept_width) // 2, kept_width)
        return (resize(image, width, height, upscale_method),)


class ImageScaleBy:
    CATEGORY = "image/upscaling"
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "upscale"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {
            "image": ("IMAGE",),
            "upscale_method": (list(METHODS),),
            "scale_by": ("FLOAT", {"default": 1.0, "min": 0.01, "max": 8.0, "step": 0.01}),
        }}

    def upscale(self, image, upscale_method, scale_by):
        _, height, width, _ = image.shape
        return (resize(image, max(1, round(width * scale_by)), max(1, round(height * scale_by)), upscale_method),)


class ImagePadForOutpaint:
    CATEGORY = "image"
    RETURN_TYPES = ("IMAGE", "MASK")
    FUNCTION = "expand_image"

    @classmethod
    def INPUT_TYPES(cls):
        side = whole(0, 0, MAX_RESOLUTION, step=8)
        return {"required": {
            "image": ("IMAGE",),
            "left": side, "top": side, "right": side, "bottom": side,
            "feathering": whole(40, 0, MAX_RESOLUTION, step=1),
        }}

    def expand_image(self, image, left, top, right, bottom, feathering):
        """Puts grey around the picture; the mask is 1 there and fades to 0 inside it."""
        _, height, width, _ = image.shape
        padded = pictures.pad(image.movedim(-1, 1), [left, top, right, bottom], fill=0.5).movedim(1, -1)
        fades = 0 < feathering * 2 < min(width, height)

        def strength(y, x):
            if not (0 <= y < height and 0 <= x < width):
                return 1.0
            edges = [distance for distance, side in
                     ((y, top), (height - y, bottom), (x, left), (width - x, right)) if side]
            near = min(edges, default=feathering)
            return ((feathering - near) / feathering) ** 2 if fades and near < feathering else 0.0

        mask = [[strength(y, x) for x in range(-left, width + right)] for y in range(-top, height + bottom)]
        return (padded, torch.tensor(mask))


class ImageInvert:
    CATEGORY = "image"
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "invert"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def invert(self, image):
        return (pictures.invert(image),)


class ImageBatch:
    CATEGORY = "image"
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "batch"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image1": ("IMAGE",), "image2": ("IMAGE",)}}

    def batch(self, image1, image2):
        _, height, width, _ = image1.shape
        if image1.shape[1:] != image2.shape[1:]:
            image2 = resize(image2, width, height, "bilinear")
        return (torch.cat([image1, image2], dim=0),)


class LoadImage:
    CATEGORY = "image"
    RETURN_TYPES = ("IMAGE", "MASK")
    FUNCTION = "load_image"

    @classmethod
    def INPUT_TYPES(cls):
        folder = folder_paths.get_input_directory()
        files = [file for file in os.listdir(folder) if os.path.isfile(os.path.join(folder, file))]
        return {"required": {"image": (sorted(files), {"image_upload": True})}}

    def load_image(self, image):
        with open(os.path.join(folder_paths.get_input_directory(), image), "rb") as stream:
            data, width, height, channels = png.decode(stream.read())
        values = torch.tensor([byte / 255 for byte in data]).reshape(1, height, width, channels)
        if channels == 4:
            return (values.narrow(3, 0, 3), 1.0 - values.narrow(3, 3, 1).reshape(1, height, width))
        colours = values.narrow(3, 0, 1 if channels < 3 else 3)
        return (torch.cat([colours] * (3 // colours.shape[3]), dim=-1), torch.zeros((1, 64, 64)))

    @classmethod
    def IS_CHANGED(cls, image):
        with open(os.path.join(folder_paths.get_input_directory(), image), "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()

    @classmethod
    def VALIDATE_INPUTS(cls, image):
        if not os.path.isfile(os.path.join(folder_paths.get_input_directory(), image)):
            return f"Invalid image file: {image}"
        return True


class SaveImage:
    CATEGORY = "image"
    DESCRIPTION = "Writes the pictures into the output folder."
    RETURN_TYPES = ()
    FUNCTION = "save_images"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {"images": ("IMAGE",), "filename_prefix": ("STRING", {"default": "ComfyUI"})},
            "hidden": {"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO"},
        }

    def save_images(self, images, filename_prefix="ComfyUI", prompt=None, extra_pnginfo=None):
        folder, stem, counter, subfolder, _ = folder_paths.get_save_image_path(
            filename_prefix, folder_paths.get_output_directory(), images.shape[2], images.shape[1])
        names = save_pictures(images, folder, stem, counter, prompt, extra_pnginfo)
        return {"ui": {"images": [{"filename": name, "subfolder": subfolder, "type": "output"} for name in names]}}


class PreviewImage:
    CATEGORY = "image"
    DESCRIPTION = "Writes the pictures into the temp folder."
    RETURN_TYPES = ()
    FUNCTION = "save_images"
    OUTPUT_NODE = True

    def __init__(self):
        self.prefix = "ComfyUI_temp_" + "".join(random.choice("abcdefghijklmnopqrstupvxyz") for _ in range(5))

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {"images": ("IMAGE",)},
            "hidden": {"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO"},
        }

    def save_images(self, images, prompt=None, extra_pnginfo=None):
        folder, stem, counter, subfolder, _ = folder_paths.get_save_image_path(
            self.prefix, folder_paths.get_temp_directory())
        names = save_pictures(images, folder, stem, counter, prompt, extra_pnginfo)
        return {"ui": {"images": [{"filename": name, "subfolder": subfolder, "type": "temp"} for name in names]}}


class CheckpointLoaderSimple:
    CATEGORY = "loaders"
    DESCRIPTION = "Reads the header of a checkpoint; the simulator has no models to run."
    RETURN_TYPES = ("MODEL", "CLIP", "VAE")
    FUNCTION = "load_checkpoint"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"ckpt_name": (strikes.listed_models(folder_paths.get_filename_list("checkpoints")),)}}

    def load_checkpoint(self, ckpt_name):
        path = folder_paths.get_full_path("checkpoints", ckpt_name)
        strikes.at_model(path)
        with open(path, "rb") as stream:
            start = stream.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if not 0 < length <= 100_000_000:
                raise ValueError("Error while deserializing header: header too large\n")
            header = json.loads(stream.read(length))
        return (header, header, header)


class PreviewAny:
    CATEGORY = "utils"
    DESCRIPTION = "Shows any value as text."
    RELATIVE_PYTHON_MODULE = "comfy_extras.nodes_preview_any"
    RETURN_TYPES = ()
    FUNCTION = "main"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"source": ("*", {})}}

    def main(self, source=None):
        return {"ui": {"text": [source if isinstance(source, str) else json.dumps(source, default=str)]}}


NODE_CLASS_MAPPINGS = {
    node.__name__: node
    for node in (CheckpointLoaderSimple, SaveImage, PreviewImage, LoadImage, ImageScale, ImageScaleBy,
                 ImageInvert, ImageBatch, ImagePadForOutpaint, EmptyImage, PreviewAny)
}

NODE_DISPLAY_NAME_MAPPINGS = {
    "CheckpointLoaderSimple": "Load Checkpoint",
    "SaveImage": "Save Image",
    "PreviewImage": "Preview Image",
    "LoadImage": "Load Image",
    "ImageScale": "Upscale Image",
    "ImageScaleBy": "Upscale Image By",
    "ImageInvert": "Invert Image",
    "ImageBatch": "Batch Images",
    "ImagePadForOutpaint": "Pad Image for Outpainting",
    "PreviewAny": "Preview Any",
}


def node_info(name):
    """Returns what /object_info tells about one class."""
    node = NODE_CLASS_MAPPINGS[name]
    inputs = node.INPUT_TYPES()
    info = {
        "input": inputs,
        "input_order": {group: list(members) for group, members in inputs.items()},
        "output": list(node.RETURN_TYPES),
        "output_is_list": [False] * len(node.RETURN_TYPES),
        "output_name": list(getattr(node, "RETURN_NAMES", node.RETURN_TYPES)),
        "name": name,
        "display_name": NODE_DISPLAY_NAME_MAPPINGS.get(name, name),
        "description": getattr(node, "DESCRIPTION", ""),
        "python_module": getattr(node, "RELATIVE_PYTHON_MODULE", "nodes"),
        "category": getattr(node, "CATEGORY", "sd"),
        "output_node": bool(getattr(node, "OUTPUT_NODE", False)),
    }
    for key in ("deprecated", "experimental"):
        if getattr(node, key.upper(), False):
            info[key] = True
    return info
