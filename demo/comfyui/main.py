"""Starts the simulator: reads flags, imports torch, loads packs, opens the port.

What fails before "Starting server" ends the program with a traceback and no
port was ever open.
"""

import logging
import os
import shutil
import signal
import sys

from comfy.cli_args import args
from simulator import log

log.start(args.verbose, args.log_stdout)
logging.info("This is a simulator of ComfyUI for demonstrations. It speaks ComfyUI's protocol and draws small pictures.")

import folder_paths
from simulator import paths_file, strikes


def load_extra_paths():
    beside = os.path.join(os.path.dirname(os.path.realpath(__file__)), "extra_model_paths.yaml")
    if os.path.isfile(beside):
        paths_file.load(beside)
    for group in args.extra_model_paths_config or []:
        for path in group:
            paths_file.load(path)


def clean_temp():
    shutil.rmtree(folder_paths.get_temp_directory(), ignore_errors=True)


def make_folders():
    for folder in (folder_paths.get_output_directory(), folder_paths.get_input_directory(),
                   folder_paths.get_temp_directory(), folder_paths.get_user_directory()):
        os.makedirs(folder, exist_ok=True)


def open_database():
    """Notes the start in the user's database, as a place where instances must not meet."""
    import sqlite3

    url = args.database_url or f"sqlite:///{os.path.join(folder_paths.get_user_directory(), 'comfyui.db')}"
    prefix = "sqlite:///"
    if not url.startswith(prefix):
        logging.error(f"Failed to initialize database: only {prefix} is known here, got {url}")
        return
    try:
        with sqlite3.connect(url[len(prefix):], timeout=1) as database:
            database.execute("create table if not exists boots (pid integer, argv text)")
            database.execute("insert into boots values (?, ?)", (os.getpid(), " ".join(sys.argv)))
        database.close()
    except sqlite3.Error as error:
        logging.error(f"Failed to initialize database: {error}")


def serve():
    import asyncio
    import threading

    from execution import prompt_worker
    from server import PromptServer

    async def run():
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()
        for kind in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(kind, stopped.set)
        server = PromptServer(loop)
        await server.start(args.listen.split(","))
        threading.Thread(target=prompt_worker, args=(server.queue, server), daemon=True).start()
        await stopped.wait()
        server.close()

    asyncio.run(run())
    logging.info("\nStopped server")


def start():
    load_extra_paths()
    clean_temp()
    from simulator import custom_nodes

    custom_nodes.run_prestartup_scripts()
    make_folders()
    strikes.at_boot()
    import comfy.model_management
    import nodes
    from comfyui_version import __version__
    from simulator import frontend

    logging.info(f"Python version: {sys.version}")
    logging.info(f"ComfyUI version: {__version__}")
    frontend.check()
    custom_nodes.load_custom_nodes(nodes)
    open_database()
    if args.quick_test_for_ci:
        return
    serve()


if __name__ == "__main__":
    try:
        start()
    finally:
        clean_temp()
        sys.stdout.flush()
        sys.stderr.flush()
    # The worker may be in the middle of a picture; it is not waited for.
    os._exit(0)
