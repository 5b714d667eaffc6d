"""What each fault does, at the places where the program asks for it."""

import errno
import logging
import os
import signal
import time

from simulator.faults import switches

STEPS = 10
LOOK_EVERY_SECONDS = 0.05
KILLED = 137


def _named(module, name, base=RuntimeError):
    """Makes an exception that tells its type as the real library does."""
    return type(name, (base,), {"__module__": module})


OutOfMemoryError = _named("torch", "OutOfMemoryError")
AcceleratorError = _named("torch", "AcceleratorError")
SafetensorError = _named("safetensors_rust", "SafetensorError", Exception)
UnpicklingError = _named("_pickle", "UnpicklingError", Exception)

POISONED = (
    "CUDA error: an illegal memory access was encountered\n"
    "CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.\n"
    "For debugging consider passing CUDA_LAUNCH_BLOCKING=1\n"
    "Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.\n")

MODEL_ERRORS = {
    "header-too-large": (SafetensorError, "Error while deserializing header: header too large"),
    "truncated": (SafetensorError, "Error while deserializing header: incomplete metadata, file not fully covered"),
    "bad-header": (SafetensorError, "Error while deserializing header: invalid JSON in header: EOF while parsing a value"),
    "unknown": (RuntimeError, "ERROR: Could not detect model type of: {path}"),
    "pickle": (UnpicklingError, "Weights only load failed. WeightsUnpickler error: Unsupported global: GLOBAL os.system "
                                "was not an allowed global by default."),
    "not-a-model": (UnpicklingError, "invalid load key, '<'."),
}

_is_poisoned = False


def at_boot():
    """Before torch is imported: waits, or ends the start."""
    wait = switches.value("slow-boot")
    if wait is not None:
        time.sleep(float(wait))
    code = switches.value("crash-boot")
    if code is not None:
        if code == "1":
            raise RuntimeError("the start was made to fail (--fault crash-boot)")
        _end(int(code))


def at_cuda():
    """Where the graphics card is asked for."""
    if switches.is_on("gpu-lost"):
        raise RuntimeError("No CUDA GPUs are available")


def in_worker():
    """In the thread that takes prompts, outside of what catches a node's errors."""
    if switches.is_on("worker-dead"):
        raise RuntimeError("the worker was made to die (--fault worker-dead)")


def in_node(step, is_interrupted):
    """In the middle of a node. `step(value, most)` tells progress; returns True when it was interrupted."""
    global _is_poisoned
    code = switches.value("crash-prompt")
    if code is not None:
        _end(int(code))
    while switches.is_on("hang-queue"):
        time.sleep(LOOK_EVERY_SECONDS)
    wait = switches.value("slow")
    if wait is not None:
        for number in range(1, STEPS + 1):
            time.sleep(float(wait) / STEPS)
            step(number, STEPS)
            if is_interrupted():
                return True
    if _is_poisoned or switches.is_on("cuda-poisoned"):
        _is_poisoned = True
        raise AcceleratorError(POISONED)
    if switches.is_on("gpu-lost"):
        raise RuntimeError("CUDA unknown error - this may be due to an incorrectly set up environment")
    if switches.value("oom") == "always" or (switches.value("oom") == "until-free" and not _Memory.is_freed):
        logging.error("Got an OOM, unloading all loaded models.")
        raise OutOfMemoryError("Allocation on device \nThis error means you ran out of memory on your GPU.\n")
    return False


class _Memory:
    is_freed = False


def at_free():
    """POST /free: what `oom=until-free` waits for."""
    _Memory.is_freed = True


def at_save(path):
    if switches.is_on("disk-full"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def at_model(path):
    kind = switches.value("wrong-model")
    if kind in MODEL_ERRORS:
        error, text = MODEL_ERRORS[kind]
        raise error(text.format(path=path))


def listed_models(names):
    return [] if switches.value("wrong-model") == "not-listed" else names


def at_import(pack):
    wanted = switches.value("import-failed")
    if wanted is not None and wanted in ("", pack):
        raise ModuleNotFoundError(f"No module named '{pack.replace('-', '_')}_missing'", name=f"{pack}_missing")


def _end(code):
    """Ends the process without a word, as the kernel does for 137 when memory is short."""
    if code == KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(code)
