"""The pages come from a package of their own; this finds it and its version."""

from importlib import metadata
import logging
import os

PACKAGE = "comfyui-frontend-package"


def required_version():
    """Returns the version that requirements.txt pins, or None."""
    with open(os.path.join(os.path.dirname(os.path.dirname(__file__)), "requirements.txt"), encoding="utf-8") as stream:
        for line in stream:
            if line.startswith(f"{PACKAGE}=="):
                return line.strip().split("==")[1]
    return None


def check():
    """Logs where the pages are, or what is wrong with them; never fails the start."""
    try:
        installed = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        logging.error(f"********** ERROR ***********\n\n{PACKAGE} is not installed.\n\n********** ERROR ***********")
        return
    if installed != required_version():
        logging.warning(f"Installed frontend version {installed} is not the required one {required_version()}.")
    logging.info(f"[Prompt Server] web root: {_folder()}")


def index_page():
    folder = _folder()
    if folder is None:
        return b"<!doctype html><title>ComfyUI simulator</title><p>A simulator of the ComfyUI server."
    with open(os.path.join(folder, "index.html"), "rb") as stream:
        return stream.read()


def _folder():
    try:
        import comfyui_frontend_package
    except ImportError:
        return None
    return os.path.join(os.path.dirname(comfyui_frontend_package.__file__), "static")
