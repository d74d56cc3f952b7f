"""An independent evaluator of the format `prompt-improver`: lines of JSON in, lines of JSON out (see harness.py).

Conditions are Python, so Python evaluates them; but only those that stay within the subset of `is_supported`.
"""

import ast
import hashlib
import warnings
from functools import lru_cache

from harness import hash_input, instant, is_user, run, user_id_of

METHODS = {"get", "startswith", "endswith", "lower", "upper", "strip"}
LITERALS = (str, int, float, bool, type(None))
FIELDS = {"targetingKey", "user_id", "user_type", "environment", "custom_attributes"}
# YAML 1.1 reads an unquoted on and off as booleans.
YAML_KEYS = {"true": "on", "True": "on", "false": "off", "False": "off"}


def evaluate(snapshot, case, environment=None):
    key, context, default = case["flagKey"], case["context"], case.get("default", False)
    flag = snapshot["flags"].get(key)
    if flag is None:
        return default, "default", "FLAG_NOT_FOUND"
    variants = flag.get("variants", {"on": True, "off": False})
    variants = {YAML_KEYS.get(name, name): value for name, value in variants.items()}
    variant, reason = decide(snapshot, key, flag, variants, context, case["now"] * 1000)
    return variants.get(variant, default), variant, reason


def decide(snapshot, key, flag, variants, context, now):
    default_variant = flag.get("default_variant", "off")
    if flag["state"] == "disabled":
        return default_variant, "FLAG_DISABLED"

    user = user_id_of(context)
    names = scope(context, user)
    rules = sorted(flag.get("targeting_rules", []), key=lambda rule: -rule.get("priority", 0))
    match = next((rule for rule in rules if holds(rule["condition"], names)), None)
    if match and match["variant"]:
        return match["variant"], "TARGETING_MATCH"

    if flag["state"] == "rollout" and is_user(user) and in_rollout(snapshot, key, flag.get("rollout", {}), user, now):
        if "on" in variants:
            return "on", "ROLLOUT_MATCH"
        return next((name for name in variants if name != default_variant), default_variant), "ROLLOUT_MATCH"
    return default_variant, "DEFAULT"


def in_rollout(snapshot, key, rollout, user, now):
    strategy = rollout.get("strategy", "percentage")
    if strategy == "user_list":
        return user in rollout.get("user_list", [])
    percentage = rollout.get("percentage", snapshot.get("global", {}).get("default_rollout_percentage", 0))
    if strategy == "gradual":
        if not rollout.get("gradual_config"):
            return False
        percentage = gradual_percentage(rollout["gradual_config"], percentage, now)
    return fraction(key, user) < percentage / 100.0


def gradual_percentage(config, percentage, now):
    start, end = instant(config["start_time"]), instant(config["end_time"])
    start_percentage = config.get("start_percentage", 0)
    end_percentage = config.get("end_percentage", percentage)
    if now < start:
        return start_percentage
    if now >= end:
        return end_percentage
    return start_percentage + (end_percentage - start_percentage) * ((now - start) / (end - start))


def fraction(key, user):
    return int.from_bytes(hashlib.sha256(hash_input(key, user)).digest()[:4], "big") / 2**32


class Scope(dict):
    def __missing__(self, name):
        raise NameError(name)  # and not a look at the builtins


def scope(context, user):
    """The names that a condition sees. Attributes may be flat, in `custom_attributes`, or both; the latter go first."""
    own = context.get("custom_attributes")
    flat = {name: value for name, value in context.items() if name not in FIELDS}
    attributes = {**flat, **(own if isinstance(own, dict) else {})}
    fields = {
        "user_id": user,
        "user_type": context.get("user_type"),
        "environment": context.get("environment", "production"),
    }
    return Scope({**fields, **attributes, "custom_attributes": attributes})


def holds(condition, names):
    """Whether a condition is true; it is not when it cannot be evaluated."""
    try:
        return bool(eval(compiled(condition), {"__builtins__": {}}, names))
    except Exception:
        return False


@lru_cache(maxsize=None)
def compiled(condition):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # What eval() does itself: blanks before the expression are not an indent.
        tree = ast.parse(condition.lstrip(" \t"), mode="eval")
        if not is_supported(tree.body):
            raise ValueError("outside of the subset")
        return compile(Doubles().visit(tree), "<condition>", "eval")


class Doubles(ast.NodeTransformer):
    """All numbers are doubles, so whole numbers that are too large for exactness are rounded."""

    def visit_Constant(self, node):
        if type(node.value) is int and abs(node.value) > 2**53:
            return ast.copy_location(ast.Constant(float(str(node.value))), node)
        return node


def is_supported(node):
    match node:
        case ast.Constant(value):
            return isinstance(value, LITERALS)
        case ast.Name():
            return True
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.BoolOp(values=items):
            return are_supported(items)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return is_supported(operand)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return is_supported(operand)
        case ast.Compare(left=left, ops=operators, comparators=operands):
            return are_supported([left, *operands]) and all(map(is_supported_pair, operators, [left, *operands], operands))
        case ast.Subscript(value=value, slice=key):
            return are_supported([value, key])
        case ast.Call(func=ast.Attribute(value=text, attr=method), args=args, keywords=[]):
            return method in METHODS and are_supported([text, *args])
    return False


def are_supported(nodes):
    return all(map(is_supported, nodes))


def is_supported_pair(operator, left, right):
    """`is` and `is not` stand beside None only."""
    return not isinstance(operator, (ast.Is, ast.IsNot)) or any(isinstance(side, ast.Constant) and side.value is None for side in (left, right))


if __name__ == "__main__":
    run(evaluate)
