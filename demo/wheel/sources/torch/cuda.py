"""There is no CUDA in this build, said in the words of a real CPU build."""


def is_available():
    return False


def is_initialized():
    return False


def device_count():
    return 0


def get_arch_list():
    return []


def current_device():
    raise AssertionError("Torch not compiled with CUDA enabled")


def get_device_name(_device=None):
    raise AssertionError("Torch not compiled with CUDA enabled")


def mem_get_info(_device=None):
    raise AssertionError("Torch not compiled with CUDA enabled")


def empty_cache():
    return None
