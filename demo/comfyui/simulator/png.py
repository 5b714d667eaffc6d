"""PNG files: 8 bits a channel, not interlaced."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def encode(pixels, width, height, channels, texts):
    """Returns a PNG of row-major bytes, with a tEXt chunk for every (keyword, text)."""
    row = width * channels
    lines = b"".join(b"\x00" + pixels[y * row:(y + 1) * row] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[channels], 0, 0, 0)
    chunks = [_chunk(b"IHDR", header)]
    for keyword, text in texts:
        chunks.append(_chunk(b"tEXt", keyword.encode("latin-1") + b"\x00" + text.encode("latin-1", "replace")))
    chunks.append(_chunk(b"IDAT", zlib.compress(lines, 4)))
    chunks.append(_chunk(b"IEND", b""))
    return SIGNATURE + b"".join(chunks)


def decode(data):
    """Returns (bytes, width, height, channels); raises ValueError when it is not such a PNG."""
    if data[:8] != SIGNATURE:
        raise ValueError("cannot identify image file")
    header, packed, at = None, b"", 8
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        at += 12 + length
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
    if header is None or header[2] != 8 or header[3] not in CHANNELS or header[6] != 0:
        raise ValueError("unsupported kind of PNG")
    width, height, channels = header[0], header[1], CHANNELS[header[3]]
    try:
        lines = zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError(f"image file is truncated ({error})") from error
    return _unfilter(lines, width * channels, height, channels), width, height, channels


def _chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _unfilter(lines, row, height, step):
    if len(lines) < (row + 1) * height:
        raise ValueError("image file is truncated")
    above = bytearray(row)
    pixels = bytearray()
    for y in range(height):
        start = y * (row + 1)
        kind = lines[start]
        line = bytearray(lines[start + 1:start + 1 + row])
        for x in range(row):
            left = line[x - step] if x >= step else 0
            corner = above[x - step] if x >= step else 0
            line[x] = (line[x] + _predict(kind, left, above[x], corner)) & 255
        pixels += line
        above = line
    return bytes(pixels)


def _predict(kind, left, up, corner):
    if kind == 0:
        return 0
    if kind == 1:
        return left
    if kind == 2:
        return up
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    return min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
