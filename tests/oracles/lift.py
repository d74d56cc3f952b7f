"""An independent evaluator of the format `lift`: lines of JSON in, lines of JSON out (see harness.py)."""

import hashlib

from harness import hash_input, is_user, run, user_id_of


def evaluate(snapshot, case, environment=None):
    value, reason = is_enabled(snapshot, case["flagKey"], case["context"])
    return value, None, reason


def is_enabled(snapshot, key, context):
    flag = snapshot["flags"].get(key)
    if flag is None:
        return snapshot.get("default_enabled", False), "default_enabled"
    if not flag.get("enabled", True):
        return False, "disabled"

    user = user_id_of(context)
    if is_user(user) and user in flag.get("disabled_for_users", []):
        return False, "disabled_for_users"
    if is_user(user) and user in flag.get("enabled_for_users", []):
        return True, "enabled_for_users"

    strategy = flag.get("strategy", "none")
    if strategy == "percentage":
        return is_user(user) and bucket(flag["flag_name"], user) < flag.get("rollout_percentage", 0), strategy
    if strategy == "conditional":
        # The user id is an argument of its own, not an attribute.
        attributes = {name: value for name, value in context.items() if name not in ("targetingKey", "user_id")}
        conditions = flag.get("override_conditions", {})
        return all(attributes.get(name) == value for name, value in conditions.items()), strategy
    return strategy == "all", strategy


def bucket(flag_name, user):
    return int(hashlib.sha256(hash_input(flag_name, user)).hexdigest(), 16) % 100 / 100.0


if __name__ == "__main__":
    run(evaluate)
