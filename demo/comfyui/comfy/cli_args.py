"""The command line of ComfyUI 0.3.64.

Every flag that version has is accepted with its arity, and an unknown one ends
the program with exit code 2. Flags listed in `WITHOUT_EFFECT` change nothing in
the simulator.
"""

import argparse
import os

from simulator import faults

WITHOUT_EFFECT = [
    "--auto-launch", "--disable-auto-launch", "--cuda-malloc", "--disable-cuda-malloc", "--gpu-only",
    "--highvram", "--normalvram", "--lowvram", "--novram", "--disable-smart-memory", "--async-offload",
    "--force-non-blocking", "--cache-classic", "--disable-mmap", "--mmap-torch-files", "--force-fp32",
    "--force-fp16", "--fp32-unet", "--fp64-unet", "--bf16-unet", "--fp16-unet", "--fp8_e4m3fn-unet",
    "--fp8_e5m2-unet", "--fp8_e8m0fnu-unet", "--fp16-vae", "--fp32-vae", "--bf16-vae", "--cpu-vae",
    "--fp8_e4m3fn-text-enc", "--fp8_e5m2-text-enc", "--fp16-text-enc", "--fp32-text-enc", "--bf16-text-enc",
    "--force-channels-last", "--disable-ipex-optimize", "--supports-fp8-compute", "--force-upcast-attention",
    "--dont-upcast-attention", "--deterministic", "--use-split-cross-attention", "--use-quad-cross-attention",
    "--use-pytorch-cross-attention", "--use-sage-attention", "--use-flash-attention", "--disable-xformers",
    "--disable-api-nodes", "--dont-print-server", "--multi-user", "--windows-standalone-build",
    "--enable-compress-response-body",
]

WITHOUT_EFFECT_WITH_VALUE = [
    "--tls-keyfile", "--tls-certfile", "--front-end-version", "--front-end-root", "--reserve-vram",
    "--cuda-device", "--default-device", "--oneapi-device-selector", "--cache-lru", "--default-hashing-function",
    "--preview-size", "--comfy-api-base",
]


def existing_directory(path):
    if not os.path.isdir(path):
        raise argparse.ArgumentTypeError(f"{path} is not a valid directory.")
    return path


def fault(text):
    try:
        return faults.parse(text)
    except faults.BadFault as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def make_parser():
    parser = argparse.ArgumentParser(description="A simulator of the ComfyUI server, for demonstrations.")
    flag = parser.add_argument
    flag("--listen", default="127.0.0.1", metavar="IP", nargs="?", const="0.0.0.0,::")
    flag("--port", type=int, default=8188)
    flag("--enable-cors-header", default=None, metavar="ORIGIN", nargs="?", const="*")
    flag("--max-upload-size", type=float, default=100, help="megabytes")
    flag("--base-directory", default=None)
    flag("--extra-model-paths-config", default=None, metavar="PATH", nargs="+", action="append")
    flag("--output-directory", default=None)
    flag("--temp-directory", default=None)
    flag("--input-directory", default=None)
    flag("--user-directory", type=existing_directory, default=None)
    flag("--database-url", default=None)
    flag("--cpu", action="store_true")
    flag("--simulated-vram", type=float, nargs=2, default=None, metavar=("TOTAL_GB", "HELD_GB"),
         help="tell of a CUDA card with this memory, of which models hold a part until POST /free; for tests")
    flag("--simulated-jobs", action="store_true",
         help="tell of prompts by /api/jobs and take one back there, as newer versions do; for tests")
    flag("--fault", type=fault, action="append", default=[], metavar="NAME[=VALUE]",
         help=f"switch a fault on; repeatable; for tests: {', '.join(faults.FAULTS)}")
    flag("--faults", default=None, metavar="FILE",
         help="a file of faults, one a line, that is read again whenever it changes; for tests")
    flag("--directml", type=int, nargs="?", metavar="DIRECTML_DEVICE", const=-1)
    flag("--fast", nargs="*")
    flag("--preview-method", choices=["none", "auto", "latent2rgb", "taesd"], default="none")
    flag("--cache-none", action="store_true")
    flag("--disable-metadata", action="store_true")
    flag("--disable-all-custom-nodes", action="store_true")
    flag("--whitelist-custom-nodes", nargs="+", default=[])
    flag("--quick-test-for-ci", action="store_true")
    flag("--verbose", default="INFO", const="DEBUG", nargs="?",
         choices=["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
    flag("--log-stdout", action="store_true")
    for name in WITHOUT_EFFECT:
        flag(name, action="store_true", help="accepted, no effect here")
    for name in WITHOUT_EFFECT_WITH_VALUE:
        flag(name, default=None, help="accepted, no effect here")
    return parser


args = make_parser().parse_args()
faults.switches.start(args.fault, args.faults)
