/** Of each signature: lines that show it, and a line that comes near and does not. A line after `@` stands under a traceback frame of that file. */
export const samples: Readonly<
  Record<string, { readonly hits: readonly string[]; readonly miss: string; readonly frame?: string }>
> = {
  S01: {
    hits: [
      'torch.OutOfMemoryError: Allocation on device 0 would exceed allowed memory.',
      'RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB',
      'Got an OOM, unloading all loaded models.',
    ],
    miss: 'Ran out of memory when regular VAE decoding, retrying with tiled VAE decoding.',
  },
  S02: {
    hits: ['Warning: Ran out of memory when regular VAE encoding, retrying with tiled VAE encoding.'],
    miss: 'Ran out of memory when regular VAE work began',
  },
  S03: {
    hits: [
      'RuntimeError: CUDA error: no kernel image is available for execution on the device',
      'NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.',
    ],
    miss: 'CUDA capability sm_86 is fine',
  },
  S04: { hits: ['AssertionError: Torch not compiled with CUDA enabled'], miss: 'Torch compiled with CUDA enabled' },
  S05: {
    hits: ['RuntimeError: The NVIDIA driver on your system is too old (found version 12040). Please update'],
    miss: 'The NVIDIA driver on your system is too old',
  },
  S06: {
    hits: [
      'RuntimeError: Unexpected error from cudaGetDeviceCount(). Error 804: forward compatibility was attempted on non supported HW',
      'Failed to initialize NVML: Driver/library version mismatch',
    ],
    miss: 'Driver version 550.54',
  },
  S07: {
    hits: [
      'RuntimeError: Found no NVIDIA driver on your system. Please check',
      'RuntimeError: No CUDA GPUs are available',
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    ],
    miss: 'Found 1 NVIDIA driver on your system',
  },
  S08: {
    hits: [
      'RuntimeError: CUDA error: an illegal memory access was encountered',
      'torch.AcceleratorError: CUDA error: unspecified launch failure',
      'RuntimeError: CUDNN_STATUS_EXECUTION_FAILED',
    ],
    miss: 'a memory access pattern for CUDA error: none',
  },
  S09: {
    hits: ['[12345.6] NVRM: Xid (PCI:0000:01:00): 79, pid=1234, GPU has fallen off the bus.'],
    miss: 'NVRM: loading NVIDIA UNIX Module',
  },
  S10: {
    hits: [
      'Out of memory: Killed process 4242 (python) total-vm:44000000kB',
      'Killed',
      '[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes.',
      'OSError: [Errno 12] Cannot allocate memory',
    ],
    miss: 'Killed the old preview',
  },
  S11: {
    hits: ['OSError: The paging file is too small for this operation to complete. (os error 1455)'],
    miss: 'os error 2',
  },
  S12: {
    hits: [
      'Potential memory leak detected with model Flux, doing a full garbage collect',
      'WARNING, memory leak with model SDXL. Please make sure it is not being referenced from somewhere.',
    ],
    miss: 'no memory leak today',
  },
  S13: {
    hits: ['/srv/ComfyUI/nodes.py:1603: RuntimeWarning: invalid value encountered in cast'],
    miss: 'RuntimeWarning: divide by zero encountered in cast',
  },
  S14: {
    hits: [
      'A module that was compiled using NumPy 1.x cannot be run in',
      'ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96',
      'RuntimeError: Numpy is not available',
      'ImportError: numpy.core.multiarray failed to import',
    ],
    miss: 'numpy.dtype size 8',
  },
  S15: {
    hits: ["ImportError: cannot import name 'cached_download' from 'huggingface_hub' (/venv/x.py)"],
    miss: "cannot import name 'x' from 'diffusers'",
  },
  S16: {
    hits: [
      'ImportError: huggingface-hub>=0.30.0,<1.0 is required for a normal functioning of this module, but found huggingface-hub==1.0.0.',
    ],
    miss: 'tokenizers is required for a normal functioning',
  },
  S17: {
    hits: [
      "ModuleNotFoundError: No module named 'segment_anything'",
      "Cannot import /x/custom_nodes/y module for custom nodes: No module named 'cv2'",
    ],
    miss: 'No module named in the manifest',
  },
  S18: {
    hits: [
      '   0.2 seconds (IMPORT FAILED): /srv/ComfyUI/custom_nodes/ComfyUI-Foo',
      '0.0 seconds (PRESTARTUP FAILED): /srv/custom_nodes/Bar',
      "Cannot import /srv/custom_nodes/foo module for custom nodes: expected ':'",
    ],
    miss: '   0.2 seconds: /srv/ComfyUI/custom_nodes/ComfyUI-Foo',
  },
  S19: {
    hits: ['Skip /srv/custom_nodes/docs module for custom nodes due to the lack of NODE_CLASS_MAPPINGS.'],
    miss: 'Skip docs module for custom nodes',
  },
  S20: { hits: ['IMPORT FAILED: nodes_canny.py'], miss: 'IMPORT FAILED: canny.py' },
  S21: {
    hits: [
      'comfyui-workflow-templates is not installed.',
      'comfyui-embedded-docs package not found',
      'Installed frontend version 1.25.0 is lower than the recommended version 1.27.10.',
    ],
    miss: 'comfyui-frontend-package is installed',
  },
  S22: {
    hits: ["ImportError: cannot import name 'mapped_column' from 'sqlalchemy.orm' (/venv/sqlalchemy/orm/__init__.py)"],
    miss: "cannot import name 'foo' from 'sqlalchemy.orm'",
  },
  S23: {
    hits: [
      'RuntimeError: operator torchvision::nms does not exist',
      "RuntimeError: Couldn't load custom C++ ops. This can happen if",
    ],
    miss: 'operator torchvision::nms is registered',
  },
  S24: {
    hits: [
      "WARNING[XFORMERS]: xFormers can't load C++/CUDA extensions. xFormers was built for:",
      'NotImplementedError: No operator found for `memory_efficient_attention_forward` with inputs:',
    ],
    miss: 'Using xformers attention',
  },
  S25: {
    hits: [
      'ImportError: DLL load failed while importing _C: The specified module could not be found.',
      'ImportError: /venv/x.so: undefined symbol: _ZN3c104cuda9SetDeviceEi',
      'OSError: libcudart.so.12: cannot open shared object file: No such file or directory',
      'OSError: [WinError 126] The specified module could not be found',
    ],
    miss: '[WinError 10] something',
  },
  S26: {
    hits: ['To use the `--use-sage-attention` feature, the `sageattention` package must be installed first.'],
    miss: 'To use the `--use-sage-attention` feature, restart',
  },
  S27: {
    hits: ['ImportError: libGL.so.1: cannot open shared object file: No such file or directory'],
    miss: 'libGL.so.1 => /usr/lib/libGL.so.1',
  },
  S28: {
    hits: [
      "EP Error CUDA_PATH is set but CUDA wasn't able to be loaded.",
      '[W:onnxruntime] Failed to create CUDAExecutionProvider. Require cuDNN 9',
    ],
    miss: 'CUDAExecutionProvider created',
  },
  S29: {
    hits: [
      'ERROR: Could not find a version that satisfies the requirement torch==2.9.0 (from versions: none)',
      'ERROR: No matching distribution found for xformers==0.0.99',
    ],
    miss: 'found a version that satisfies the requirement',
  },
  S30: {
    hits: [
      'mediapipe 0.10.14 requires protobuf<5,>=4.25.3, but you have protobuf 5.29.0 which is incompatible.',
      'ERROR: a 1.0 has requirement b>=2, but you have b 1.',
    ],
    miss: 'protobuf 5.29.0 is there, but you have to look',
  },
  S31: {
    hits: ['ERROR: ResolutionImpossible: for help visit', '  × No solution found when resolving dependencies:'],
    miss: 'a solution was found when resolving',
  },
  S32: {
    hits: [
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
      'error: Hash mismatch for `numpy==2.0.0`',
    ],
    miss: 'hashes match for numpy',
  },
  S33: {
    hits: ['Potential Error in code: Torch already imported, torch should never be imported before this point.'],
    miss: 'torch was imported',
  },
  S34: {
    hits: ['Malware has been detected, forcibly terminating ComfyUI execution.'],
    miss: 'No malware has been detected',
  },
  S35: {
    hits: ['Could not autodetect AIMDO implementation, assuming Nvidia', 'No working comfy-aimdo install detected.'],
    miss: 'aimdo ready',
  },
  S36: {
    hits: ['SyntaxError: invalid syntax', "TypeError: unsupported operand type(s) for |: 'type' and 'NoneType'"],
    miss: 'SyntaxErrors: none',
    frame: '/srv/ComfyUI/custom_nodes/New-Pack/__init__.py',
  },
  S37: {
    hits: [
      "OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8188): address already in use",
      'Port 8188 is already in use on address 127.0.0.1. Please close',
    ],
    miss: "[Errno 99] error while attempting to bind on address ('10.0.0.1', 8188)",
  },
  S38: {
    hits: [
      "PermissionError: [Errno 13] error while attempting to bind on address ('127.0.0.1', 80): permission denied",
    ],
    miss: "[Errno 98] error while attempting to bind on address ('127.0.0.1', 80)",
  },
  S39: {
    hits: [
      'Could not acquire lock on database /user/comfyui.db',
      'ASSETS_STARTUP_FAILED: newer_revision',
      'sqlite3.OperationalError: database is locked',
    ],
    miss: 'database is open',
  },
  S40: {
    hits: [
      "OSError: [Errno 28] No space left on device: '/out/a.png'",
      'sqlite3.OperationalError: database or disk is full',
      'OSError: [Errno 122] Disk quota exceeded',
    ],
    miss: 'No space between the words',
  },
  S41: {
    hits: [
      "OSError: [Errno 30] Read-only file system: '/out'",
      "PermissionError: [Errno 13] Permission denied: '/out/a.png'",
    ],
    miss: 'Permission granted: yes',
  },
  S42: { hits: ['OSError: [Errno 24] Too many open files'], miss: 'Many open files' },
  S43: { hits: ['Exception in thread Thread-3 (prompt_worker):'], miss: 'Exception in thread Thread-3 (downloader):' },
  S45: {
    hits: [
      "TypeError: 'NoneType' object is not iterable",
      "AttributeError: 'list' object has no attribute 'split'",
      'yaml.scanner.ScannerError: while scanning',
    ],
    miss: "'NoneType' object is not callable",
    frame: '/srv/ComfyUI/utils/extra_config.py',
  },
  S46: {
    hits: [
      'main.py: error: unrecognized arguments: --normalvram',
      "main.py: error: argument --user-directory: The path '/x' does not exist",
    ],
    miss: 'main.py: ready',
  },
  S47: {
    hits: ["FileNotFoundError: [Errno 2] No such file or directory: '/srv/base/custom_nodes'"],
    miss: "FileNotFoundError: [Errno 2] No such file or directory: '/srv/base/models'",
  },
  S48: {
    hits: ["WARNING path /models/loras/x.safetensors exists but doesn't link anywhere, skipping."],
    miss: 'WARNING path /models exists',
  },
  S49: {
    hits: ['WARNING: request with non matching host and origin localhost:8188 != evil.example, returning 403'],
    miss: 'request with matching host and origin',
  },
  S50: {
    hits: ['HTTPRequestEntityTooLarge: Maximum request body size 104857600 exceeded, actual body size 104857601'],
    miss: 'Maximum request body size is 104857600',
  },
  S51: {
    hits: ['Error handling request from 127.0.0.1', 'Error handling request'],
    miss: 'Error handling request later, and calmly',
  },
  S52: {
    hits: [
      'send error: Cannot write to closing transport',
      'ConnectionResetError: [Errno 104] Connection reset by peer',
    ],
    miss: 'resend errors: none',
  },
  S53: {
    hits: [
      'fatal: detected dubious ownership in repository at /srv/x',
      'fatal: not a git repository (or any of the parent directories): .git',
    ],
    miss: 'a git repository',
  },
  S54: {
    hits: [
      'ERROR: To use this action, a security_level of `normal or below` is required.',
      'ERROR: This action requires BOTH allow_git_url_install',
    ],
    miss: 'ERROR: To be continued',
  },
  S55: {
    hits: [
      'safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge',
      'SafetensorError: Error while deserializing header: header too large',
    ],
    miss: 'the picture is too large',
  },
  S56: {
    hits: [
      'safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer',
      'SafetensorError: incomplete metadata, file not fully covered',
    ],
    miss: 'metadata complete',
  },
  S57: {
    hits: [
      'SafetensorError: Error while deserializing header: header too small',
      'SafetensorError: invalid JSON in header: EOF while parsing',
    ],
    miss: 'valid JSON in header',
  },
  S58: {
    hits: [
      'RuntimeError: ERROR: Could not detect model type of: /models/checkpoints/x.safetensors',
      'ERROR UNSUPPORTED DIFFUSION MODEL /models/x.safetensors',
    ],
    miss: 'detect model type of: x',
  },
  S59: {
    hits: [
      '_pickle.UnpicklingError: Weights only load failed. This file can still be loaded',
      'Unsupported global: GLOBAL os.system was not an allowed global by default.',
    ],
    miss: 'Weights loaded',
  },
  S60: {
    hits: [
      "_pickle.UnpicklingError: invalid load key, '<'.",
      'RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory',
      'KeyError: 101',
    ],
    miss: 'KeyError: 1011',
  },
  S61: {
    hits: [
      "  - Value not in list: ckpt_name: 'sdxl.safetensors' not in ['a.safetensors']",
      "  - Value not in list: lora_name: 'x.safetensors' not in (list of length 53)",
    ],
    miss: 'Value in list: ckpt_name',
  },
  S62: {
    hits: [
      'lora key not loaded: lora_unet_x.alpha',
      'SHAPE MISMATCH diffusion_model.x.weight WEIGHT NOT MERGED torch.Size([1])',
    ],
    miss: 'lora key loaded: x',
  },
  S63: {
    hits: ['RuntimeError: mat1 and mat2 shapes cannot be multiplied (77x2048 and 768x320)'],
    miss: 'mat1 and mat2 shapes multiplied',
  },
  S64: {
    hits: [
      'RuntimeError: Error(s) in loading state_dict for ControlNet:',
      '  size mismatch for proj.weight: copying a param',
    ],
    miss: 'loading state_dict',
  },
  S65: {
    hits: [
      "ValueError: Unexpected architecture type in GGUF file: 'qwen3'",
      'ValueError: Unexpected text model architecture type in GGUF file: gemma',
    ],
    miss: 'architecture type of the file: flux',
  },
  S66: {
    hits: [
      'RuntimeError: ERROR: clip input is invalid: None',
      'RuntimeError: ERROR: controlnet file is invalid and does not contain a valid controlnet model.',
    ],
    miss: 'clip input is valid',
  },
  S67: {
    hits: ["clip missing: ['text_projection.weight']", "left over keys in diffusion model: ['x']"],
    miss: 'a clip missing here: no',
  },
  S68: {
    hits: [
      'huggingface_hub.errors.GatedRepoError: 401 Client Error.',
      '403 Client Error: Forbidden for url: https://civitai.com/api/x',
    ],
    miss: '403 Client Error: Forbidden for url: http://localhost',
  },
  S69: {
    hits: ['invalid prompt: Cannot execute because node ImpactWildcard does not exist.'],
    miss: 'Cannot execute because node is busy',
  },
  S70: {
    hits: ["invalid prompt: {'type': 'prompt_no_outputs', 'message': 'Prompt has no outputs'}"],
    miss: 'Prompt has 2 outputs',
  },
  S71: { hits: ['  - Required input is missing: model'], miss: 'Required input is there: model' },
  S72: {
    hits: ['  - Value 0 smaller than min of 1: steps', '  - Failed to convert an input value to a INT value: seed'],
    miss: 'Value 3 is fine',
  },
  S73: {
    hits: ['  - Return type mismatch between linked nodes: samples, received_type(IMAGE) mismatch input_type(LATENT)'],
    miss: 'type mismatch',
  },
  S74: { hits: ['  - Custom validation failed for node: image - Invalid image file: cat.png'], miss: 'Invalid image' },
  S75: {
    hits: ['Exception: **** ERROR: Saving image outside the output folder is not allowed.'],
    miss: 'Saving image inside the output folder',
  },
  S76: {
    hits: ['Processing interrupted', 'comfy.model_management.InterruptProcessingException'],
    miss: 'Processing goes on',
  },
  S77: { hits: ['Exception: Unauthorized: Please login first to use this node.'], miss: 'Unauthorized' },
  S78: {
    hits: ["[ERROR] An error occurred while retrieving information for the 'Foo Loader' node."],
    miss: 'An error occurred while retrieving information',
  },
  S79: {
    hits: [
      'comfy_execution.graph.DependencyCycleError: Dependency cycle detected',
      'RecursionError: maximum recursion depth exceeded',
    ],
    miss: 'recursion depth 3',
  },
  S80: {
    hits: [
      'RuntimeError: Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!',
      'RuntimeError: expected scalar type Half but found Float',
      'RuntimeError: Input type (c10::Half) and bias type (float) should be the same',
    ],
    miss: 'expected scalar type Half',
  },
};
