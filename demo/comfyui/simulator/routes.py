"""Every route: method, path pattern (without /api) and what answers it.

A handler takes (server, request, *groups of the pattern) and returns a Response.
"""

import logging
import mimetypes
import os
import re
import sys
import time
import uuid

import torch

from comfy.cli_args import args
from comfy.model_management import card, device, memory_bytes
from comfy_execution.validation import error_body, validate_prompt
from comfyui_version import __version__
import folder_paths
import nodes
from simulator import frontend, jobs, log, strikes, uploads
from simulator.http import Response, json_response, text_response


def features():
    return {"supports_preview_metadata": True, "max_upload_size": int(args.max_upload_size * 1024 * 1024)}


def get_root(_server, _request):
    return Response(200, frontend.index_page(), "text/html; charset=utf-8")


def get_system_stats(_server, _request):
    total, free = memory_bytes()
    name = "cpu" if device.type == "cpu" else f"{device} demonstration"
    return json_response({
        "system": {
            "os": os.name,
            "ram_total": total,
            "ram_free": free,
            "comfyui_version": __version__,
            "required_frontend_version": frontend.required_version(),
            "installed_templates_version": None,
            "required_templates_version": None,
            "python_version": sys.version,
            "pytorch_version": torch.version.__version__,
            "embedded_python": False,
            "argv": sys.argv,
        },
        "devices": [card.told()] if card else [{
            "name": name, "type": device.type, "index": device.index,
            "vram_total": total, "vram_free": free, "torch_vram_total": total, "torch_vram_free": free,
        }],
    })


def get_prompt(server, _request):
    return json_response({"exec_info": {"queue_remaining": server.queue.remaining()}})


def post_prompt(server, request):
    logging.info("got prompt")
    body = request.json()
    if "number" in body:
        number = float(body["number"])
    else:
        number = -server.number if body.get("front") else server.number
        server.number += 1
    if "prompt" not in body:
        error = error_body("no_prompt", "No prompt provided", "No prompt provided")
        return json_response({"error": error, "node_errors": {}}, 400)
    prompt = body["prompt"]
    prompt_id = str(body.get("prompt_id") or uuid.uuid4())
    verdict = validate_prompt(prompt, body.get("partial_execution_targets"))
    extra_data = dict(body.get("extra_data") or {})
    if "client_id" in body:
        extra_data["client_id"] = body["client_id"]
    if args.simulated_jobs:
        extra_data["create_time"] = int(time.time() * 1000)
    if verdict.error:
        logging.warning(f"invalid prompt: {verdict.error}")
        return json_response({"error": verdict.error, "node_errors": verdict.node_errors}, 400)
    server.queue.put((number, prompt_id, prompt, extra_data, verdict.outputs))
    return json_response({"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors})


def get_queue(server, _request):
    running, waiting = server.queue.current()
    return json_response({"queue_running": running, "queue_pending": waiting})


def post_queue(server, request):
    body = request.json()
    if body.get("clear"):
        server.queue.delete()
    if "delete" in body:
        server.queue.delete(body["delete"])
    return Response()


def get_history(server, request):
    query = request.query
    most = int(query["max_items"]) if "max_items" in query else None
    return json_response(server.queue.history(max_items=most, offset=int(query.get("offset", -1))))


def get_history_entry(server, _request, prompt_id):
    return json_response(server.queue.history(prompt_id))


def post_history(server, request):
    body = request.json()
    if body.get("clear"):
        server.queue.forget()
    if "delete" in body:
        server.queue.forget(body["delete"])
    return Response()


def post_interrupt(server, request):
    try:
        prompt_id = request.json().get("prompt_id")
    except ValueError:
        prompt_id = None
    server.queue.interrupt(prompt_id)
    return Response()


def has_jobs(request):
    """Newer versions have jobs, below /api only; the others do not have them."""
    return args.simulated_jobs and request.path.startswith("/api/")


def get_jobs(server, request):
    if not has_jobs(request):
        return text_response("404: Not Found", 404)
    try:
        return json_response(jobs.listed(server.queue, request.query))
    except jobs.BadQuery as error:
        return json_response({"error": str(error)}, 400)


def get_job(server, request, prompt_id):
    if not has_jobs(request):
        return text_response("404: Not Found", 404)
    job = jobs.find(server.queue, prompt_id)
    return json_response(job) if job else json_response({"error": "Job not found"}, 404)


def post_job_cancel(server, request, prompt_id):
    if not has_jobs(request):
        return text_response("404: Not Found", 404)
    server.queue.delete([prompt_id])
    server.queue.interrupt(prompt_id)
    return json_response({"cancelled": True})


def post_free(server, request):
    body = request.json()
    if body.get("unload_models") or body.get("free_memory"):
        server.free()
        strikes.at_free()
        if card and server.queue.remaining() == 0:
            card.unload()
    return Response()


def get_object_info(_server, _request):
    return json_response({name: nodes.node_info(name) for name in nodes.NODE_CLASS_MAPPINGS})


def get_object_info_entry(_server, _request, name):
    return json_response({name: nodes.node_info(name)} if name in nodes.NODE_CLASS_MAPPINGS else {})


def get_features(_server, _request):
    return json_response(features())


def get_models(_server, _request):
    return json_response(list(folder_paths.folder_names_and_paths))


def get_model_folder(_server, _request, folder):
    if folder not in folder_paths.folder_names_and_paths:
        return Response(404)
    return json_response(folder_paths.get_filename_list(folder))


def get_embeddings(_server, _request):
    return json_response([os.path.splitext(name)[0] for name in folder_paths.get_filename_list("embeddings")])


def post_upload_image(_server, request):
    return _upload(request, uploads.put)


def post_upload_mask(_server, request):
    return _upload(request, uploads.put_mask)


def _upload(request, put):
    try:
        return json_response(put(uploads.fields(request)))
    except uploads.BadUpload:
        return Response(400)


def get_view(_server, request):
    name = request.query.get("filename", "")
    kind = request.query.get("type", "output")
    annotated = re.fullmatch(r"(.*) \[(output|input|temp)\]", name)
    if annotated:
        name, kind = annotated.groups()
    root = folder_paths.get_directory_by_type(kind)
    if not name:
        return Response(404)
    if name[0] == "/" or ".." in name or root is None:
        return Response(400)
    folder = os.path.abspath(os.path.join(root, request.query.get("subfolder", "")))
    if os.path.commonpath((folder, root)) != root:
        return Response(403)
    path = os.path.join(folder, os.path.basename(name))
    if not os.path.isfile(path):
        return Response(404)
    with open(path, "rb") as stream:
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return Response(200, stream.read(), kind, {"Content-Disposition": f'filename="{os.path.basename(name)}"'})


def get_logs(_server, _request):
    return json_response("".join(f"{entry['t']} - {entry['m']}" for entry in log.entries))


def get_raw_logs(_server, _request):
    return json_response({"entries": list(log.entries), "size": {"cols": 80, "rows": 24}})


def get_folder_paths(_server, _request):
    return json_response({name: paths for name, (paths, _) in folder_paths.folder_names_and_paths.items()})


def get_extensions(_server, _request):
    return json_response([])


def get_ws_without_upgrade(_server, _request):
    return text_response("No WebSocket UPGRADE hdr: None\n Can \"Upgrade\" only to \"WebSocket\".", 400)


ROUTES = [(method, re.compile(pattern), handler) for method, pattern, handler in [
    ("GET", "/", get_root),
    ("GET", "/ws", get_ws_without_upgrade),
    ("GET", "/system_stats", get_system_stats),
    ("GET", "/prompt", get_prompt),
    ("POST", "/prompt", post_prompt),
    ("GET", "/queue", get_queue),
    ("POST", "/queue", post_queue),
    ("GET", "/history", get_history),
    ("GET", "/history/([^/]+)", get_history_entry),
    ("POST", "/history", post_history),
    ("POST", "/interrupt", post_interrupt),
    ("GET", "/jobs", get_jobs),
    ("GET", "/jobs/([^/]+)", get_job),
    ("POST", "/jobs/([^/]+)/cancel", post_job_cancel),
    ("POST", "/free", post_free),
    ("GET", "/object_info", get_object_info),
    ("GET", "/object_info/([^/]+)", get_object_info_entry),
    ("GET", "/features", get_features),
    ("GET", "/models", get_models),
    ("GET", "/models/([^/]+)", get_model_folder),
    ("GET", "/embeddings", get_embeddings),
    ("GET", "/extensions", get_extensions),
    ("POST", "/upload/image", post_upload_image),
    ("POST", "/upload/mask", post_upload_mask),
    ("GET", "/view", get_view),
    ("GET", "/internal/logs", get_logs),
    ("GET", "/internal/logs/raw", get_raw_logs),
    ("GET", "/internal/folder_paths", get_folder_paths),
]]
