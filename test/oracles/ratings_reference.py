#!/usr/bin/env python3
"""Figures of ratings and measurements from scikit-learn, statsmodels, SciPy and R (psych, vcd, lme4), for Concord's tests.

usage: ratings_reference.py > ratings_reference.json      (needs Rscript; ratings_reference.R lies beside this file)

Data sets are made here, by a generator of their own, and written into the result with the figures and all versions.
"""
import json
import os
import platform
import subprocess
import tempfile
import warnings

import numpy
import scipy
import scipy.stats
import sklearn
import statsmodels
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater, multitest
from statsmodels.stats.contingency_tables import mcnemar

HERE = os.path.dirname(os.path.abspath(__file__))
WEIGHTS = {"unweighted": None, "linear": "linear", "quadratic": "quadratic"}


def ratings(seed, subjects, raters, levels, agree):
    """Subjects × raters, levels 0 …; each rater keeps the truth with probability `agree`."""
    draw = numpy.random.default_rng(seed)
    truth = draw.integers(0, levels, subjects)
    other = draw.integers(0, levels, (subjects, raters))
    return numpy.where(draw.random((subjects, raters)) < agree, truth[:, None], other)


def measurements(seed, subjects, raters, spread, noise, digits):
    draw = numpy.random.default_rng(seed)
    truth = 80 + spread * draw.standard_normal(subjects)
    bias = numpy.linspace(-1, 1.5, raters)
    return numpy.round(truth[:, None] + bias + noise * draw.standard_normal((subjects, raters)), digits)


def of_ratings(table, levels):
    a, b = table[:, 0], table[:, 1]
    crossed = numpy.array([[int(((a == i) & (b == j)).sum()) for j in range(levels)] for i in range(levels)])
    counts = inter_rater.aggregate_raters(table, n_cat=levels)[0]
    kappas = {}
    for name, weights in WEIGHTS.items():
        found = inter_rater.cohens_kappa(crossed, wt=weights)
        kappas[name] = {
            "sklearn": cohen_kappa_score(a, b, labels=list(range(levels)), weights=weights),
            "estimate": found.kappa,
            "se": found.std_kappa,
            "ci95": [found.kappa_low, found.kappa_upp],
            "z": found.z_value,
            "p": found.pvalue_two_sided,
        }
    only_a, only_b = int(((a == 0) & (b != 0)).sum()), int(((a != 0) & (b == 0)).sum())
    two = [[0, only_a], [only_b, 0]]
    return {
        "kappa": kappas,
        "fleiss": inter_rater.fleiss_kappa(counts, method="fleiss"),
        "uniform": inter_rater.fleiss_kappa(counts, method="randolph"),
        "mcnemar": {
            "only": [only_a, only_b],
            "exactP": mcnemar(two, exact=True).pvalue,
            "chiSquare": mcnemar(two, exact=False, correction=True).statistic,
            "p": mcnemar(two, exact=False, correction=True).pvalue,
            "plainP": mcnemar(two, exact=False, correction=False).pvalue,
        },
    }


def of_measurements(table):
    a, b = table[:, 0], table[:, 1]
    d = b - a
    t = scipy.stats.ttest_rel(b, a)
    low = scipy.stats.ttest_1samp(d, -2, alternative="greater").pvalue
    high = scipy.stats.ttest_1samp(d, 2, alternative="less").pvalue
    r = scipy.stats.pearsonr(a, b)
    interval = r.confidence_interval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        normal = {c: scipy.stats.wilcoxon(b, a, mode="approx", correction=c) for c in (True, False)}
        result = {
            "t": {"t": t.statistic, "p": t.pvalue},
            "tost": {"pLower": low, "pUpper": high},
            "pearson": {"r": r.statistic, "ci95": [interval.low, interval.high]},
            "wilcoxon": {"normalCorrected": normal[True].pvalue, "normal": normal[False].pvalue},
        }
        if len(set(numpy.abs(d))) == len(d) and (d != 0).all():
            result["wilcoxon"]["exact"] = scipy.stats.wilcoxon(b, a, mode="exact").pvalue
    return result


def bca(values, seed):
    """SciPy's own replicates with the interval that SciPy reckons from them."""
    found = scipy.stats.bootstrap(
        (values,), numpy.mean, n_resamples=999, method="BCa", random_state=numpy.random.default_rng(seed)
    )
    percentile = numpy.percentile(found.bootstrap_distribution, [2.5, 97.5])
    return {
        "values": [float(v) for v in values],
        "replicates": [float(v) for v in found.bootstrap_distribution],
        "bca": [found.confidence_interval.low, found.confidence_interval.high],
        "percentile": [float(v) for v in percentile],
        "se": float(found.standard_error),
    }


def main():
    data = {
        "ratings": [
            {"name": "three raters, four levels", "levels": 4, "table": ratings(1, 40, 3, 4, 0.6)},
            {"name": "two raters, two levels, rare", "levels": 2, "table": (ratings(2, 120, 2, 10, 0.8) == 0) * 1},
            {"name": "six raters, five levels", "levels": 5, "table": ratings(3, 25, 6, 5, 0.45)},
            {"name": "two raters, seven levels", "levels": 7, "table": ratings(4, 300, 2, 7, 0.7)},
        ],
        "measurements": [
            {"name": "two readers, 12 cases", "table": measurements(5, 12, 2, 15, 3, 6)},
            {"name": "three readers, 30 cases", "table": measurements(6, 30, 3, 20, 4, 6)},
            {"name": "two readers, ties and zeros", "table": measurements(7, 40, 2, 10, 1, 0)},
            {"name": "five readers, 80 cases", "table": measurements(8, 80, 5, 8, 5, 6)},
        ],
    }
    for entry in data["ratings"]:
        entry["python"] = of_ratings(entry["table"], entry["levels"])
        entry["table"] = entry["table"].tolist()
    for entry in data["measurements"]:
        entry["python"] = of_measurements(entry["table"])
        entry["table"] = entry["table"].tolist()
    draw = numpy.random.default_rng(9)
    data["rounds"] = [
        {"caseIndex": c, "reader": r, "value": round(float(v), 6)}
        for c, level in enumerate(90 + 12 * draw.standard_normal(25))
        for r, bias in enumerate([0, 2.5, -1.5])
        for v in level + bias + 2 * draw.standard_normal() + 1.5 * draw.standard_normal(2)
        if draw.random() > 0.08
    ]
    p = [0.01, 0.04, 0.03, 0.005, 0.2]
    data["holm"] = {"p": p, "adjusted": multitest.multipletests(p, method="holm")[1].tolist()}
    data["bootstrap"] = [bca(draw.beta(8, 2, 30), 1), bca(draw.exponential(3, 50), 2)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data.json")
        json.dump(data, open(path, "w"))
        words = ["Rscript", os.path.join(HERE, "ratings_reference.R"), path]
        answer = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    data.update(json.loads(answer))
    data["versions"].update(
        python=platform.python_version(), numpy=numpy.__version__, scipy=scipy.__version__,
        sklearn=sklearn.__version__, statsmodels=statsmodels.__version__,
    )
    print(json.dumps(data, indent=1))


if __name__ == "__main__":
    main()
