"""Speed of one person's decision: checks per second in one process, and as a ratio to a plain loop in Python.

    python benchmarks/check_speed.py [--rounds 25] [--json FILE]

A check is an indication, the warnings, three visits replayed (findings and decision) and the explanation of the last.
A whole record adds what stands around it: laboratory units, medicines by name, screening, dates and what is needed.
The reference is a fixed loop in pure Python; the ratio of a check to it moves little from machine to machine. Rounds of
all rows alternate, and the best counts, because other work on the machine only ever adds time.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import tdm1.person.examples
from tdm1 import eligibility, person, safety

MANY = 4096
#: A woman before her fourth dose, with low platelets and three medicines.
RECORD = Path(tdm1.person.examples.__file__).with_name("low_platelets.yaml")
#: Seconds that one round of one row lasts at least: long enough that a row runs warm, as in a process that only checks.
ROUND_S = 0.05
REFERENCE_STEPS = 10_000
PERSON: dict[str, Any] = {
    "age_year": 54, "her2_positive": "yes", "disease_stage": "metastatic", "prior_trastuzumab": "yes",
    "prior_taxane": "yes", "prior_therapy_for_metastatic_disease": "yes", "lvef_pct": 60, "platelets_1e9_per_l": 220,
    "alt_u_per_l": {"value": 1.2, "unit": "xULN"}, "ast_u_per_l": 30, "bilirubin_x_uln": 0.6, "pregnant": "no",
    "breastfeeding": "no", "ecog": 1,
}
#: A calm visit, a fall of the platelets that holds the dose, and the recovery.
VISITS: tuple[dict[str, float], ...] = tuple(
    {"time_day": day, "platelets": platelets, "alt_x_uln": 1.2, "ast_x_uln": 1.4, "bilirubin_x_uln": 0.6, "lvef": 60.0,
     "lvef_baseline": 62.0}
    for day, platelets in ((0.0, 220.0), (21.0, 22.0), (28.0, 130.0))
)


def reference() -> int:
    """The loop that all rows are measured by."""
    total = 0
    for number in range(REFERENCE_STEPS):
        total = (total * 31 + number) % 65_521
    return total


def check(label: safety.Label) -> safety.Explanation:
    """One person's check: may she have the drug, what is warned of, and the next dose after three visits."""
    eligibility.before_start(PERSON)
    history, decided = label.start(1), None
    for visit in VISITS:
        decided = label.decide(safety.Findings.of(**visit), history, dose_due=True)
        history = decided.history
    assert decided is not None
    return safety.explain(label, decided)


def many() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Findings and people at random, for the rows of many."""
    random = np.random.default_rng(1)
    findings = {
        "time_day": np.full(MANY, 21.0), "platelets": random.uniform(20, 300, MANY),
        "alt_x_uln": random.uniform(0.3, 6, MANY), "ast_x_uln": random.uniform(0.3, 6, MANY),
        "bilirubin_x_uln": random.uniform(0.2, 2.5, MANY), "lvef": random.uniform(38, 70, MANY),
        "lvef_baseline": random.uniform(50, 70, MANY),
    }
    people = {
        "age_year": random.uniform(20, 80, MANY), "her2_positive": np.ones(MANY), "disease_stage": np.full(MANY, 2.0),
        "prior_trastuzumab": random.integers(0, 2, MANY).astype(float), "prior_taxane": np.ones(MANY),
        "lvef_pct": random.uniform(40, 70, MANY),
    }
    return findings, people


def rows() -> dict[str, tuple[Callable[[], Any], int]]:
    """What is timed, by name, with the number of patients."""
    label = safety.label.load("metastatic", "US")
    record = person.load(RECORD)
    calm = safety.Findings.of(**VISITS[0])
    held = label.decide(safety.Findings.of(**VISITS[1]), label.start(1), dose_due=True)
    recovered = safety.Findings.of(**VISITS[2])
    columns, people = many()
    crowd = safety.Findings.of(**columns)
    started = label.decide(crowd, label.start(MANY), dose_due=True).history
    return {
        "reference loop": (reference, 1),
        "check": (lambda: check(label), 1),
        "whole record": (lambda: person.check(record), 1),
        "findings": (lambda: safety.Findings.of(**VISITS[0]), 1),
        "decide, nothing open": (lambda: label.decide(calm, label.start(1), dose_due=True), 1),
        "decide, dose held before": (lambda: label.decide(recovered, held.history, dose_due=True), 1),
        "explain": (lambda: safety.explain(label, held), 1),
        "indication": (lambda: eligibility.indication(PERSON), 1),
        "warnings": (lambda: eligibility.warnings(PERSON), 1),
        "findings of many": (lambda: safety.Findings.of(**columns), MANY),
        "decide for many": (lambda: label.decide(crowd, started, dose_due=True), MANY),
        "indications of many": (lambda: eligibility.indication_table(people), MANY),
        "warnings of many": (lambda: eligibility.warning_table(people), MANY),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=25)
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    timed = rows()
    best = dict.fromkeys(timed, np.inf)
    for _ in range(chosen.rounds):
        for name, (action, _) in timed.items():
            calls, spent, start = 0, 0.0, time.perf_counter()
            while spent < ROUND_S:
                action()
                calls, spent = calls + 1, time.perf_counter() - start
            best[name] = min(best[name], spent / calls)
    loop = best["reference loop"]
    print(f"{'row':26} {'ms a call':>10} {'us a patient':>13} {'of the loop':>12}")
    for name, (_, patients) in timed.items():
        print(f"{name:26} {best[name] * 1e3:10.4f} {best[name] * 1e6 / patients:13.3f} {best[name] / loop:12.3f}")
    figures = {
        "checks_per_second": 1 / best["check"], "checks_per_reference_loop": loop / best["check"],
        "records_per_second": 1 / best["whole record"],
    }
    print(f"{figures['checks_per_second']:.0f} checks a second in one process; "
          f"{figures['checks_per_reference_loop']:.2f} checks in the time of the reference loop; "
          f"{figures['records_per_second']:.0f} whole records a second")
    if chosen.json:
        found = figures | {"seconds": best}
        chosen.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
