"""Loads the node packs below custom_nodes, and says which failed and how long each took."""

import importlib.util
import logging
import os
import sys
import time
import traceback

from comfy.cli_args import args
import folder_paths
from simulator import strikes


def run_prestartup_scripts():
    """Runs every pack's prestartup_script.py, before torch is imported."""
    times = []
    for path in _packs():
        script = os.path.join(path, "prestartup_script.py")
        if os.path.isdir(path) and os.path.exists(script) and not _is_skipped(path):
            times.append(_timed(path, lambda: _execute("__prestartup__", script), "PRESTARTUP FAILED"))
    _table("Prestartup times for custom nodes:", times)


def load_custom_nodes(nodes):
    """Adds the classes of every pack to `nodes`; a pack that fails is logged and left out."""
    times = []
    for path in _packs():
        if _is_skipped(path):
            logging.info(f"Skipping {os.path.basename(path)} due to disable_all_custom_nodes")
            continue
        times.append(_timed(path, lambda: _load(nodes, path), "IMPORT FAILED"))
    _table("Import times for custom nodes:", times)


def _packs():
    found = []
    for root in folder_paths.get_folder_paths("custom_nodes"):
        if not os.path.isdir(root):
            continue
        for name in sorted(os.listdir(root)):
            path = os.path.join(root, name)
            if name == "__pycache__" or name.startswith(".") or name.endswith(".disabled"):
                continue
            if os.path.isdir(path) or path.endswith(".py"):
                found.append(path)
    return found


def _is_skipped(path):
    return args.disable_all_custom_nodes and os.path.basename(path) not in args.whitelist_custom_nodes


def _load(nodes, path):
    name = os.path.splitext(os.path.basename(path))[0] if os.path.isfile(path) else os.path.basename(path)
    entry = os.path.join(path, "__init__.py") if os.path.isdir(path) else path
    strikes.at_import(name)
    module = _execute(path.replace(".", "_x_"), entry)
    mappings = getattr(module, "NODE_CLASS_MAPPINGS", None)
    if mappings is None:
        logging.warning(f"Skip {path} module for custom nodes due to the lack of NODE_CLASS_MAPPINGS or NODES_LIST (need one).")
        return
    for class_name, node in mappings.items():
        node.RELATIVE_PYTHON_MODULE = f"custom_nodes.{name}"
        nodes.NODE_CLASS_MAPPINGS[class_name] = node
    nodes.NODE_DISPLAY_NAME_MAPPINGS.update(getattr(module, "NODE_DISPLAY_NAME_MAPPINGS", {}))


def _execute(name, file):
    folder = os.path.dirname(file) if file.endswith("__init__.py") else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=[folder] if folder else None)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _timed(path, act, failure):
    started = time.perf_counter()
    try:
        act()
        failed = False
    except Exception as error:
        failed = True
        logging.warning(traceback.format_exc())
        if failure == "IMPORT FAILED":
            logging.warning(f"Cannot import {path} module for custom nodes: {error}")
        else:
            logging.error(f"Failed to execute startup-script: {path} / {error}")
    return time.perf_counter() - started, f" ({failure})" if failed else "", path


def _table(title, times):
    if not times:
        return
    logging.info(f"\n{title}")
    for seconds, failure, path in sorted(times):
        logging.info(f"{seconds:6.1f} seconds{failure}: {path}")
    logging.info("")
