"""The vectorised decision beside the naive one: 100,000 random histories, every visit, every answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from safety.naive_label import TABLE, new_patient, visit

from tdm1 import safety

# Each lab draws from a usual value, from the printed edges and from both sides of them.
PALETTES = {
    "alt_x_uln": ([1.0, 0.6], [2.5, 2.51, 3.0, 3.01, 5.0, 5.01, 8.0, 20.0, 20.01]),
    "ast_x_uln": ([1.0, 0.6], [2.5, 2.51, 3.0, 3.01, 5.0, 5.01, 8.0, 20.0, 20.01]),
    "bilirubin_x_uln": ([0.5, 1.0], [1.5, 1.51, 2.0, 2.01, 3.0, 3.01, 10.0, 10.01]),
    "platelets": ([250.0, 120.0, 75.0], [74.9, 50.0, 49.9, 25.0, 24.9, 5.0]),
    "lvef": ([62.0, 55.0], [45.1, 45.0, 43.3, 40.0, 39.9, 30.0]),
    "lvef_baseline": ([62.0, 55.0], [49.9, 50.0, 53.3, 55.1, 45.0]),
    "nodular_regenerative_hyperplasia": ([0.0], [1.0]),
    "symptomatic_heart_failure": ([0.0], [1.0]),
    "pneumonitis": ([0.0], [1.0]),
    "neuropathy_grade": ([0.0, 1.0, 2.0], [3.0, 4.0]),
    "haemorrhage_grade": ([0.0, 1.0], [2.0, 3.0, 4.0]),
    "other_event": ([0.0], [1.0, 2.0, 3.0, 4.0]),
}
BAD = {"nodular_regenerative_hyperplasia": 0.004, "symptomatic_heart_failure": 0.004, "pneumonitis": 0.004,
       "other_event": 0.05, "neuropathy_grade": 0.05, "lvef_baseline": 0.3}
ORDER = ("alt_x_uln", "ast_x_uln", "bilirubin_x_uln", "platelets", "lvef", "lvef_baseline",
         "nodular_regenerative_hyperplasia", "symptomatic_heart_failure", "pneumonitis", "neuropathy_grade",
         "haemorrhage_grade", "other_event")


def _draw(random: np.random.Generator, patients: int) -> dict[str, np.ndarray]:
    columns = {}
    for name, (usual, edges) in PALETTES.items():
        bad = random.random(patients) < BAD.get(name, 0.12)
        values = np.where(bad, random.choice(edges, patients), random.choice(usual, patients))
        missing = random.random(patients) < (0.5 if name == "lvef" else 0.08)
        columns[name] = np.where(missing, np.nan, values)
    return columns


def _plain(array: np.ndarray) -> list[float | None]:
    return [None if value != value else value for value in array.tolist()]


def _first_disagreement(label: safety.Label, patients: int, visits: int, seed: int, required: tuple[str, ...],
                        deciders: set[str]) -> str:
    """Both functions on the same random people; the first difference in words, or nothing."""
    ids = np.array([*label.rule_ids, ""])
    place = {rule: index for index, rule in enumerate(label.rule_ids)}
    random = np.random.default_rng(seed)
    history = label.start(patients)
    people = [new_patient() for _ in range(patients)]
    day = np.zeros(patients)
    for number in range(visits):
        day = day + random.choice([0.0, 3.0, 7.0, 21.0], patients)
        due = random.random(patients) < 0.6
        columns = _draw(random, patients)
        decided = label.decide(safety.Findings.of(time_day=day, **columns), history, dose_due=due, required=required)
        history = decided.history
        rows = zip(people, day.tolist(), due.tolist(), *(_plain(columns[name]) for name in ORDER), strict=True)
        naive = [visit(*row, required=required) for row in rows]
        actions, rules, levels, given, seen = zip(*naive, strict=True)
        expected = np.zeros_like(decided.fired)
        for patient, found in enumerate(seen):
            for rule in found:
                if rule in place:
                    expected[patient, place[rule]] = True
        wrong = np.flatnonzero(
            (np.array(safety.ACTION_NAMES)[decided.action] != np.array(actions))
            | (ids[decided.rule] != np.array(rules))
            | (decided.given != np.array(given))
            | (np.asarray(label.levels_mg_per_kg)[decided.level] != np.array(levels))
            | (decided.fired != expected).any(axis=1)
        )
        deciders |= set(rules)
        if len(wrong):
            who = int(wrong[0])
            told, values = safety.explain(label, decided, who), {name: column[who] for name, column in columns.items()}
            return f"visit {number}, patient {who}: {told}; naively {naive[who]}, on {values}"
    return ""


def test_decisions_on_100000_random_histories_against_naive_function():
    deciders: set[str] = set()
    label = safety.label.load("metastatic", "US")
    assert not _first_disagreement(label, 100_000, 5, 20261123, safety.BEFORE_EVERY_DOSE, deciders)
    # The histories are worth something only when every row decided somewhere; M18 never decides by design.
    assert deciders == {*TABLE, ""} - {"M18"}


@pytest.mark.parametrize("required", [("platelets", "alt", "ast"), ("platelets",), ()])
def test_decisions_with_fewer_required_labs_against_naive_function(required):
    assert not _first_disagreement(safety.label.load("metastatic", "US"), 2_000, 8, 7, required, set())


def _mutants() -> list[tuple[str, safety.Label]]:
    """The label with one small fault each: an edge opened or closed, a bound moved, a row changed."""
    label = safety.label.load("metastatic", "US")
    found: list[tuple[str, safety.Label]] = []

    def add(name: str, index: int, rule: safety.Rule) -> None:
        rules = (*label.rules[:index], rule, *label.rules[index + 1:])
        found.append((f"{rule.id} {name}", replace(label, rules=rules)))

    def conditions(index: int, rule: safety.Rule, parts: tuple, name: str, put: Callable) -> None:
        for number, part in enumerate(parts):
            for place, one in enumerate(part):
                changes = {}
                step = 1.0 if one.basis == "grade" else 0.3 * (one.lower or one.upper or 0)
                if one.lower is not None:
                    changes["lower up"] = {"lower": one.lower + step}
                    changes["lower edge"] = {"lower_closed": not one.lower_closed}
                if one.upper is not None:
                    changes["upper down"] = {"upper": one.upper - step}
                    changes["upper edge"] = {"upper_closed": not one.upper_closed}
                for what, change in changes.items():
                    part_now = (*part[:place], replace(one, **change), *part[place + 1:])
                    parts_now = (*parts[:number], part_now, *parts[number + 1:])
                    add(f"{name} {number}.{place} {what}", index, put(rule, parts_now))

    for index, rule in enumerate(label.rules):
        conditions(index, rule, rule.when, "finding", lambda rule, parts: replace(rule, when=parts))
        if rule.until:
            conditions(index, rule, (rule.until,), "recovery", lambda rule, parts: replace(rule, until=parts[0]))
        if rule.action == "hold":
            other = "same" if rule.resume == "one_level_lower" else "one_level_lower"
            add("resumes otherwise", index, replace(rule, resume=other))
            add("stops instead", index, replace(rule, action="stop"))
        if rule.action == "stop":
            add("gives instead", index, replace(rule, action="give"))
        if rule.stop_if_not_recovered:
            add("never confirmed", index, replace(rule, stop_if_not_recovered=False))
        if rule.action == "judgement":
            add("acts", index, replace(rule, action="stop"))
        add("on dose days only", index, replace(rule, dose_day_only=True))
    return found


def test_every_small_fault_of_the_table_is_seen_by_naive_function_or_checker():
    mutants = _mutants()
    assert len(mutants) > 100
    survived = [name for name, label in mutants
                if not _first_disagreement(label, 1_500, 6, 3, safety.BEFORE_EVERY_DOSE, set())
                and safety.check_rules(label).ok]
    assert not survived
