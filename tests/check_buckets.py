#!/usr/bin/env python3
"""Recomputes the figures of the conformance suite with hashlib: unit, bucket, threshold, point and total.

A case's figures are those of the last rollout or split drawn for it. Mostly that is the one that decided, which
`backendReason` and `ruleId` name; when it is a rule whose rollout did not hold the user, `expect.drawn` names it.
"""

import hashlib
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

SUITE = Path(__file__).resolve().parent / "conformance"
NOW = "2026-01-01T00:00:00Z"
FIGURES = ("unit", "bucket", "threshold", "point", "total")
AT_LEAST = 60
MISSING = object()


def number_text(number):
    """A number as JavaScript prints it."""
    number = float(number)
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The value is 0.digits * 10 ** point.
    point = len(digits) - len(fraction) + int(exponent or 0)
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        text = digits.ljust(point, "0")
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        text = digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"e{point - 1:+d}"
    return sign + text


def attribute(context, name):
    if name in context:
        return context[name]
    value = context
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return MISSING
        value = value[part]
    return value


def unit_of(flag, context):
    name = flag.get("bucketing", {}).get("by")
    value = context.get("targetingKey", MISSING) if name is None else attribute(context, name)
    if isinstance(value, str):
        return value or None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(value)
    return None


def draw(text):
    """sha256's first 8 bytes, big-endian, modulo 100 000."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 100_000


def milliseconds(instant):
    since = datetime.fromisoformat(instant.replace("Z", "+00:00")) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return since / timedelta(milliseconds=1)


def percentage(rollout, now):
    if "percentage" in rollout:
        return rollout["percentage"]
    now = milliseconds(now)
    points = [(milliseconds(point["at"]), point["percentage"]) for point in rollout["ramp"]]
    if now <= points[0][0]:
        return points[0][1]
    for (start, low), (end, high) in zip(points, points[1:]):
        if now < end:
            return low + (high - low) * ((now - start) / (end - start))
    return points[-1][1]


def threshold(rollout, now):
    # Halves go up; Python's round would take them to the even neighbour.
    return int(percentage(rollout, now) * 1000 + 0.5)


def drawn(expect):
    """Where the case's rollout or split is: `rule:` and its id, `default`, `environment`, or None."""
    if "drawn" in expect:
        return expect["drawn"]
    reason = expect["backendReason"]
    if reason == "rule":
        return None if expect["ruleId"] is None else "rule:" + expect["ruleId"]
    return {"default": "default", "off": "default", "environment": "environment"}.get(reason)


def locate(flag, place, environment):
    """The rollout, or None, and the serve at that place of the flag."""
    if place == "environment":
        return None, flag["environments"][environment]["serve"]
    if place == "default":
        found = flag.get("default")
    else:
        found = next(rule for rule in flag["rules"] if rule.get("id") == place.removeprefix("rule:"))
    if isinstance(found, dict) and "serve" in found:
        return found.get("rollout"), found["serve"]
    return None, found


def recompute(flag, key, place, test, snapshot):
    """The figures, and the variant that the draw serves: None when it does not hold the user."""
    rollout, serve = locate(flag, place, test.get("environment", snapshot.get("environment")))
    split = serve.get("split") if isinstance(serve, dict) else None
    salt = flag.get("bucketing", {}).get("salt", key)
    unit = unit_of(flag, test.get("context", {}))
    figures = {}
    if unit is not None and rollout is not None:
        figures["unit"] = unit
        figures["bucket"] = draw(f"{rollout.get('salt', salt)}:{unit}")
        figures["threshold"] = threshold(rollout, test.get("now", NOW))
    if rollout is not None and (unit is None or figures["bucket"] >= figures["threshold"]):
        return figures, None
    if split is None:
        return figures, serve
    if unit is None:
        return figures, flag.get("off", "off")
    total = 0
    for weight in split.values():
        total += weight
    figures["unit"] = unit
    figures["point"] = draw(f"{serve.get('salt', salt)}:{unit}:split") / 100_000 * total
    figures["total"] = total
    reached = 0
    for variant, weight in split.items():
        reached += weight
        if reached > figures["point"]:
            return figures, variant
    raise ValueError("the point is beyond the total weight")


def decided(expect, place):
    """Whether the case's result is the one of that place."""
    if place.startswith("rule:"):
        return expect["backendReason"] == "rule" and expect["ruleId"] == place.removeprefix("rule:")
    return expect["backendReason"] == place


def check(test, snapshot):
    """The mismatches of one case and how many buckets and points it has."""
    expect = test["expect"]
    given = {name: expect[name] for name in FIGURES if name in expect}
    flag = snapshot["flags"].get(test["flagKey"])
    place = drawn(expect)
    if flag is None or place is None:
        return (["has figures, but no place to draw from"] if given else []), 0
    figures, variant = recompute(flag, test["flagKey"], place, test, snapshot)
    mismatches = [
        f"{name} is {given.get(name, 'not given')!r}, recomputed {figures.get(name, 'none')!r}"
        for name in FIGURES
        if given.get(name) != figures.get(name)
    ]
    # A place that has nothing, such as a missing default, serves nothing and decides nothing.
    if decided(expect, place) != (variant is not None):
        mismatches.append(f"the draw of {place} {'decides' if variant else 'does not decide'}, expected otherwise")
    elif variant is not None and variant != expect["variant"]:
        mismatches.append(f"variant is {expect['variant']!r}, the draw serves {variant!r}")
    return mismatches, ("bucket" in given) + ("point" in given)


def main():
    names = json.loads((SUITE / "index.json").read_text("utf-8"))
    mismatches = []
    if sorted(names) != sorted(path.name for path in SUITE.glob("*.json") if path.name != "index.json"):
        mismatches.append("index.json does not list the files that are there")
    count = 0
    for name in names:
        suite = json.loads((SUITE / name).read_text("utf-8"))
        for test in suite["tests"]:
            try:
                found, checked = check(test, suite["snapshot"])
            except (KeyError, StopIteration, ValueError) as error:
                found, checked = [f"cannot be recomputed: {error!r}"], 0
            mismatches += [f"{name}: {test['description']}: {text}" for text in found]
            count += checked
    for text in mismatches:
        print(text)
    print(f"check_buckets: {count} buckets and points recomputed, {len(mismatches)} mismatches")
    if count < AT_LEAST:
        print(f"check_buckets: at least {AT_LEAST} are expected")
    return 1 if mismatches or count < AT_LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
