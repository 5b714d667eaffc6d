"""Reads extra_model_paths.yaml: sections of `type: folder` lines.

Understands the YAML such files are written in (sections, plain and quoted
values, block scalars with `|`, comments) and fails the start, as the real
server does, on what it does not understand.
"""

import logging
import os

import folder_paths


class PathsFileError(Exception):
    pass


def load(path):
    """Adds the search folders of one file. Absent files and broken ones raise."""
    with open(path, encoding="utf-8") as stream:
        document = parse(stream.read())
    for section in document:
        settings = document[section]
        if settings is None:
            continue
        settings = dict(settings)
        base = settings.pop("base_path", None)
        if base is not None:
            base = os.path.expandvars(os.path.expanduser(base))
            base = os.path.join(os.path.dirname(os.path.abspath(path)), base)
        is_default = str(settings.pop("is_default", "false")).lower() == "true"
        for kind, value in settings.items():
            for line in value.split("\n"):
                if line:
                    folder = os.path.normpath(os.path.join(base or os.path.dirname(os.path.abspath(path)), line))
                    logging.info(f"Adding extra search path {kind} {folder}")
                    folder_paths.add_model_folder_path(kind, folder, is_default)


def parse(text):
    """Returns {section: {key: text, list or None} or None}; None for an empty document."""
    document = {}
    section = None
    block = None
    for number, raw in enumerate(text.splitlines(), 1):
        indent = len(raw) - len(raw.lstrip(" "))
        if raw.lstrip(" ").startswith("\t"):
            raise PathsFileError(f"line {number}: found character '\\t' that cannot start any token")
        if block and raw.strip() and indent > block[1]:
            document[section][block[0]] += ("\n" if document[section][block[0]] else "") + raw[indent:]
            continue
        content = _without_comment(raw).strip()
        if not content:
            continue
        if content.startswith("- ") and section and document[section]:
            last = list(document[section])[-1]
            document[section][last] = (document[section][last] or []) + [content[2:]]
            continue
        key, colon, value = content.partition(":")
        if not colon:
            raise PathsFileError(f"line {number}: could not find expected ':'")
        value = _plain(value.strip(), number)
        block = None
        if indent == 0:
            section = _plain(key, number)
            document[section] = value
        else:
            if not isinstance(document.get(section), dict):
                document[section] = {}
            block = (key, indent) if value in ("|", "|-", "|+") else None
            document[section][key] = "" if block else value
    return document or None


def _without_comment(line):
    at = 0 if line.startswith("#") else line.find(" #")
    return line if at < 0 else line[:at]


def _plain(value, number):
    if value == "" or value in ("null", "~"):
        return None
    if value[0] in "'\"":
        if len(value) < 2 or value[-1] != value[0]:
            raise PathsFileError(f"line {number}: found unexpected end of stream in a quoted value")
        if value[0] == '"' and "\\" in value:
            raise PathsFileError(f"line {number}: found unknown escape character in a double-quoted value")
        return value[1:-1]
    return value
