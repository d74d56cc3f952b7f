"""Prints what scipy and statsmodels say of many experiments, for analysis.test.mjs: `python3 tests/observe/expected.py > tests/observe/expected.json`,
with scipy 1.17.1 and statsmodels 0.15.0 installed.
"""

import itertools
import json
import math
import random
import warnings

import numpy
import scipy
import statsmodels
from scipy.stats import chi2, chisquare, norm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

warnings.simplefilter("ignore")
random.seed(20261128)


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def counts_of_two():
    """A grid with its edges, and random ones from small to huge."""
    for exposed in (1, 2, 10, 97, 1000):
        for converted in sorted({0, 1, exposed // 3, exposed // 2, exposed - 1, exposed}):
            for other in (1, 10, 1003):
                for share in (0, 0.1, 0.5, 1):
                    yield (converted, exposed), (round(other * share), other)
    for _ in range(150):
        exposed, other = (int(10 ** random.uniform(0.5, 9)) for _ in range(2))
        low = 10 ** random.uniform(-3, 0)
        yield (int(exposed * low), exposed), (int(other * min(1, low * random.uniform(0.5, 1.6))), other)


def z_test(control, treatment):
    (x, n), (y, m) = control, treatment
    if x + y == 0 or x + y == n + m:
        return 1.0  # no variance: statsmodels divides by zero
    return number(proportions_ztest([y, x], [m, n])[1])


def pairs():
    for control, treatment in counts_of_two():
        alpha = random.choice([0.05, 0.05, 0.01, 0.1, 0.001])
        (x, n), (y, m) = control, treatment
        yield {
            "alpha": alpha,
            "control": {"exposed": n, "converted": x},
            "treatment": {"exposed": m, "converted": y},
            "wilson": [number(bound) for bound in proportion_confint(x, n, alpha, method="wilson")],
            "newcombe": [number(bound) for bound in confint_proportions_2indep(y, m, x, n, method="newcomb", compare="diff", alpha=alpha)],
            "pValue": z_test(control, treatment),
        }


def experiments():
    """Several treatments: Holm's p-values and the sample's ratio."""
    for treatments, weighted in itertools.product(range(1, 9), (False, True)):
        for _ in range(6):
            names = ["control"] + [f"t{index}" for index in range(treatments)]
            weights = {name: random.choice([1, 5, 12.5, 50]) if weighted else 1 for name in names}
            size = 10 ** random.uniform(2.5, 6)
            whole = sum(weights.values())
            rate = random.uniform(0.02, 0.5)
            counts = {}
            for name in names:
                exposed = int(size * weights[name] / whole * random.uniform(0.97, 1.03)) + 5
                counts[name] = {"exposed": exposed, "converted": int(exposed * rate * random.uniform(0.9, 1.15))}
            pairs = [(counts[name]["converted"], counts[name]["exposed"]) for name in names]
            p_values = [z_test(pairs[0], pair) for pair in pairs[1:]]
            reject, adjusted, *_ = multipletests(p_values, alpha=0.05, method="holm")
            observed = [counts[name]["exposed"] for name in names]
            expected = numpy.array([weights[name] for name in names]) / whole * sum(observed)
            statistic, p_value = chisquare(observed, expected)
            yield {
                "counts": counts,
                "weights": weights if weighted else None,
                "pValues": dict(zip(names[1:], p_values)),
                "adjusted": dict(zip(names[1:], map(float, adjusted))),
                "significant": dict(zip(names[1:], map(bool, reject))),
                "sampleRatio": {"statistic": float(statistic), "degreesOfFreedom": treatments, "pValue": float(p_value)},
            }


def tails():
    normal = [[z, float(2 * norm.sf(z))] for z in [0, 1e-6, 0.001, 0.1, 0.5, 1, 1.5, 1.96, 2, 3, 5, 8, 12, 20, 30, 37, 37.1]]
    inverse = [[p, float(norm.isf(p / 2))] for p in [0.999, 0.9, 0.5, 0.3, 0.1, 0.05, 0.01, 0.001, 1e-6, 1e-12, 1e-50, 1e-150, 1e-300]]
    chi = [[x, k, float(chi2.sf(x, k))] for k in [1, 2, 3, 4, 5, 7, 10, 31, 100, 999] for x in [0, 1e-9, 0.01, 0.5, 1, 2, 3.84, 10, 50, 99, 101, 400, 1000, 1300]]
    return {"normalBeyond": normal, "normalBeyondInverse": inverse, "chiSquareAbove": [case for case in chi if case[2] > 1e-300]}


def lines(cases):
    return "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]"


made_by = f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}"
print(f'{{"madeBy": "{made_by}",\n"tails": {json.dumps(tails())},\n"pairs": {lines(pairs())},\n"experiments": {lines(experiments())}}}')
