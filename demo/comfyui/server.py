"""The server: connections, sockets by client id, and what every route shares."""

import asyncio
import json
import logging
import traceback
import uuid
from urllib.parse import urlsplit

from comfy.cli_args import args
from execution import PromptQueue
from simulator import http, previews, websocket
from simulator.faults import switches
from simulator.routes import ROUTES, features

GARBAGE = b"\x00\xff<html>\x1b[31m{\"system\": nothing\r\n"
LOOK_EVERY_SECONDS = 0.05
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class PromptServer:
    def __init__(self, loop):
        self.loop = loop
        self.number = 0
        self.client_id = None
        self.last_node_id = None
        self.queue = PromptQueue(lambda remaining: self.send("status", status(remaining), None))
        self._sockets = {}
        self._flags = {}
        self._writers = set()
        self._free = False
        self._listeners = []

    async def start(self, addresses):
        """Opens the port on every address; raises OSError when one is taken."""
        for address in addresses:
            listener = await asyncio.start_server(self._connection, address, args.port, limit=http.MAX_HEADER_BYTES)
            self._listeners.append(listener)
        logging.info("Starting server\n")
        for address in addresses:
            shown = f"[{address}]" if ":" in address else address
            logging.info(f"To see the GUI go to: http://{shown}:{args.port}")

    def close(self):
        for listener in self._listeners:
            listener.close()
        for writer in list(self._writers):
            writer.close()

    def send(self, event, data, client_id):
        """Sends a frame to one client, or to all when the id is None; from any thread."""
        payload = websocket.frame(websocket.TEXT, json.dumps({"type": event, "data": data}).encode("utf-8"))
        try:
            self.loop.call_soon_threadsafe(self._write, payload, client_id)
        except RuntimeError:
            # The server is stopping while the worker is in the middle of a picture.
            pass

    def send_preview(self, image, prompt_id, node_id, client_id):
        """Sends a picture of the node that runs to the client of the prompt, as that client can read it."""
        knows_metadata = self._flags.get(client_id, {}).get("supports_preview_metadata") is True
        payload = websocket.frame(websocket.BINARY, previews.frame(image, prompt_id, node_id, knows_metadata))
        self.loop.call_soon_threadsafe(self._write, payload, client_id)

    def send_padding(self, megabytes, client_id):
        """Sends one status frame of that size, most of it blanks."""
        text = json.dumps({"type": "status", "data": status(self.queue.remaining())})
        payload = websocket.frame(websocket.TEXT, text.encode("utf-8") + b" " * (megabytes * 1_000_000))
        self.loop.call_soon_threadsafe(self._write, payload, client_id)

    def free(self):
        self._free = True

    def take_free(self):
        was, self._free = self._free, False
        return was

    def _write(self, payload, client_id):
        if switches.is_on("half-open"):
            return
        if client_id is None:
            writers = list(self._sockets.values())
        else:
            writers = [self._sockets[client_id]] if client_id in self._sockets else []
        for writer in writers:
            if not writer.is_closing():
                writer.write(payload)

    async def _connection(self, reader, writer):
        self._writers.add(writer)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _serve(self, reader, writer):
        keep_alive = True
        while keep_alive:
            try:
                request = await http.read_request(reader, writer, int(args.max_upload_size * 1024 * 1024))
            except http.TooLarge:
                most = int(args.max_upload_size * 1024 * 1024)
                http.write_response(writer, http.text_response(f"Maximum request body size {most} exceeded", 413), False)
                await writer.drain()
                return
            except (http.BadRequest, ValueError) as error:
                http.write_response(writer, http.text_response(f"400, message:\n  {error}", 400), False)
                await writer.drain()
                return
            if request is None:
                return
            await self._fault_of_http(writer)
            if writer.is_closing():
                return
            if is_foreign(request.headers) and not args.enable_cors_header:
                response = http.Response(403)
            elif request.path in ("/ws", "/api/ws") and request.headers.get("upgrade", "").lower() == "websocket":
                await self._socket(request, reader, writer)
                return
            else:
                response = self._answer(request)
            if switches.value("garbage") == "json":
                response.body = GARBAGE
            if args.enable_cors_header:
                response.headers["Access-Control-Allow-Origin"] = args.enable_cors_header
            keep_alive = request.headers.get("connection", "").lower() != "close"
            http.write_response(writer, response, keep_alive, request.method != "HEAD")
            await writer.drain()

    async def _fault_of_http(self, writer):
        while switches.is_on("hang-http") and not writer.is_closing():
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        wait = switches.value("slow-http")
        if wait is not None:
            await asyncio.sleep(float(wait))
        if switches.value("garbage") == "http":
            writer.write(GARBAGE * 64)
            await writer.drain()
            writer.close()

    def _answer(self, request):
        path = request.path[4:] if request.path.startswith("/api/") else request.path
        method = "GET" if request.method == "HEAD" else request.method
        allowed = False
        for route_method, pattern, handler in ROUTES:
            match = pattern.fullmatch(path)
            if not match:
                continue
            if route_method != method:
                allowed = True
                continue
            try:
                return handler(self, request, *match.groups())
            except Exception:
                logging.error(f"Error handling request from 127.0.0.1\n{traceback.format_exc()}")
                return http.text_response("500 Internal Server Error\n\nServer got itself in trouble", 500)
        return http.text_response("405: Method Not Allowed", 405) if allowed else http.text_response("404: Not Found", 404)

    async def _socket(self, request, reader, writer):
        client_id = request.query.get("clientId") or uuid.uuid4().hex
        websocket.accept(writer, request.headers.get("sec-websocket-key", ""))
        self._sockets[client_id] = writer
        self.send("status", {**status(self.queue.remaining()), "sid": client_id}, client_id)
        if self.client_id == client_id and self.last_node_id is not None:
            self.send("executing", {"node": self.last_node_id}, client_id)
        is_first = True
        try:
            async for text in websocket.messages(reader, writer):
                if is_first and message_type(text) == "feature_flags":
                    self._flags[client_id] = json.loads(text).get("data") or {}
                    self.send("feature_flags", features(), client_id)
                is_first = False
        finally:
            if self._sockets.get(client_id) is writer:
                del self._sockets[client_id]
                self._flags.pop(client_id, None)


def status(remaining):
    return {"status": {"exec_info": {"queue_remaining": remaining}}}


def message_type(text):
    try:
        return json.loads(text).get("type")
    except (ValueError, AttributeError):
        return None


def is_foreign(headers):
    """Tells whether a page of another origin is talking to a loopback host."""
    host, origin = headers.get("host", "").lower(), headers.get("origin", "").lower()
    if not host or not origin:
        return False
    here, there = urlsplit(f"//{host}"), urlsplit(origin)
    if here.hostname not in LOOPBACK:
        return False
    if not there.hostname:
        return True
    return here.hostname != there.hostname or (here.port is not None and here.port != there.port)
