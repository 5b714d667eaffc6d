"""The server side of WebSocket (RFC 6455): text out, text in, ping, close."""

import base64
import hashlib
import struct

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def accept(writer, key):
    """Answers the upgrade."""
    digest = base64.b64encode(hashlib.sha1((key + GUID).encode("ascii")).digest()).decode("ascii")
    writer.write((
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {digest}\r\n\r\n").encode("ascii"))


def frame(opcode, payload):
    """Returns one unmasked, unfragmented frame."""
    length = len(payload)
    if length < 126:
        head = struct.pack(">BB", 0x80 | opcode, length)
    elif length < 65536:
        head = struct.pack(">BBH", 0x80 | opcode, 126, length)
    else:
        head = struct.pack(">BBQ", 0x80 | opcode, 127, length)
    return head + payload


async def messages(reader, writer):
    """Yields the text messages that come in until the other side closes; answers pings."""
    parts = b""
    while True:
        try:
            opcode, is_last, payload = await _read_frame(reader)
        except (EOFError, ConnectionError):
            return
        if opcode == CLOSE:
            writer.write(frame(CLOSE, payload[:2]))
            return
        if opcode == PING:
            writer.write(frame(PONG, payload))
        elif opcode in (TEXT, BINARY, CONTINUATION):
            parts += payload
            if len(parts) > MAX_MESSAGE_BYTES:
                return
            if is_last:
                yield parts.decode("utf-8", "replace")
                parts = b""


async def _read_frame(reader):
    first, second = await reader.readexactly(2)
    length = second & 127
    if length == 126:
        length = struct.unpack(">H", await reader.readexactly(2))[0]
    elif length == 127:
        length = struct.unpack(">Q", await reader.readexactly(8))[0]
    if length > MAX_MESSAGE_BYTES:
        raise ConnectionError("message too long")
    mask = await reader.readexactly(4) if second & 128 else bytes(4)
    payload = await reader.readexactly(length)
    return first & 15, bool(first & 128), bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))
