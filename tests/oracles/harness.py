"""What the oracles share: JSON numbers as doubles, the user id of a context, instants, and the loop over stdin.

A line of input is `{"snapshot", "environment"?, "cases": [{"flagKey", "context", "now", "default"?}]}`; the line of
output for it is a list with `{"value", "variant", "backendReason"}` for each case.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def number(text):
    """A JSON number, which is a double. A whole one becomes an int, so that 1 and 1.0 are one and the same."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def parse(text):
    return json.loads(text, parse_int=number, parse_float=number)


def number_text(value):
    """A number as JavaScript prints it."""
    if isinstance(value, int):
        return str(value)
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent):+d}"


def user_id_of(context):
    """The first place with something in it, whatever that is: an empty string is found, null is not."""
    user = context.get("user")
    places = [context.get(key) for key in ("targetingKey", "user_id", "userId")]
    places.append(user.get("id") if isinstance(user, dict) else None)
    return next((place for place in places if place is not None), None)


def is_user(user_id):
    """Whether this is somebody: a string that is not empty, or a number, 0 included."""
    return isinstance(user_id, (str, int, float)) and not isinstance(user_id, bool) and user_id != ""


def hash_input(flag, user_id):
    user = user_id if isinstance(user_id, str) else number_text(user_id)
    return f"{flag}:{user}".encode()


def instant(text):
    """Microseconds since 1970 of an ISO 8601 text, which is in UTC when it has no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - EPOCH) // timedelta(microseconds=1)


def answers(evaluate, test):
    """What `evaluate(snapshot, case, environment)` returns for each case of a line: value, variant and reason."""
    results = [evaluate(test["snapshot"], case, test.get("environment")) for case in test["cases"]]
    return [{"value": value, "variant": variant, "backendReason": reason} for value, variant, reason in results]


def run(evaluate):
    for line in sys.stdin:
        print(json.dumps(answers(evaluate, parse(line))))
