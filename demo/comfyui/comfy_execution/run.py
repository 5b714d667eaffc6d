"""Runs one accepted prompt, node by node, and reports every step."""

import logging
import time
import traceback

import nodes
from comfy.cli_args import args
from simulator import previews, strikes


class Interrupted(Exception):
    pass


class Run:
    """One prompt being executed.

    `report(event, data, broadcast)` is called for every frame in order;
    `preview(image, node_id)` for every picture of a node at work;
    `is_interrupted()` is asked before every node. `cache` maps a node's
    signature to its results and is brought up to date at the end.
    """

    def __init__(self, prompt_id, prompt, outputs, extra_data, cache, report, is_interrupted, preview):
        self.prompt_id = prompt_id
        self.prompt = prompt
        self.outputs = outputs
        self.extra_data = extra_data
        self.cache = cache
        self.report = report
        self.is_interrupted = is_interrupted
        self.preview = preview
        self.messages = []
        self.progress = {}
        self.results = {}
        self.ui = {}
        self.meta = {}
        self.executed = []
        self.success = False

    def execute(self):
        self._message("execution_start", {"prompt_id": self.prompt_id})
        signatures = {} if args.cache_none else self._signatures()
        cached = [node_id for node_id in self.prompt if signatures.get(node_id) in self.cache]
        self._message("execution_cached", {"nodes": cached, "prompt_id": self.prompt_id})
        for node_id in cached:
            self.results[node_id], ui = self.cache[signatures[node_id]]
            if ui is not None and node_id in self.outputs:
                self._show(node_id, ui)
                self._progress(node_id, 1, 1, "finished")
        self.success = all(self._node(node_id) for node_id in self._order(set(cached)))
        kept = {signature: (self.results[node_id], self.ui.get(node_id))
                for node_id, signature in signatures.items() if node_id in self.results}
        self.cache.clear()
        self.cache.update(kept)
        if self.success:
            self._message("execution_success", {"prompt_id": self.prompt_id})

    def history(self):
        return {
            "outputs": self.ui,
            "status": {
                "status_str": "success" if self.success else "error",
                "completed": self.success,
                "messages": self.messages,
            },
            "meta": self.meta,
        }

    def _node(self, node_id):
        name = self.prompt[node_id]["class_type"]
        inputs = {}
        try:
            if self.is_interrupted():
                raise Interrupted()
            self._progress(node_id, 0.0, 1.0, "running")
            self.report("executing", {"node": node_id, "display_node": node_id, "prompt_id": self.prompt_id}, False)
            node = nodes.NODE_CLASS_MAPPINGS[name]
            inputs = self._inputs(node_id, node)
            if strikes.in_node(lambda value, most: self._step(node_id, value, most), self.is_interrupted):
                raise Interrupted()
            answer = getattr(node(), node.FUNCTION)(**inputs)
            ui = answer.get("ui") if isinstance(answer, dict) else None
            self.results[node_id] = answer.get("result", ()) if isinstance(answer, dict) else answer
            if ui is not None:
                self._show(node_id, ui)
            self._progress(node_id, 1.0, 1.0, "finished")
            self.executed.append(node_id)
            return True
        except Interrupted:
            logging.info("Processing interrupted")
            self._message("execution_interrupted", {**self._failed_at(node_id, name)}, True)
        except Exception as error:
            lines = traceback.format_tb(error.__traceback__)
            logging.error(f"!!! Exception during processing !!! {error}")
            logging.error(traceback.format_exc())
            self._message("execution_error", {
                **self._failed_at(node_id, name),
                "exception_message": str(error),
                "exception_type": _full_name(type(error)),
                "traceback": lines,
                "current_inputs": {key: [_plain(value)] for key, value in inputs.items()},
                "current_outputs": list(self.prompt),
            })
        return False

    def _failed_at(self, node_id, name):
        return {"prompt_id": self.prompt_id, "node_id": node_id, "node_type": name, "executed": list(self.executed)}

    def _inputs(self, node_id, node):
        declared = node.INPUT_TYPES()
        known = {**declared.get("required", {}), **declared.get("optional", {})}
        values = {}
        for key, value in self.prompt[node_id]["inputs"].items():
            if isinstance(value, list):
                values[key] = self.results[value[0]][value[1]]
            elif key in known:
                values[key] = value
        hidden = {"PROMPT": self.prompt, "EXTRA_PNGINFO": self.extra_data.get("extra_pnginfo"), "UNIQUE_ID": node_id}
        for key, kind in declared.get("hidden", {}).items():
            values[key] = hidden.get(kind)
        return values

    def _order(self, cached):
        """Lists the nodes to run, each after those it takes from; cached ones are left out with what only they need."""
        order = []
        entered = set(cached)

        def visit(node_id):
            if node_id in entered:
                return
            entered.add(node_id)
            for value in self.prompt[node_id]["inputs"].values():
                if isinstance(value, list):
                    visit(value[0])
            order.append(node_id)

        for output in self.outputs:
            visit(output)
        return order

    def _signatures(self):
        """Maps node id → a value that is equal when the node would compute the same again."""
        found = {}

        def signature(node_id):
            if node_id not in found:
                inputs = self.prompt[node_id]["inputs"]
                node = nodes.NODE_CLASS_MAPPINGS[self.prompt[node_id]["class_type"]]
                parts = [(key, (signature(value[0]), value[1]) if isinstance(value, list) else repr(value))
                         for key, value in sorted(inputs.items())]
                found[node_id] = (self.prompt[node_id]["class_type"], tuple(parts), _changed(node, inputs))
            return found[node_id]

        for node_id in self._order(set()):
            signature(node_id)
        return found

    def _show(self, node_id, ui):
        self.ui[node_id] = ui
        self.meta[node_id] = {"node_id": node_id, "display_node": node_id, "parent_node": None, "real_node_id": node_id}
        self.report("executed", {"node": node_id, "display_node": node_id, "output": ui, "prompt_id": self.prompt_id}, False)

    def _progress(self, node_id, value, maximum, state):
        self.progress[node_id] = {
            "value": value, "max": maximum, "state": state, "node_id": node_id, "prompt_id": self.prompt_id,
            "display_node_id": node_id, "parent_node_id": None, "real_node_id": node_id,
        }
        nodes_now = {key: dict(entry) for key, entry in self.progress.items()}
        self.report("progress_state", {"prompt_id": self.prompt_id, "nodes": nodes_now}, False)

    def _step(self, node_id, value, most):
        """Tells progress inside of a node, as a sampler does."""
        self._progress(node_id, value, most, "running")
        told = {"value": value, "max": most, "prompt_id": self.prompt_id, "node": node_id}
        self.report("progress", told, False)
        if args.preview_method != "none":
            self.preview(previews.picture(value, most), node_id)

    def _message(self, event, data, broadcast=False):
        data = {**data, "timestamp": int(time.time() * 1000)}
        self.messages.append((event, data))
        self.report(event, data, broadcast)


def _changed(node, inputs):
    if not hasattr(node, "IS_CHANGED"):
        return None
    try:
        return node.IS_CHANGED(**{key: value for key, value in inputs.items() if not isinstance(value, list)})
    except Exception as error:
        logging.warning(f"WARNING: {error}")
        return object()


def _full_name(kind):
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _plain(value):
    return value if isinstance(value, (int, float, bool, str, type(None))) else str(value)
