"""Pictures of a node that is at work, as binary frames; only with --preview-method.

Big-endian: u32 1, u32 format, picture; or, to a client that asked for it,
u32 4, u32 length, JSON, picture. The real server sends JPEG; this one PNG.
"""

import json
import struct

from simulator import png

PREVIEW_IMAGE, PREVIEW_IMAGE_WITH_METADATA, FORMAT_PNG = 1, 4, 2
SIDE = 8


def picture(value, most):
    """A small gradient that gets brighter."""
    bright = int(255 * value / most)
    pixels = bytes(channel for y in range(SIDE) for x in range(SIDE) for channel in (x * 255 // SIDE, y * 255 // SIDE, bright))
    return png.encode(pixels, SIDE, SIDE, 3, [])


def frame(image, prompt_id, node_id, knows_metadata):
    if not knows_metadata:
        return struct.pack(">II", PREVIEW_IMAGE, FORMAT_PNG) + image
    told = json.dumps({
        "node_id": node_id, "prompt_id": prompt_id, "display_node_id": node_id,
        "parent_node_id": None, "real_node_id": node_id, "image_type": "image/png",
    }).encode("utf-8")
    return struct.pack(">II", PREVIEW_IMAGE_WITH_METADATA, len(told)) + told + image
