"""Draws test lines for an oracle: `python3 generate.py <format> <cases> <seed> [--coverage]`.

The same arguments give the same lines. With `--coverage` the oracle answers them, and the answers are counted instead:
each reason has to turn up at least 50 times in 20 000 cases.
"""

import argparse
import json
import random
import sys
from collections import Counter
from datetime import timedelta

import lift
import prompt_improver
import ruleiq
from conditions import ATTRIBUTES, NUMBERS, TEXTS, Conditions
from harness import EPOCH, answers, instant, parse

CASES_PER_LINE = 20
REASONS = {
    "lift": "default_enabled disabled disabled_for_users enabled_for_users all none percentage users conditional",
    "prompt-improver": "FLAG_NOT_FOUND FLAG_DISABLED TARGETING_MATCH ROLLOUT_MATCH DEFAULT",
    "ruleiq": "not_found environment expired not_started blacklist whitelist disabled enabled percentage",
}
ORACLES = {"lift": lift.evaluate, "prompt-improver": prompt_improver.evaluate, "ruleiq": ruleiq.evaluate}

FLAG_NAMES = [
    *("new_dashboard", "feature.module.part", "ui-2", "größe", "旗", "🚩"),
    *("with space", "a:b", 'q"uote', "", "constructor", "x" * 70),
]
UNKNOWN_NAMES = ["missing", "", "toString", "__proto__", "New_Dashboard", "flags", "🏴"]
ODD_USERS = [
    *("", " ", "0", "5", "true", "null", "usér-✓", "😀", "user:1", "\uffff", "a" * 200, "12.5", "1e+21", "e\u0301"),
    *(0, -0.0, 5, 5.0, 12.5, -1, 1e21, 1e20, 123456789012345680000, 1e-7, 1e-6, 5e-324, 2**53 + 1, 0.1 + 0.2),
    *(True, False, None, [], ["user-1"], {}, {"id": "user-1"}),
]
ENVIRONMENTS = ["production", "staging", "development", "Production", ""]
PERCENTAGES = [
    *(0, 100, 0.0, 100.0, 1e-9, 0.01, 0.29, 1, 5, 10, 12.5, 25, 29, 33.3, 50, 57, 58, 66.6, 75.0, 99, 99.5, 99.99),
]
VALUES = [
    *(None, True, False, 0, 1, -0.0, 1.0, 2, 0.5, 1e21, 2**53 + 1),
    *("", "0", "1", "true", "on", "NaN", "😀", [], {}, [1, "a"], {"a": [True]}),
]
INSTANTS = [
    *("1970-01-01T00:00:00Z", "1969-12-31T23:59:59.9995Z", "2024-02-29"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
]


class Draw(random.Random):
    """Draws what the formats share: users, values, instants."""

    def chance(self, probability):
        return self.random() < probability

    def some(self, items, most):
        return self.sample(items, self.randint(0, min(most, len(items))))

    def option(self, target, key, draw, probability=0.6):
        if self.chance(probability):
            target[key] = draw()

    def user(self):
        return f"user-{self.randrange(1000)}" if self.chance(0.6) else self.choice(ODD_USERS)

    def user_list(self, users):
        """A list of strings: of some users, and of what others look like as text."""
        texts = [user if isinstance(user, str) else json.dumps(user) for user in users]
        return self.some(texts, 3) + self.some(["", "0", "user-1"], 1)

    def place_user(self, shape, user):
        """The part of a context that names the user."""
        if shape == "mixed":
            context = {}
            for key in self.sample(["targetingKey", "user_id", "userId", "user"], self.randint(1, 4)):
                value = self.choice((user, user, self.user(), None))
                if key == "user":
                    value = self.choice(({"id": value}, {"id": value, "name": "x"}, {}, value))
                context[key] = value
            return context
        if self.chance(0.08):
            return {}
        if self.chance(0.1):
            return self.choice(({"userId": user}, {"user": {"id": user}}))
        return {"user_id" if shape == "own" else "targetingKey": user}

    def shape(self):
        return self.choice(("own",) * 9 + ("openfeature",) * 9 + ("mixed",) * 3)

    def value(self):
        """Any JSON value that is not too deep."""
        roll = self.random()
        if roll < 0.5:
            return self.choice(VALUES)
        if roll < 0.7:
            return self.choice(TEXTS)
        if roll < 0.85:
            return self.choice(NUMBERS)
        if roll < 0.93:
            return [self.value() for _ in range(self.randint(0, 2))]
        return {key: self.value() for key in self.some(["a", "b", "", "é"], 2)}

    def alike(self, value):
        """The value, or another one that is the same, or only looks it."""
        if isinstance(value, list) and self.chance(0.7):
            return self.choice(([self.alike(each) for each in value], value[::-1], [*value, None]))
        if isinstance(value, dict) and self.chance(0.7):
            return self.choice(({key: self.alike(value[key]) for key in reversed(value)}, {**value, "a": None}))
        if isinstance(value, (bool, int, float)) and self.chance(0.6):
            return self.choice((float(value), int(value), bool(value), str(value), json.dumps(value), -value))
        if value is None or isinstance(value, str):
            return self.choice((value, value, value, [value], str(value).upper(), "", None))
        return value

    def instant(self):
        """A moment as ISO 8601, and as milliseconds since 1970, rounded down."""
        if self.chance(0.04):
            text = self.choice(INSTANTS)
            return text, instant(text) // 1000
        second = self.randrange(1_735_689_600, 1_798_761_600)
        precision = self.choice(("date", "minute", "second", "second", "second", "fraction", "fraction"))
        second -= second % {"date": 86400, "minute": 60}.get(precision, 1)
        minutes = self.choice((None, 0, 0, 0, 60, 120, -300, 330, -210, 845)) if precision != "date" else None
        local = EPOCH + timedelta(seconds=second, minutes=minutes or 0)
        text = local.strftime({"date": "%Y-%m-%d", "minute": "%Y-%m-%dT%H:%M"}.get(precision, "%Y-%m-%dT%H:%M:%S"))
        digits = f"{self.randrange(10**9):09}"[: self.choice((1, 2, 3, 3, 3, 4, 6, 6, 9))]
        if precision == "fraction":
            text += f".{digits}"
        milliseconds = int(digits[:3].ljust(3, "0")) if precision == "fraction" else 0
        if minutes is not None:
            offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
            text += "Z" if minutes == 0 and self.chance(0.8) else offset
        return text, second * 1000 + milliseconds

    def now(self, instants):
        """Around one of the instants, mostly."""
        if instants and self.chance(0.8):
            distance = self.choice((0, 0, 1, 1, 60_000, 86_400_000, 10**10))
            return self.choice(instants) + self.choice((distance, -distance))
        return self.randrange(1_735_689_600_000, 1_798_761_600_000)

    def percentage(self):
        return self.choice(PERCENTAGES) if self.chance(0.7) else round(self.uniform(0, 100), self.randint(0, 4))

    def extras(self, flag):
        """What no backend reads."""
        self.option(flag, "description", lambda: self.choice(TEXTS), 0.3)
        self.option(flag, "x-note", self.value, 0.05)
        return flag

    def flag_key(self, keys):
        return self.choice(keys) if keys and self.chance(0.96) else self.choice(UNKNOWN_NAMES)


# lift

LIFT_FLAGS = ["new_dashboard", "error_recovery", "beta_feature", "f1", "f2", "f3", "some-key", "旗"]
LIFT_STRATEGIES = ["all", "none", "users", *["percentage"] * 3, *["conditional"] * 3]
LIFT_PERCENTAGES = [0, 1, 0.0, 1.0, 0.01, 0.29, 0.5, 0.57, 0.58, 0.99, 0.995]
LIFT_FREE_ATTRIBUTES = ["env", "plan", "tier", "größe", "a.b", "", "😀"]
LIFT_ATTRIBUTES = [
    *LIFT_FREE_ATTRIBUTES,
    *("userId", "user", "user_id", "targetingKey", "constructor", "environment"),
]


def lift_line(draw):
    users = [draw.user() for _ in range(8)]
    snapshot = {"flags": {key: lift_flag(draw, key, users) for key in draw.sample(LIFT_FLAGS, draw.randint(2, 6))}}
    draw.option(snapshot, "default_enabled", lambda: draw.chance(0.5))
    cases = [lift_case(draw, snapshot, users) for _ in range(CASES_PER_LINE)]
    return {"snapshot": snapshot, "cases": cases}


def lift_flag(draw, key, users):
    same = key.isascii() and "-" not in key and draw.chance(0.85)
    flag = draw.extras({"flag_name": key if same else draw.choice(("renamed", "f9", "new_dashboard"))})
    draw.option(flag, "enabled", lambda: draw.chance(0.85), 0.5)
    draw.option(flag, "strategy", lambda: draw.choice(LIFT_STRATEGIES), 0.95)
    draw.option(flag, "rollout_percentage", lambda: draw.choice((*LIFT_PERCENTAGES, draw.random())), 0.8)
    draw.option(flag, "enabled_for_users", lambda: draw.user_list(users), 0.4)
    draw.option(flag, "disabled_for_users", lambda: draw.user_list(users), 0.4)
    conditions = {name: draw.value() for name in draw.some(LIFT_ATTRIBUTES, 3)}
    draw.option(flag, "override_conditions", lambda: conditions, 0.8)
    draw.option(flag, "created_at", lambda: draw.choice(("2025-10-21T00:00:00", None)), 0.1)
    draw.option(flag, "created_by", lambda: draw.choice(("someone", None)), 0.1)
    return flag


def lift_case(draw, snapshot, users):
    key = draw.flag_key(list(snapshot["flags"]))
    context = draw.place_user(draw.shape(), draw.choice(users))
    conditions = snapshot["flags"].get(key, {}).get("override_conditions", {})
    for name, expected in conditions.items():
        if name not in context and draw.chance(0.9):
            context[name] = expected if draw.chance(0.6) else draw.alike(expected)
    for name in draw.some(LIFT_FREE_ATTRIBUTES, 2):
        context.setdefault(name, draw.value())
    return finish(draw, key, context, draw.now([]))


# prompt-improver

VARIANT_NAMES = [
    *(["on", "off"], ["off", "on"], ["True", "False"], ["true", "false"], ["False", "blue"]),
    *(["off", "blue", "red"], ["a", "b"], ["on", "A", "off"], ["only"], []),
]
STRATEGIES = ["percentage", "percentage", "user_list", "gradual", "gradual"]


def prompt_improver_line(draw):
    users = [draw.user() for _ in range(8)]
    instants = []
    flags = {key: prompt_improver_flag(draw, users, instants) for key in draw.sample(FLAG_NAMES, draw.randint(2, 6))}
    snapshot = {"version": "1.0.0", "schema_version": "2025.1", "flags": flags}
    if draw.chance(0.7):
        snapshot["global"] = {"sticky_bucketing": True}
        draw.option(snapshot["global"], "default_rollout_percentage", draw.percentage, 0.7)
    cases = [prompt_improver_case(draw, snapshot, users, instants) for _ in range(CASES_PER_LINE)]
    line = {"snapshot": snapshot, "cases": cases}
    draw.option(line, "environment", lambda: draw.choice(ENVIRONMENTS), 0.3)
    return line


def prompt_improver_flag(draw, users, instants):
    flag = draw.extras({"state": draw.choice(("enabled", "enabled", "disabled", *["rollout"] * 5))})
    names = ["on", "off"]
    if draw.chance(0.75):
        names = draw.choice(VARIANT_NAMES)
        flag["variants"] = {name: draw.choice((True, False)) if draw.chance(0.5) else draw.value() for name in names}
    names = [prompt_improver.YAML_KEYS.get(name, name) for name in names]
    draw.option(flag, "default_variant", lambda: draw.choice((*names, *names, *names, "off", "none")), 0.5)
    draw.option(flag, "rollout", lambda: rollout(draw, users, instants), 0.9)
    draw.option(flag, "targeting_rules", lambda: [targeting_rule(draw, names) for _ in range(draw.randint(0, 3))], 0.7)
    draw.option(flag, "metadata", lambda: {"phase": 1, "dependencies": []}, 0.2)
    return flag


def rollout(draw, users, instants):
    found = {}
    draw.option(found, "strategy", lambda: draw.choice(STRATEGIES), 0.95)
    strategy = found.get("strategy")
    draw.option(found, "percentage", draw.percentage, 0.8)
    draw.option(found, "user_list", lambda: draw.user_list(users), 0.9 if strategy == "user_list" else 0.2)
    draw.option(found, "gradual_config", lambda: gradual_config(draw, instants), 0.85 if strategy == "gradual" else 0.1)
    draw.option(found, "sticky", lambda: draw.chance(0.5), 0.3)
    return found


def gradual_config(draw, instants):
    moments = sorted((draw.instant(), draw.instant()), key=lambda moment: moment[1])
    if draw.chance(0.15):
        moments = draw.choice((moments[::-1], moments[:1] * 2))
    (start, start_at), (end, end_at) = moments
    instants += [start_at, end_at, (start_at + end_at) // 2]
    config = {"start_time": start, "end_time": end}
    draw.option(config, "start_percentage", draw.percentage)
    draw.option(config, "end_percentage", draw.percentage)
    return config


def targeting_rule(draw, names):
    rule = {
        "name": draw.choice(("admins", "beta users", "")),
        "condition": Conditions(draw).condition(),
        "variant": draw.choice((*names, *names, "on", "off", "unheard_of", "")),
    }
    draw.option(rule, "priority", lambda: draw.choice((0, 1, 50, 50, 90, 100, 100, -1)))
    return rule


def prompt_improver_case(draw, snapshot, users, instants):
    shape = draw.shape()
    context = draw.place_user(shape, draw.choice(users))
    draw.option(context, "user_type", lambda: draw.choice((*TEXTS[:8], draw.value())), 0.7)
    draw.option(context, "environment", lambda: draw.choice((*ENVIRONMENTS, draw.value())), 0.5)
    attributes = {name: attribute(draw, kind) for name, kind in ATTRIBUTES.items() if draw.chance(0.85)}
    if shape == "own":
        for name in ("user_id", "user_type", "environment", "custom_attributes", "targetingKey", "constructor"):
            draw.option(attributes, name, lambda: draw.choice(TEXTS) if draw.chance(0.7) else draw.value(), 0.06)
        draw.option(context, "custom_attributes", lambda: attributes, 0.95)
    else:
        context = {**attributes, **context}
    if shape == "mixed":
        bag = {name: attribute(draw, kind) for name, kind in ATTRIBUTES.items() if draw.chance(0.3)}
        context["custom_attributes"] = draw.choice((bag, bag, {}, None, ["plan"], "plan"))
    return finish(draw, draw.flag_key(list(snapshot["flags"])), context, draw.now(instants))


def attribute(draw, kind):
    if draw.chance(0.12):
        return draw.value()
    if kind == "text":
        return draw.choice(TEXTS)
    if kind == "number":
        return draw.choice(NUMBERS)
    if kind == "boolean":
        return draw.choice((True, False, 1, 0))
    if kind == "object":
        return {name: draw.value() for name in draw.some(["plan", "a", "admin", ""], 3)}
    return draw.some({"texts": TEXTS, "numbers": NUMBERS}[kind], 4)


# ruleiq


def ruleiq_line(draw):
    users = [draw.user() for _ in range(8)]
    instants = []
    names = draw.sample(FLAG_NAMES, draw.randint(2, 6))
    flags = [ruleiq_flag(draw, name, users, instants) for name in names]
    if draw.chance(0.6):
        for flag in flags:
            # The key is what names a flag.
            if draw.chance(0.2):
                flag["name"] = draw.choice(("renamed", "new_dashboard"))
            elif draw.chance(0.2):
                del flag["name"]
        flags = dict(zip(names, flags))
    snapshot = {"flags": flags}
    draw.option(snapshot, "hash", lambda: draw.choice(("sha256", "md5", "md5")))
    line = {"snapshot": snapshot, "cases": [ruleiq_case(draw, names, users, instants) for _ in range(CASES_PER_LINE)]}
    draw.option(line, "environment", lambda: draw.choice(ENVIRONMENTS), 0.5)
    return line


def ruleiq_flag(draw, name, users, instants):
    flag = draw.extras({"name": name})
    draw.option(flag, "enabled", lambda: draw.chance(0.85), 0.95)
    draw.option(flag, "percentage", draw.percentage, 0.9)
    draw.option(flag, "whitelist", lambda: draw.user_list(users), 0.5)
    draw.option(flag, "blacklist", lambda: draw.user_list(users), 0.4)
    draw.option(flag, "environments", lambda: draw.some(ENVIRONMENTS, 3), 0.3)
    overrides = {environment: draw.chance(0.5) for environment in draw.some(ENVIRONMENTS, 2)}
    draw.option(flag, "environment_overrides", lambda: overrides, 0.25)
    for key in ("starts_at", "expires_at"):
        if draw.chance(0.3):
            flag[key], at = draw.instant()
            instants.append(at)
        draw.option(flag, key, lambda: None, 0.03)
    draw.option(flag, "status", lambda: draw.choice(("active", "archived")), 0.2)
    draw.option(flag, "tags", lambda: ["x"], 0.1)
    draw.option(flag, "version", lambda: 3, 0.1)
    return flag


def ruleiq_case(draw, names, users, instants):
    context = draw.place_user(draw.shape(), draw.choice(users))
    environments = (*ENVIRONMENTS[:3] * 4, *ENVIRONMENTS, "test", None, 5, True, [], {})
    draw.option(context, "environment", lambda: draw.choice(environments))
    draw.option(context, "plan", draw.value, 0.2)
    return finish(draw, draw.flag_key(names), context, draw.now(instants))


def finish(draw, key, context, now):
    items = list(context.items())
    draw.shuffle(items)
    case = {"flagKey": key, "context": dict(items), "now": now}
    draw.option(case, "default", lambda: draw.chance(0.5) if draw.chance(0.5) else draw.value(), 0.4)
    return case


LINES = {"lift": lift_line, "prompt-improver": prompt_improver_line, "ruleiq": ruleiq_line}


def lines(name, cases, seed):
    draw = Draw(f"{name} {seed}")
    while cases > 0:
        line = LINES[name](draw)
        line["cases"] = line["cases"][:cases]
        cases -= len(line["cases"])
        yield json.dumps(line)


def coverage(name, cases, seed):
    """Prints how often each reason turned up, and with which truth; says whether that is often enough."""
    counts = Counter()
    for line in lines(name, cases, seed):
        for answer in answers(ORACLES[name], parse(line)):
            counts[answer["backendReason"], bool(answer["value"])] += 1
    enough = True
    for reason in REASONS[name].split():
        true, false = counts[reason, True], counts[reason, False]
        print(f"{reason:20} {true + false:8} ({true} true, {false} false)")
        enough &= true + false >= 50 * cases / 20_000
    return enough


def main():
    parser = argparse.ArgumentParser(description="Draws test lines for an oracle.")
    parser.add_argument("format", choices=LINES)
    parser.add_argument("cases", type=int)
    parser.add_argument("seed")
    parser.add_argument("--coverage", action="store_true")
    options = parser.parse_args()
    if options.coverage:
        sys.exit(not coverage(options.format, options.cases, options.seed))
    for line in lines(options.format, options.cases, options.seed):
        print(line)


if __name__ == "__main__":
    main()
