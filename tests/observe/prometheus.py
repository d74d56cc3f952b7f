"""Reads metrics with Prometheus' own client and prints what it has understood, for prometheus.test.mjs:
`node tests/observe/observed-text.mjs | python3 tests/observe/prometheus.py > tests/observe/prometheus.json`, with prometheus_client 0.26.0 installed.
"""

import json
import sys
from importlib.metadata import version

from prometheus_client.parser import text_string_to_metric_families

text = sys.stdin.read()
families = [
    {
        "name": family.name,
        "type": family.type,
        "help": family.documentation,
        "samples": [{"name": sample.name, "labels": sample.labels, "value": sample.value} for sample in family.samples],
    }
    for family in text_string_to_metric_families(text)
]
print(json.dumps({"readBy": f"prometheus_client {version('prometheus_client')}", "text": text, "families": families}, indent=1))
