"""Decides whether a prompt can run, and says what is wrong in the server's words.

A prompt maps node id → {class_type, inputs}; an input is a value or a link
[node id, output slot].
"""

from dataclasses import dataclass, field
import logging
import traceback

import nodes

MAX_LISTED_OPTIONS = 20
CONVERSIONS = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}


@dataclass
class Verdict:
    """`error` is None when at least one output can run; `outputs` are those that can."""

    error: dict = None
    outputs: list = field(default_factory=list)
    node_errors: dict = field(default_factory=dict)


def error_body(kind, message, details="", extra_info=None):
    return {"type": kind, "message": message, "details": details, "extra_info": extra_info or {}}


def validate_prompt(prompt, only_outputs=None):
    outputs = []
    for node_id in prompt:
        if "class_type" not in prompt[node_id]:
            return Verdict(error_body(
                "invalid_prompt", "Cannot execute because a node is missing the class_type property.",
                f"Node ID '#{node_id}'"))
        name = prompt[node_id]["class_type"]
        node = nodes.NODE_CLASS_MAPPINGS.get(name)
        if node is None:
            return Verdict(error_body(
                "invalid_prompt", f"Cannot execute because node {name} does not exist.", f"Node ID '#{node_id}'"))
        if getattr(node, "OUTPUT_NODE", False) and (only_outputs is None or node_id in only_outputs):
            outputs.append(node_id)
    if not outputs:
        return Verdict(error_body("prompt_no_outputs", "Prompt has no outputs"))

    check = _Check(prompt)
    good = []
    own_reasons = []
    node_errors = {}
    for output in outputs:
        try:
            valid = check.node(output)
        except Exception as error:
            valid = False
            check.done[output] = (False, [_exception_reason("exception_during_validation", "Exception when validating node", error)])
        if valid:
            good.append(output)
            continue
        reasons = check.done.get(output, (False, []))[1]
        logging.error(f"Failed to validate prompt for output {output}:")
        _log_reasons("* (prompt):", reasons)
        own_reasons += reasons
        for node_id, (node_valid, node_reasons) in check.done.items():
            if not node_valid and node_reasons:
                if node_id not in node_errors:
                    name = prompt[node_id]["class_type"]
                    node_errors[node_id] = {"errors": node_reasons, "dependent_outputs": [], "class_type": name}
                    _log_reasons(f"* {name} {node_id}:", node_reasons)
                node_errors[node_id]["dependent_outputs"].append(output)
        logging.error("Output will be ignored")

    if good:
        return Verdict(None, good, node_errors)
    details = "\n".join(f"{reason['message']}: {reason['details']}" for reason in own_reasons)
    return Verdict(
        error_body("prompt_outputs_failed_validation", "Prompt outputs failed validation", details), [], node_errors)


class _Check:
    """One walk over a prompt. `done` maps node id → (valid, reasons of its own)."""

    def __init__(self, prompt):
        self.prompt = prompt
        self.done = {}
        self.entered = set()

    def node(self, node_id):
        if node_id in self.done:
            return self.done[node_id][0]
        # A cycle is refused without any reason, as the real server does.
        if node_id in self.entered:
            return False
        self.entered.add(node_id)
        given = self.prompt[node_id]["inputs"]
        node = nodes.NODE_CLASS_MAPPINGS[self.prompt[node_id]["class_type"]]
        declared = node.INPUT_TYPES()
        reasons = []
        valid = True
        for group in ("required", "optional"):
            for name, config in declared.get(group, {}).items():
                if name not in given:
                    if group == "required":
                        reasons.append(error_body("required_input_missing", "Required input is missing", name, {"input_name": name}))
                    continue
                if isinstance(given[name], list):
                    valid = self._link(name, config, given[name], reasons) and valid
                else:
                    _value(node, name, config, given, reasons)
        if not reasons and valid:
            _custom(node, declared, given, reasons)
        self.done[node_id] = (valid and not reasons, reasons)
        return self.done[node_id][0]

    def _link(self, name, config, link, reasons):
        info = {"input_name": name, "input_config": config, "received_value": link}
        if len(link) != 2:
            reasons.append(error_body(
                "bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]", name, info))
            return False
        source, slot = link
        returned = nodes.NODE_CLASS_MAPPINGS[self.prompt[source]["class_type"]].RETURN_TYPES[slot]
        if not _accepts(config[0], returned):
            reasons.append(error_body(
                "return_type_mismatch", "Return type mismatch between linked nodes",
                f"{name}, received_type({returned}) mismatch input_type({config[0]})",
                {"input_name": name, "input_config": config, "received_type": returned, "linked_node": link}))
            return False
        try:
            return self.node(source)
        except Exception as error:
            reason = _exception_reason("exception_during_inner_validation", "Exception when validating inner node", error)
            reason["extra_info"].update(input_name=name, input_config=config, linked_node=link)
            self.done[source] = (False, [reason])
            return False


def _accepts(wanted, returned):
    if wanted == "*" or returned == "*" or wanted == returned:
        return True
    return isinstance(wanted, str) and isinstance(returned, str) and set(returned.split(",")) <= set(wanted.split(","))


def _value(node, name, config, given, reasons):
    """Converts the value in place and checks it against range and list."""
    kind = config[0]
    options = config[1] if len(config) > 1 else {}
    value = given[name]
    try:
        if isinstance(kind, str) and kind in CONVERSIONS:
            value = given[name] = CONVERSIONS[kind](value)
    except (TypeError, ValueError) as error:
        reasons.append(error_body(
            "invalid_input_type", f"Failed to convert an input value to a {kind} value", f"{name}, {value}, {error}",
            {"input_name": name, "input_config": config, "received_value": value, "exception_message": str(error)}))
        return
    if name in _custom_names(node):
        return
    info = {"input_name": name, "input_config": config, "received_value": value}
    if "min" in options and value < options["min"]:
        reasons.append(error_body(
            "value_smaller_than_min", f"Value {value} smaller than min of {options['min']}", name, info))
    elif "max" in options and value > options["max"]:
        reasons.append(error_body(
            "value_bigger_than_max", f"Value {value} bigger than max of {options['max']}", name, info))
    elif isinstance(kind, list) and value not in kind:
        if len(kind) > MAX_LISTED_OPTIONS:
            listed = f"(list of length {len(kind)})"
            info["input_config"] = None
        else:
            listed = str(kind)
        reasons.append(error_body("value_not_in_list", "Value not in list", f"{name}: '{value}' not in {listed}", info))


def _custom_names(node):
    method = getattr(node, "VALIDATE_INPUTS", None)
    return method.__code__.co_varnames[1:method.__code__.co_argcount] if method else ()


def _custom(node, declared, given, reasons):
    values = {name: given[name] for name in _custom_names(node) if name in given and not isinstance(given[name], list)}
    if not values:
        return
    answer = node.VALIDATE_INPUTS(**values)
    if answer is not True:
        for name in values:
            details = name if answer is False else f"{name} - {answer}"
            config = {**declared.get("required", {}), **declared.get("optional", {})}.get(name)
            reasons.append(error_body(
                "custom_validation_failed", "Custom validation failed for node", details,
                {"input_name": name, "input_config": config, "received_value": values[name]}))


def _exception_reason(kind, message, error):
    name = type(error).__name__
    lines = traceback.format_tb(error.__traceback__)
    return error_body(kind, message, str(error), {"exception_type": name, "traceback": lines})


def _log_reasons(title, reasons):
    if reasons:
        logging.error(title)
    for reason in reasons:
        logging.error(f"  - {reason['message']}: {reason['details']}")
