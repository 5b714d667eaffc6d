"""Which folders hold what: models by type, input, output, temp, user."""

import os
import time

from comfy.cli_args import args

base_path = os.path.abspath(args.base_directory) if args.base_directory else os.path.dirname(os.path.realpath(__file__))
models_dir = os.path.join(base_path, "models")

MODEL_EXTENSIONS = {".ckpt", ".pt", ".pt2", ".bin", ".pth", ".safetensors", ".pkl", ".sft"}
LEGACY_NAMES = {"unet": "diffusion_models", "clip": "text_encoders"}


def _models(*folders, extensions=MODEL_EXTENSIONS):
    return [os.path.join(models_dir, folder) for folder in folders], set(extensions)


folder_names_and_paths = {
    "checkpoints": _models("checkpoints"),
    "configs": _models("configs", extensions=[".yaml"]),
    "loras": _models("loras"),
    "vae": _models("vae"),
    "text_encoders": _models("text_encoders", "clip"),
    "diffusion_models": _models("unet", "diffusion_models"),
    "clip_vision": _models("clip_vision"),
    "style_models": _models("style_models"),
    "embeddings": _models("embeddings"),
    "diffusers": _models("diffusers", extensions=["folder"]),
    "vae_approx": _models("vae_approx"),
    "controlnet": _models("controlnet", "t2i_adapter"),
    "gligen": _models("gligen"),
    "upscale_models": _models("upscale_models"),
    "custom_nodes": ([os.path.join(base_path, "custom_nodes")], set()),
    "hypernetworks": _models("hypernetworks"),
    "photomaker": _models("photomaker"),
    "classifiers": _models("classifiers", extensions=[""]),
    "model_patches": _models("model_patches"),
    "audio_encoders": _models("audio_encoders"),
}

_directories = {
    "output": os.path.abspath(args.output_directory) if args.output_directory else os.path.join(base_path, "output"),
    "input": os.path.abspath(args.input_directory) if args.input_directory else os.path.join(base_path, "input"),
    "temp": os.path.join(os.path.abspath(args.temp_directory) if args.temp_directory else base_path, "temp"),
    "user": os.path.abspath(args.user_directory) if args.user_directory else os.path.join(base_path, "user"),
}

for _type, _folder in (("checkpoints", "checkpoints"), ("loras", "loras"), ("vae", "vae"),
                       ("text_encoders", "clip"), ("diffusion_models", "diffusion_models")):
    folder_names_and_paths[_type][0].append(os.path.join(_directories["output"], _folder))


def get_output_directory():
    return _directories["output"]


def get_input_directory():
    return _directories["input"]


def get_temp_directory():
    return _directories["temp"]


def get_user_directory():
    return _directories["user"]


def get_directory_by_type(name):
    """Returns the folder of `output`, `input` or `temp`; None for another word."""
    return _directories[name] if name in ("output", "input", "temp") else None


def get_folder_paths(name):
    return folder_names_and_paths[LEGACY_NAMES.get(name, name)][0][:]


def add_model_folder_path(name, path, is_default=False):
    """Adds a search folder; an unknown type becomes a new one that lists every file."""
    paths, _ = folder_names_and_paths.setdefault(LEGACY_NAMES.get(name, name), ([], set()))
    if path in paths:
        paths.remove(path)
    paths.insert(0 if is_default else len(paths), path)


def get_filename_list(name):
    """Lists the files of a type relative to its folders, sorted, each name once."""
    paths, extensions = folder_names_and_paths[LEGACY_NAMES.get(name, name)]
    found = set()
    for root in paths:
        for folder, subfolders, files in os.walk(root, followlinks=True):
            subfolders[:] = [sub for sub in subfolders if sub != ".git"]
            inside = os.path.relpath(folder, root)
            for file in files:
                if not extensions or os.path.splitext(file)[1].lower() in extensions:
                    found.add(file if inside == "." else os.path.join(inside, file))
    return sorted(found)


def get_full_path(name, filename):
    """Returns the first existing file of that name in the type's folders, or None."""
    for root in get_folder_paths(name):
        candidate = os.path.join(root, filename)
        if os.path.isfile(candidate):
            return candidate
    return None


def get_save_image_path(prefix, output_dir, width=0, height=0):
    """Returns (folder, file stem, next counter, subfolder, prefix) and makes the folder.

    Files are named `<stem>_<counter, five digits>_.png`; the counter goes on from
    the highest one there.
    """
    prefix = _fill_in(prefix, width, height)
    subfolder = os.path.dirname(os.path.normpath(prefix))
    stem = os.path.basename(os.path.normpath(prefix))
    folder = os.path.join(output_dir, subfolder)
    if os.path.commonpath((output_dir, os.path.abspath(folder))) != output_dir:
        raise Exception("**** ERROR: Saving image outside the output folder is not allowed.")
    os.makedirs(folder, exist_ok=True)
    used = [_counter(file, stem) for file in os.listdir(folder)]
    return folder, stem, max(used, default=0) + 1, subfolder, prefix


def _counter(file, stem):
    if not file.lower().startswith(stem.lower() + "_"):
        return 0
    digits = file[len(stem) + 1:].split("_")[0]
    return int(digits) if digits.isdigit() else 0


def _fill_in(prefix, width, height):
    now = time.localtime()
    values = {"%width%": str(width), "%height%": str(height), "%year%": str(now.tm_year),
              "%month%": f"{now.tm_mon:02}", "%day%": f"{now.tm_mday:02}", "%hour%": f"{now.tm_hour:02}",
              "%minute%": f"{now.tm_min:02}", "%second%": f"{now.tm_sec:02}"}
    for mark, value in values.items():
        prefix = prefix.replace(mark, value)
    return prefix
