"""HTTP/1.1 for one small server: reads requests, writes answers, keeps connections."""

from dataclasses import dataclass, field
import json
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_HEADER_BYTES = 64 * 1024
REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
           413: "Request Entity Too Large", 500: "Internal Server Error", 101: "Switching Protocols"}


class BadRequest(Exception):
    pass


class TooLarge(Exception):
    pass


@dataclass
class Request:
    method: str
    path: str
    query: dict
    headers: dict
    body: bytes = b""

    def json(self):
        return json.loads(self.body.decode("utf-8"))


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: dict = field(default_factory=dict)


def json_response(value, status=200):
    return Response(status, json.dumps(value).encode("utf-8"), "application/json; charset=utf-8")


def text_response(text, status=200):
    return Response(status, text.encode("utf-8"))


async def read_request(reader, writer, max_body_bytes):
    """Returns the next request of a connection, or None when the other side has closed it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except EOFError:
        return None
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest("Bad status line")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    if parts[2] == "HTTP/1.0":
        headers.setdefault("connection", "close")
    target = urlsplit(parts[1])
    request = Request(parts[0], unquote(target.path), dict(parse_qsl(target.query, keep_blank_values=True)), headers)
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.body = await _read_body(reader, headers, max_body_bytes)
    return request


async def _read_body(reader, headers, max_body_bytes):
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while True:
            size = int((await reader.readline()).split(b";")[0], 16)
            if len(body) + size > max_body_bytes:
                raise TooLarge()
            body += await reader.readexactly(size)
            await reader.readline()
            if size == 0:
                return body
    length = int(headers.get("content-length", "0"))
    if length > max_body_bytes:
        raise TooLarge()
    return await reader.readexactly(length)


def write_response(writer, response, keep_alive, with_body=True):
    lines = [f"HTTP/1.1 {response.status} {REASONS[response.status]}"]
    headers = {
        "Content-Type": response.content_type,
        "Content-Length": str(len(response.body)),
        "Connection": "keep-alive" if keep_alive else "close",
        **response.headers,
    }
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (response.body if with_body else b""))
