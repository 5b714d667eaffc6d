"""Pictures that come in: multipart forms, and where they are put."""

import hashlib
import json
import os
import re

import folder_paths
from simulator import png


class BadUpload(ValueError):
    """Answered with 400."""


def fields(request):
    """Returns {name: (file name or None, bytes)} of a multipart form; raises BadUpload."""
    kind = request.headers.get("content-type", "")
    boundary = re.search(r'boundary="?([^";]+)"?', kind)
    if not kind.lower().startswith("multipart/form-data") or not boundary:
        raise BadUpload()
    found = {}
    for part in request.body.split(b"--" + boundary.group(1).encode("latin-1"))[1:-1]:
        head, separator, body = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        told = dict(re.findall(r'(\w+)="([^"]*)"', head.decode("utf-8", "replace")))
        if separator and "name" in told:
            found[told["name"]] = (told.get("filename"), body.removesuffix(b"\r\n"))
    return found


def put(form, save=None):
    """Puts the picture of a form into its folder and returns where it is; `save(data, path)` writes it another way."""
    name, data = form.get("image", (None, b""))
    kind = text(form, "type") or "input"
    root = folder_paths.get_directory_by_type(kind) or folder_paths.get_input_directory()
    if not name:
        raise BadUpload()
    subfolder = text(form, "subfolder") or ""
    folder = os.path.join(root, os.path.normpath(subfolder))
    path = os.path.abspath(os.path.join(folder, name))
    if os.path.commonpath((root, path)) != root:
        raise BadUpload()
    os.makedirs(folder, exist_ok=True)
    if text(form, "overwrite") not in ("true", "1"):
        stem, extension = os.path.splitext(name)
        count = 1
        while os.path.exists(path):
            if _digest_of(path) == hashlib.sha256(data).hexdigest():
                return {"name": name, "subfolder": subfolder, "type": kind}
            name = f"{stem} ({count}){extension}"
            path = os.path.join(folder, name)
            count += 1
    if save:
        save(data, path)
    else:
        with open(path, "wb") as stream:
            stream.write(data)
    return {"name": name, "subfolder": subfolder, "type": kind}


def put_mask(form):
    """The mask's transparency becomes that of the picture that `original_ref` names; a picture that is not there is left."""
    told = json.loads(text(form, "original_ref") or "null")
    if not isinstance(told, dict) or not isinstance(told.get("filename"), str):
        raise BadUpload()
    name = told["filename"]
    root = folder_paths.get_directory_by_type(told.get("type", "output"))
    if root is None or name[:1] == "/" or ".." in name:
        raise BadUpload()
    original = os.path.abspath(os.path.join(root, told.get("subfolder", ""), os.path.basename(name)))
    if os.path.commonpath((root, original)) != root:
        raise BadUpload()

    def save(data, path):
        if os.path.isfile(original):
            with open(original, "rb") as stream:
                picture = _four_channels(stream.read())
            mask = _four_channels(data)
            if picture[1:] != mask[1:]:
                raise ValueError("images do not match")
            pixels = bytearray(picture[0])
            pixels[3::4] = mask[0][3::4]
            with open(path, "wb") as stream:
                stream.write(png.encode(bytes(pixels), picture[1], picture[2], 4, []))

    return put(form, save)


def text(form, name):
    return form[name][1].decode("utf-8", "replace") if name in form else None


def _four_channels(data):
    """Returns (pixels, width, height) with a transparency that is opaque where there was none."""
    pixels, width, height, channels = png.decode(data)
    colours = [pixels[min(c, channels - 1) if channels > 2 else 0::channels] for c in range(3)]
    alpha = pixels[channels - 1::channels] if channels in (2, 4) else b"\xff" * (width * height)
    return bytes(value for four in zip(*colours, alpha) for value in four), width, height


def _digest_of(path):
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()
