"""Checks the oracles: known buckets and populations, the samples, and what is easily got wrong."""

import ast
import json
import random
import subprocess
import sys
import unittest
import warnings
from pathlib import Path

import generate
import harness
import lift
import prompt_improver
import ruleiq
from conditions import NUMBERS, TEXTS, Conditions

HERE = Path(__file__).resolve().parent
NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z


def sample(name):
    return harness.parse((HERE / "samples" / f"{name}.json").read_text("utf-8"))


def ask(evaluate, snapshot, key, context=None, environment=None, now=NOW, **default):
    case = harness.parse(json.dumps({"flagKey": key, "context": context or {}, "now": now, **default}))
    return evaluate(harness.parse(json.dumps(snapshot)), case, environment)


class Shared(unittest.TestCase):
    def test_numbers_print_as_in_javascript(self):
        for text, printed in {
            "5": "5", "5.0": "5", "-0.0": "0", "12.5": "12.5", "-1": "-1", "0.1": "0.1", "1e-6": "0.000001",
            "1.5e-6": "0.0000015", "1e-7": "1e-7", "1.5e-7": "1.5e-7", "1e20": "100000000000000000000", "1e21": "1e+21",
            "1.25e+300": "1.25e+300", "9007199254740993": "9007199254740992",
            "123456789012345680000": "123456789012345680000",
            "5e-324": "5e-324", "0.30000000000000004": "0.30000000000000004", "1e16": "10000000000000000",
        }.items():
            self.assertEqual(harness.number_text(harness.number(text)), printed)

    def test_the_user_id_is_the_first_that_is_not_null(self):
        context = {"user": {"id": "d"}, "userId": "c", "user_id": "b", "targetingKey": "a"}
        for key, found in (("targetingKey", "a"), ("user_id", "b"), ("userId", "c"), ("user", "d")):
            self.assertEqual(harness.user_id_of(context), found)
            context[key] = None
        self.assertIsNone(harness.user_id_of(context))
        self.assertEqual(harness.user_id_of({"user_id": "b", "targetingKey": ""}), "")
        self.assertIsNone(harness.user_id_of({"user": "d"}))

    def test_somebody_is_a_text_that_is_not_empty_or_a_number(self):
        self.assertTrue(all(map(harness.is_user, ("a", "0", " ", 0, 1.5))))
        self.assertFalse(any(map(harness.is_user, ("", None, True, False, [], ["a"], {}))))

    def test_instants(self):
        second = 1_736_899_200_000_000
        for text, micros in {
            "2025-01-15": second, "2025-01-15T00:00": second, "2025-01-15T00:00:00": second,
            "2025-01-15T00:00:00Z": second,
            "2025-01-15T02:00:00+02:00": second, "2025-01-14T18:30:00-05:30": second,
            "2025-01-15T00:00:00.5Z": second + 500_000,
            "2025-01-15T00:00:00.0009": second + 900, "2025-01-15T00:00:00.123456789Z": second + 123_456,
        }.items():
            self.assertEqual(harness.instant(text), micros, text)


class Lift(unittest.TestCase):
    def test_buckets(self):
        for flag, user, bucket in (
            ("new_dashboard", "user-1", 92), ("new_dashboard", "user-2", 54), ("error_recovery", "user-123", 63),
            ("new_dashboard", "usér-✓", 50),
        ):
            self.assertEqual(lift.bucket(flag, user), bucket / 100)

    def test_population(self):
        flag = {"flag_name": "gradual_rollout", "strategy": "percentage", "rollout_percentage": 0.5}
        snapshot = {"flags": {"gradual_rollout": flag}}
        found = [ask(lift.evaluate, snapshot, "gradual_rollout", {"user_id": f"user-{n}"})[0] for n in range(1000)]
        self.assertEqual(sum(found), 484)

    def test_samples(self):
        for key, context, value, reason in (
            ("error_recovery", {"user_id": "user-123"}, False, "percentage"),
            ("beta_feature", {"user_id": "vip-user-123"}, True, "enabled_for_users"),
            ("beta_feature", {"user_id": "banned-user-789"}, False, "disabled_for_users"),
            ("beta_feature", {}, False, "none"),
            ("staging_only", {"env": "staging"}, True, "conditional"),
            ("staging_only", {"env": "production"}, False, "conditional"),
            ("new_feature", {}, False, "percentage"),
            ("unheard_of", {"user_id": "user-1"}, False, "default_enabled"),
        ):
            self.assertEqual(ask(lift.evaluate, sample("lift"), key, context), (value, None, reason))

    def conditional(self, conditions, context):
        flag = {"flag_name": "f", "strategy": "conditional", "override_conditions": conditions}
        return ask(lift.evaluate, {"flags": {"f": flag}}, "f", context)[0]

    def test_conditions_are_equal_as_in_python(self):
        for expected, found, equal in (
            (True, 1, True), (1, 1.0, True), (0, False, True), ("1", 1, False), (None, None, True), (None, 0, False),
            ([1, {"a": True}], [True, {"a": 1.0}], True), ([1, 2], [2, 1], False),
            ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
            (2**53 + 1, 2**53, True), ("é", "e\u0301", False),
        ):
            self.assertIs(self.conditional({"x": expected}, {"user_id": "u", "x": found}), equal, (expected, found))
        self.assertTrue(self.conditional({}, {}))
        self.assertTrue(self.conditional({"x": None}, {}))

    def test_the_user_id_is_no_attribute(self):
        self.assertFalse(self.conditional({"user_id": "u"}, {"user_id": "u"}))
        self.assertFalse(self.conditional({"targetingKey": "u"}, {"targetingKey": "u"}))
        self.assertTrue(self.conditional({"userId": "u", "user": {"id": "u"}}, {"userId": "u", "user": {"id": "u"}}))

    def test_the_name_of_the_flag_is_hashed_and_not_its_key(self):
        flag = {"flag_name": "new_dashboard", "strategy": "percentage", "rollout_percentage": 0.55}
        self.assertTrue(ask(lift.evaluate, {"flags": {"other": flag}}, "other", {"user_id": "user-2"})[0])
        self.assertFalse(ask(lift.evaluate, {"flags": {"other": flag}}, "other", {"user_id": "user-1"})[0])


class PromptImprover(unittest.TestCase):
    def test_fractions(self):
        self.assertEqual(prompt_improver.fraction("new_dashboard", "user-1"), 0.12812971067614853)
        self.assertEqual(prompt_improver.fraction("phase1_config_externalization", "user123"), 0.45675728702917695)

    def test_population(self):
        key, snapshot = "phase1_config_externalization", sample("prompt-improver")
        found = [ask(prompt_improver.evaluate, snapshot, key, {"user_id": f"user_{n:03}"})[0] for n in range(100)]
        self.assertEqual(sum(found), 26)

    def test_samples(self):
        phase1 = "phase1_config_externalization"
        for key, context, value, variant, reason in (
            (phase1, {"user_id": "user123", "user_type": "admin"}, True, "on", "TARGETING_MATCH"),
            (phase1, {"user_id": "user123", "user_type": "developer"}, False, "off", "DEFAULT"),
            ("phase4_code_quality", {"user_id": "user123"}, False, "off", "FLAG_DISABLED"),
            ("rollback_mechanism", {"user_id": "user123"}, False, "off", "DEFAULT"),
            ("targeted", {"custom_attributes": {"beta_user": 1}}, True, "on", "TARGETING_MATCH"),
            ("targeted", {"beta_user": "True"}, False, "off", "DEFAULT"),
            ("listed", {"targetingKey": "admin001"}, True, "on", "ROLLOUT_MATCH"),
            ("listed", {"targetingKey": "admin002"}, False, "off", "DEFAULT"),
            ("unheard_of", {}, False, "default", "FLAG_NOT_FOUND"),
        ):
            found = ask(prompt_improver.evaluate, sample("prompt-improver"), key, context)
            self.assertEqual(found, (value, variant, reason))

    def ask_flag(self, flag, context=None, more=None, **options):
        snapshot = {"flags": {"f": flag}, **(more or {})}
        return ask(prompt_improver.evaluate, snapshot, "f", context or {"user_id": "u"}, **options)

    def test_the_default_of_the_caller_stands_in(self):
        for default in (7, None, "x"):
            found = ask(prompt_improver.evaluate, {"flags": {}}, "f", default=default)
            self.assertEqual(found, (default, "default", "FLAG_NOT_FOUND"))
        rule = {"name": "r", "condition": "True", "variant": "gone"}
        flag = {"state": "enabled", "targeting_rules": [rule]}
        self.assertEqual(self.ask_flag(flag, default=7), (7, "gone", "TARGETING_MATCH"))
        self.assertEqual(self.ask_flag(flag), (False, "gone", "TARGETING_MATCH"))
        disabled = {"state": "disabled", "variants": {"off": 3}}
        self.assertEqual(self.ask_flag(disabled, default=7), (3, "off", "FLAG_DISABLED"))
        self.assertEqual(self.ask_flag({"state": "enabled", "variants": {}}, default=7), (7, "off", "DEFAULT"))

    def test_order_of_the_rules(self):
        rules = [{"name": "", "condition": "True", "variant": name, "priority": 1 + (name != "a")} for name in "abc"]
        variants = {"a": 1, "b": 2, "c": 3, "off": 0}
        flag = {"state": "rollout", "variants": variants, "targeting_rules": rules, "rollout": {"percentage": 100}}
        self.assertEqual(self.ask_flag(flag), (2, "b", "TARGETING_MATCH"))
        ending = {"name": "end", "condition": "True", "variant": "", "priority": 3}
        self.assertEqual(self.ask_flag({**flag, "targeting_rules": [*rules, ending]}), (1, "a", "ROLLOUT_MATCH"))

    def test_keys_of_yaml(self):
        flag = {"state": "rollout", "variants": {"blue": 1, "True": 2, "False": 3}, "rollout": {"percentage": 100}}
        self.assertEqual(self.ask_flag(flag), (2, "on", "ROLLOUT_MATCH"))
        self.assertEqual(self.ask_flag({**flag, "state": "enabled"}), (3, "off", "DEFAULT"))

    def test_percentages(self):
        everybody = {"default_rollout_percentage": 100}
        for rollout, context, more, reason in (
            (None, {}, {}, "DEFAULT"),
            (None, {}, {"global": everybody}, "ROLLOUT_MATCH"),
            ({"strategy": "percentage"}, {}, {"global": everybody}, "ROLLOUT_MATCH"),
            ({"strategy": "percentage", "percentage": 0}, {}, {"global": everybody}, "DEFAULT"),
            ({"strategy": "gradual", "percentage": 100}, {}, {}, "DEFAULT"),
            ({"percentage": 100}, {"user_id": ""}, {}, "DEFAULT"),
            ({"percentage": 100}, {"user_id": True}, {}, "DEFAULT"),
            ({"percentage": 100}, {"user_id": 0}, {}, "ROLLOUT_MATCH"),
            ({"strategy": "user_list", "user_list": ["", "5"]}, {"user_id": ""}, {}, "DEFAULT"),
            ({"strategy": "user_list", "user_list": ["", "5"]}, {"user_id": 5}, {}, "DEFAULT"),
            ({"strategy": "user_list", "user_list": ["", "5"]}, {"user_id": "5"}, {}, "ROLLOUT_MATCH"),
        ):
            flag = {"state": "rollout", **({"rollout": rollout} if rollout else {})}
            self.assertEqual(self.ask_flag(flag, context, more)[2], reason, (rollout, context, more))

    def test_gradual(self):
        config = {"start_time": "2026-01-01", "end_time": "2026-01-02T00:00:00+00:00", "start_percentage": 20}

        def percentages(*days):
            moments = [(NOW + day * 86_400_000) * 1000 for day in days]
            return [prompt_improver.gradual_percentage(config, 60, moment) for moment in moments]

        self.assertEqual(percentages(-1, 0, 0.5, 1, 2), [20, 20, 40, 60, 60])
        config["start_time"] = "2026-01-02"
        self.assertEqual(percentages(0.9, 1, 2), [20, 60, 60])

    def test_conditions(self):
        context = {
            "user_id": "u-1",
            "user_type": "admin",
            "custom_attributes": {
                **{"plan": "pro", "age": 20, "text": "20", "tags": ["a", "b"], "on": True},
                **{"user_id": "shadow", "class": 1, "a b": None},
            },
        }
        names = prompt_improver.scope(harness.parse(json.dumps(context)), "u-1")
        for condition in (
            "user_type == 'admin' or missing == 1", "user_id == 'shadow'", "environment == 'production'",
            "on == 1 == 1.0", "not age < 18",
            "18 <= age < 65", "plan in ('pro', 'free') and 'a' in tags", "custom_attributes['a b'] is None",
            "custom_attributes.get('x', 'y') == 'y'",
            "custom_attributes['class']", "'class' in custom_attributes", "tags == ['a', 'b'] != ('a', 'b')",
            "' Pro'.strip().lower() == plan",
            "plan.startswith(('x', 'p', 1))", "plan.endswith('r', 0, -1)", "not (1 > 2 > missing)", "age, plan",
            " age == 20", "age == 20\n", "age == 20 # why", "(age\n==\n20)", "-1 < age", "0x14 == 2_0 == 2e1 == age",
            "'\\uffff' < '😀'",
            "r'\\d' == '\\d' == '\\\\d'", "'a' 'b' == \"ab\" == u'''ab'''", "9007199254740993 == 9007199254740992",
            "None is None", "user_id is not None", "None is not user_id", "plan[0] == 'p'", "tags[-1] == 'b'", "-age < +age",
            "'\x1c\x85\xa0\u2003'.strip() == ''", "'\ufeff'.strip() != ''",
            "'ΑΣ'.lower() == 'ας' and 'ß'.upper() == 'SS'", "(1, 'a') < (2, None)",
        ):
            self.assertTrue(prompt_improver.holds(condition, names), condition)
        for condition in (
            "missing == 1 or user_type == 'admin'", "not missing", "not (text > 18)", "class == 1", "a b is None",
            "custom_attributes['x']",
            "custom_attributes.get('plan', missing)", "plan.startswith(['p'])", "plan.startswith((1, 'p'))",
            "age.lower()", "None.lower()", "len",
            "True or len(plan)", "True or plan.title()", "plan[9]", "tags['a']", "True or age + 1",
            "-plan", "True or f'a'",
            "True or plan is True", "True or b'a'", "True or {}", "True or 1j", "(age if age else age)",
            "(lambda: 1)()", "[x for x in tags]", "(x := 1)",
            "plan.__class__", "custom_attributes.keys()", "custom_attributes['a']['b']",
            "plan.get('x')", "[] in custom_attributes",
            "1 in plan", "not (1 in age)", "", " ", "age ==", "age = 20", "age == not 1", "007 == 7", "age\n== 20",
            "\n age == 20", "()", "age is 20",
            "\ufeffage == 20", "'\ufffd' > '😀'", "tags == ('a', 'b')", "tags < ('z',)", "None < None",
            "custom_attributes < custom_attributes",
        ):
            self.assertFalse(prompt_improver.holds(condition, names), condition)

    def test_attributes_may_be_flat_in_a_bag_or_both(self):
        for context in (
            {"user_id": "u", "custom_attributes": {"plan": "pro", "age": 1}},
            {"targetingKey": "u", "plan": "pro", "age": 1, "user_type": None, "environment": "x"},
            {"userId": "u", "plan": "free", "age": 1, "custom_attributes": {"plan": "pro"}},
        ):
            bag = prompt_improver.scope(context, "u")["custom_attributes"]
            self.assertEqual({name: bag[name] for name in bag if name != "userId"}, {"plan": "pro", "age": 1})
        self.assertEqual(prompt_improver.scope({"custom_attributes": None}, None)["custom_attributes"], {})
        self.assertIsNone(prompt_improver.scope({"environment": None}, None)["environment"])


class Ruleiq(unittest.TestCase):
    def test_buckets(self):
        self.assertEqual([ruleiq.bucket("md5", "new_dashboard", user) for user in ("user-1", "user-2")], [75, 10])
        self.assertEqual([ruleiq.bucket("sha256", "new_dashboard", user) for user in ("user-1", "user-2")], [92, 54])

    def test_samples(self):
        timed = 1_736_899_200_000
        for key, context, now, value, reason in (
            ("per_environment", {"environment": "staging"}, NOW, True, "environment"),
            ("per_environment", {}, NOW, False, "environment"),
            ("per_environment", {"environment": "test"}, NOW, False, "disabled"),
            ("targeted", {"user_id": "user123"}, NOW, True, "whitelist"),
            ("targeted", {"user_id": "problematic_user_789"}, NOW, False, "blacklist"),
            ("timed", {}, timed - 1, False, "not_started"),
            ("timed", {}, timed, False, "disabled"),
            ("timed", {}, NOW, False, "expired"),
            ("new_feature", {"environment": "development"}, NOW, False, "environment"),
            ("new_feature", {}, NOW, True, "enabled"),
            ("created_feature", {"environment": "development"}, NOW, False, "disabled"),
            ("legacy_feature", {}, timed, False, "disabled"),
            ("problematic_feature", {}, NOW, False, "disabled"),
            ("unheard_of", {}, NOW, False, "not_found"),
        ):
            self.assertEqual(ask(ruleiq.evaluate, sample("ruleiq"), key, context, now=now), (value, None, reason), key)

    def ask_flag(self, flag, context, **options):
        return ask(ruleiq.evaluate, {"flags": [{"name": "f", **flag}]}, "f", context, **options)

    def test_environments(self):
        flag = {"environment_overrides": {"production": True, "qa": True}}
        self.assertEqual(self.ask_flag(flag, {})[2], "environment")
        self.assertEqual(self.ask_flag(flag, {}, environment="test")[2], "disabled")
        self.assertEqual(self.ask_flag(flag, {"environment": "qa"}, environment="test")[2], "environment")
        self.assertEqual([self.ask_flag(flag, {"environment": odd})[2] for odd in (None, 5, [], {})], ["disabled"] * 4)
        self.assertEqual(self.ask_flag({"environments": ["qa"]}, {"environment": None})[2], "environment")

    def test_instants_count_as_active(self):
        flag = {"starts_at": "2026-01-01", "expires_at": "2026-01-01T00:00:00.0005", "enabled": True, "percentage": 100}
        reasons = [self.ask_flag(flag, {}, now=NOW + difference)[2] for difference in (-1, 0, 1)]
        self.assertEqual(reasons, ["not_started", "enabled", "expired"])
        self.assertEqual(self.ask_flag({"starts_at": None, "expires_at": None}, {})[2], "disabled")

    def test_users(self):
        flag = {"blacklist": [""], "whitelist": ["5"], "enabled": True, "percentage": 99.5}
        reasons = [self.ask_flag(flag, {"user_id": user})[2] for user in ("", "5", 5, 0, None, True)]
        self.assertEqual(reasons, ["blacklist", "whitelist", "percentage", "percentage", "enabled", "enabled"])

    def test_the_key_is_hashed(self):
        flags = {"new_dashboard": {"name": "other", "enabled": True, "percentage": 55}}
        self.assertEqual(ask(ruleiq.evaluate, {"flags": flags}, "new_dashboard", {"user_id": "user-2"})[0], True)
        self.assertEqual(ask(ruleiq.evaluate, {"flags": flags}, "new_dashboard", {"user_id": "user-1"})[0], False)
        md5 = {"flags": flags, "hash": "md5"}
        self.assertEqual(ask(ruleiq.evaluate, md5, "new_dashboard", {"user_id": "user-1"}), (False, None, "percentage"))


class Generator(unittest.TestCase):
    def test_literals_are_what_they_stand_for(self):
        warnings.simplefilter("ignore")  # of escapes that are none
        conditions = Conditions(random.Random(1))
        for text in TEXTS:
            for _ in range(50):
                literal = conditions.text_literal(text)
                self.assertEqual(ast.literal_eval(literal), text, literal)
        for number in NUMBERS:
            for _ in range(50):
                literal, _ = conditions.number_literal(number)
                self.assertEqual(float(ast.literal_eval(literal)), float(number), literal)

    def test_every_reason_turns_up(self):
        for name in generate.LINES:
            counts = {reason: 0 for reason in generate.REASONS[name].split()}
            for line in generate.lines(name, 4000, 1):
                for answer in harness.answers(generate.ORACLES[name], harness.parse(line)):
                    counts[answer["backendReason"]] += 1
            self.assertGreaterEqual(min(counts.values()), 10, counts)

    def test_the_same_arguments_give_the_same_lines(self):
        for name in generate.LINES:
            line = next(generate.lines(name, 20, 7))
            self.assertEqual(line, next(generate.lines(name, 20, 7)))
            program = HERE / f"{name.replace('-', '_')}.py"
            run = subprocess.run([sys.executable, program], input=line, capture_output=True, text=True, check=True)
            answers = harness.answers(generate.ORACLES[name], harness.parse(line))
            self.assertEqual(json.loads(run.stdout), json.loads(json.dumps(answers)))


if __name__ == "__main__":
    unittest.main()
