"""Which faults are switched on: by `--fault NAME[=VALUE]`, and by the lines of the file of `--faults`.

The file is read again whenever it changed. A line is `NAME` or `NAME=VALUE`;
`once NAME` strikes one process: the first that meets it takes the line out of
the file and keeps the fault to its end. What begins with `#` is a comment.
"""

import logging
import os
import threading

SECONDS, CODE, MEGABYTES, TEXT, NOTHING = "seconds", "an exit code", "megabytes", "a text", "no value"
MODEL_KINDS = ("header-too-large", "truncated", "bad-header", "unknown", "pickle", "not-a-model", "not-listed")
# Name → (what the value is, or the words it may be; the value that stands for none).
FAULTS = {
    "slow": (SECONDS, "5"),
    "slow-boot": (SECONDS, "5"),
    "slow-http": (SECONDS, "5"),
    "crash-boot": (CODE, "1"),
    "crash-prompt": (CODE, "137"),
    "hang-queue": (NOTHING, ""),
    "hang-http": (NOTHING, ""),
    "half-open": (NOTHING, ""),
    "garbage": (("json", "http"), "json"),
    "big-frame": (MEGABYTES, "100"),
    "cuda-poisoned": (NOTHING, ""),
    "gpu-lost": (NOTHING, ""),
    "oom": (("always", "until-free"), "always"),
    "worker-dead": (NOTHING, ""),
    "disk-full": (NOTHING, ""),
    "import-failed": (TEXT, ""),
    "wrong-model": (MODEL_KINDS, "header-too-large"),
}


class BadFault(ValueError):
    pass


def parse(text):
    """Returns (name, value) of `NAME[=VALUE]`; raises BadFault."""
    name, equals, value = text.strip().partition("=")
    if name not in FAULTS:
        raise BadFault(f"there is no fault '{name}' (known: {', '.join(FAULTS)})")
    kind, default = FAULTS[name]
    value = value if equals else default
    if kind is NOTHING and value:
        raise BadFault(f"{name} takes no value")
    if isinstance(kind, tuple) and value not in kind:
        raise BadFault(f"{name} takes {', '.join(kind)}, not '{value}'")
    if kind in (SECONDS, CODE, MEGABYTES) and not value.replace(".", "", kind is SECONDS).isdecimal():
        raise BadFault(f"{name} takes {kind}, not '{value}'")
    return name, value


class Switches:
    def __init__(self):
        self._lock = threading.Lock()
        self._by_flag = {}
        self._kept = {}
        self._path = None
        self._stamp = None
        self._in_file = {}
        self._once = {}

    def start(self, by_flag, path):
        self._by_flag = dict(by_flag)
        self._path = path

    def value(self, name):
        """Returns the value of a fault that is on (`""` where it takes none), or None."""
        with self._lock:
            if name in self._kept:
                return self._kept[name]
            self._read()
            if name in self._once:
                self._kept[name] = self._once.pop(name)
                self._take_out(name)
                return self._kept[name]
            return self._in_file.get(name, self._by_flag.get(name))

    def is_on(self, name):
        return self.value(name) is not None

    def end(self, name):
        """Ends a fault that this process keeps; what stands in the file or in the flags stays."""
        with self._lock:
            self._kept.pop(name, None)

    def _read(self):
        if self._path is None:
            return
        try:
            facts = os.stat(self._path)
            stamp = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
            if stamp == self._stamp:
                return
            with open(self._path, encoding="utf-8", errors="replace") as stream:
                lines = stream.read().splitlines()
        except OSError:
            self._stamp, self._in_file, self._once = None, {}, {}
            return
        self._stamp, self._in_file, self._once = stamp, {}, {}
        for number, line in enumerate(lines, 1):
            words = line.split("#")[0].strip()
            if not words:
                continue
            try:
                name, value = parse(words.removeprefix("once "))
                (self._once if words.startswith("once ") else self._in_file)[name] = value
            except BadFault as error:
                logging.warning(f"{self._path}:{number}: {error}; the line has no effect")

    def _take_out(self, name):
        with open(self._path, encoding="utf-8", errors="replace") as stream:
            lines = stream.readlines()
        kept = [line for line in lines if not _is_once(line, name)]
        beside = f"{self._path}.{os.getpid()}"
        with open(beside, "w", encoding="utf-8") as stream:
            stream.writelines(kept)
        os.replace(beside, self._path)


def _is_once(line, name):
    words = line.split("#")[0].strip()
    return words.startswith("once ") and words.removeprefix("once ").strip().split("=")[0] == name


switches = Switches()
