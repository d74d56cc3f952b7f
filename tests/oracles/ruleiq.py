"""An independent evaluator of the format `ruleiq`: lines of JSON in, lines of JSON out (see harness.py)."""

import hashlib
from functools import partial

from harness import hash_input, instant, is_user, run, user_id_of


def evaluate(snapshot, case, environment=None):
    flags = snapshot["flags"]
    if isinstance(flags, list):
        flags = {flag["name"]: flag for flag in flags}
    key, context = case["flagKey"], case["context"]
    # A null environment is an environment of no name; only an absent one has a default.
    default_environment = "production" if environment is None else environment
    environment = context.get("environment", default_environment)
    if key not in flags:
        return False, None, "not_found"
    bucket_of = partial(bucket, snapshot.get("hash", "sha256"), key)
    value, reason = is_enabled(flags[key], user_id_of(context), environment, case["now"] * 1000, bucket_of)
    return value, None, reason


def is_enabled(flag, user, environment, now, bucket_of):
    environments = flag.get("environments", [])
    if environments and environment not in environments:
        return False, "environment"
    overrides = flag.get("environment_overrides", {})
    if isinstance(environment, str) and environment in overrides:
        return overrides[environment], "environment"

    expires_at, starts_at = flag.get("expires_at"), flag.get("starts_at")
    if expires_at is not None and now > instant(expires_at):
        return False, "expired"
    if starts_at is not None and now < instant(starts_at):
        return False, "not_started"

    # Unlike the percentage, the lists do take the empty user id.
    if user in flag.get("blacklist", []):
        return False, "blacklist"
    if user in flag.get("whitelist", []):
        return True, "whitelist"

    percentage = flag.get("percentage", 0)
    if not flag.get("enabled", False):
        return False, "disabled"
    if percentage >= 100:
        return True, "enabled"
    if percentage <= 0:
        return False, "disabled"
    if is_user(user):
        return bucket_of(user) < percentage, "percentage"
    return True, "enabled"


def bucket(algorithm, key, user):
    return int(hashlib.new(algorithm, hash_input(key, user)).hexdigest(), 16) % 100


if __name__ == "__main__":
    run(evaluate)
