"""Resizing, padding and attention on small tensors."""

from array import array
import math

from torch._tensor import Tensor, full


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, antialias=False):
    """Returns pictures (N, C, H, W) resized to `size` = (height, width)."""
    batch, channels, height, width = input.shape
    if size is None:
        size = (int(height * scale_factor), int(width * scale_factor))
    rows = _taps(height, size[0], mode)
    columns = _taps(width, size[1], mode)
    resized = array("f")
    for plane in range(batch * channels):
        start = plane * height * width
        lines = [_mix(input._values[start + y * width:start + (y + 1) * width], columns) for y in range(height)]
        for taps in rows:
            resized.extend(_mix_lines(lines, taps))
    return Tensor(resized, (batch, channels, size[0], size[1]))


def pad(input, pad, mode="constant", value=0.0):
    """Returns pictures (N, C, H, W) with `pad` = (left, right, top, bottom) of `value` around them."""
    if mode != "constant":
        raise NotImplementedError(f"padding mode {mode}")
    left, right, top, bottom = pad
    batch, channels, height, width = input.shape
    wide = width + left + right
    edge = array("f", [value])
    padded = array("f")
    for plane in range(batch * channels):
        start = plane * height * width
        padded.extend(edge * (top * wide))
        for y in range(height):
            padded.extend(edge * left)
            padded.extend(input._values[start + y * width:start + (y + 1) * width])
            padded.extend(edge * right)
        padded.extend(edge * (bottom * wide))
    return Tensor(padded, (batch, channels, height + top + bottom, wide))


def scaled_dot_product_attention(query, key, value):
    """Returns softmax(query · keyᵀ / √d) · value for matrices (tokens, d)."""
    scale = 1.0 / math.sqrt(query.shape[1])
    scores = query @ key.permute(1, 0) * scale
    rows = []
    for row in scores:
        top = max(row._values)
        weights = [math.exp(score - top) for score in row._values]
        total = sum(weights)
        rows.extend(weight / total for weight in weights)
    return Tensor(rows, scores.shape) @ value


def ones_like(input):
    return full(input.shape, 1.0)


def _taps(length, wanted, mode):
    """Lists for every wanted position the (source, weight) pairs that make it."""
    ratio = length / wanted
    if mode == "area":
        return [_area(i * ratio, (i + 1) * ratio, length) for i in range(wanted)]
    if mode in ("nearest", "nearest-exact"):
        shift = 0.5 if mode == "nearest-exact" else 0.0
        return [[(min(int((i + shift) * ratio), length - 1), 1.0)] for i in range(wanted)]
    if mode == "bilinear":
        return [_linear(max((i + 0.5) * ratio - 0.5, 0.0), length) for i in range(wanted)]
    if mode == "bicubic":
        return [_cubic((i + 0.5) * ratio - 0.5, length) for i in range(wanted)]
    raise NotImplementedError(f"interpolation mode {mode}")


def _linear(at, length):
    low = int(at)
    part = at - low
    return [(low, 1.0)] if part == 0 or low + 1 >= length else [(low, 1.0 - part), (low + 1, part)]


def _area(start, stop, length):
    first = int(start)
    last = max(min(math.ceil(stop), length), first + 1)
    return [(i, 1.0 / (last - first)) for i in range(first, last)]


def _cubic(at, length, a=-0.75):
    low = math.floor(at)
    taps = []
    for i in range(low - 1, low + 3):
        x = abs(at - i)
        if x <= 1:
            weight = ((a + 2) * x - (a + 3)) * x * x + 1
        else:
            weight = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
        taps.append((min(max(i, 0), length - 1), weight))
    return taps


def _mix(line, table):
    return [sum([line[i] * weight for i, weight in taps]) for taps in table]


def _mix_lines(lines, taps):
    if len(taps) == 1 and taps[0][1] == 1.0:
        return lines[taps[0][0]]
    return [sum([value * weight for value, (_, weight) in zip(values, taps)])
            for values in zip(*[lines[i] for i, _ in taps])]
