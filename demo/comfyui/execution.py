"""The queue of prompts and the one worker that takes them in order."""

import heapq
import itertools
import logging
import threading
import time

from comfy.model_management import card
from comfy_execution.run import Run
from simulator import strikes
from simulator.faults import switches

MAXIMUM_HISTORY_SIZE = 10000


class PromptQueue:
    """Waiting, running and finished prompts. An item is (number, id, prompt, extra_data, outputs)."""

    def __init__(self, on_change):
        self._on_change = on_change
        self._waiting = []
        self._running = {}
        self._history = {}
        self._arrivals = itertools.count()
        self._ready = threading.Condition()
        self._interrupted = False

    def put(self, item):
        with self._ready:
            heapq.heappush(self._waiting, (item[0], next(self._arrivals), item))
            self._on_change(self._remaining())
            self._ready.notify()

    def get(self):
        """Waits for a prompt and marks it as running."""
        with self._ready:
            while not self._waiting:
                self._ready.wait()
            item = heapq.heappop(self._waiting)[2]
            self._running[item[1]] = item
            self._interrupted = False
            self._on_change(self._remaining())
            return item

    def finish(self, item, result):
        with self._ready:
            self._running.pop(item[1], None)
            while len(self._history) >= MAXIMUM_HISTORY_SIZE:
                self._history.pop(next(iter(self._history)))
            self._history[item[1]] = {"prompt": item, **result}
            self._on_change(self._remaining())

    def remaining(self):
        with self._ready:
            return self._remaining()

    def current(self):
        """Returns (running items, waiting items in the order they will run)."""
        with self._ready:
            return list(self._running.values()), [entry[2] for entry in sorted(self._waiting, key=lambda e: e[:2])]

    def delete(self, prompt_ids=None):
        """Takes waiting prompts out: the named ones, or all."""
        with self._ready:
            self._waiting = [e for e in self._waiting if prompt_ids is not None and e[2][1] not in prompt_ids]
            heapq.heapify(self._waiting)
            self._on_change(self._remaining())

    def interrupt(self, prompt_id=None):
        """Stops what runs before its next node; with an id only if that one runs."""
        with self._ready:
            if self._running and (prompt_id is None or prompt_id in self._running):
                self._interrupted = True

    def take_interrupt(self):
        with self._ready:
            was, self._interrupted = self._interrupted, False
            return was

    def history(self, prompt_id=None, max_items=None, offset=None):
        with self._ready:
            if prompt_id is not None:
                return {prompt_id: self._history[prompt_id]} if prompt_id in self._history else {}
            keys = list(self._history)
            if max_items is not None:
                start = max(len(keys) - max_items, 0) if offset is None or offset < 0 else offset
                keys = keys[start:start + max_items]
            return {key: self._history[key] for key in keys}

    def forget(self, prompt_ids=None):
        with self._ready:
            for key in list(self._history) if prompt_ids is None else prompt_ids:
                self._history.pop(key, None)

    def _remaining(self):
        return len(self._waiting) + len(self._running)


def prompt_worker(queue, server):
    """Executes prompts for ever; runs in a thread of its own."""
    cache = {}
    while True:
        item = queue.get()
        _, prompt_id, prompt, extra_data, outputs = item
        strikes.in_worker()
        started = time.perf_counter()
        client = extra_data.get("client_id")
        server.client_id = client

        def report(event, data, broadcast):
            if event == "executing":
                server.last_node_id = data["node"]
            if client is not None or broadcast:
                server.send(event, data, client)

        megabytes = switches.value("big-frame")
        if megabytes is not None:
            server.send_padding(int(megabytes), client)

        def preview(image, node_id):
            if client is not None:
                server.send_preview(image, prompt_id, node_id, client)

        run = Run(prompt_id, prompt, outputs, extra_data, cache, report, queue.take_interrupt, preview)
        run.execute()
        server.last_node_id = None
        queue.finish(item, run.history())
        report("executing", {"node": None, "prompt_id": prompt_id}, False)
        logging.info(f"Prompt executed in {time.perf_counter() - started:.2f} seconds")
        if server.take_free():
            cache.clear()
            if card:
                card.unload()
