"""Trial files for the tests: EMILIA itself, and a user's own."""

from __future__ import annotations

import re

from tdm1 import trial

#: EMILIA's file, with a seed of 1 whatever its own.
EMILIA = re.sub(r"^seed: \d+.*$", "seed: 30", trial.load("emilia").text, flags=re.MULTILINE)

OWN = """\
name: weekly
title: T-DM1 every week in a third line
setting: metastatic
ctcae: "5.0"
period: {first_patient: 2020-01-01, last_patient: 2020-12-31, data_cut: 2022-01-01}
population:
  based_on: emilia
  weight_kg: {distribution: constant, value: 60}
  prior_lines: {distribution: constant, value: 3}
eligibility: {criteria: []}
visits: {labs_on_cycle_days: [1], scan_every: 42 day}
arms:
  weekly:
    kind: t_dm1
    patients: 40
    dose: 2.4 mg/kg
    every: 7 day
    first_infusion: 90 min
    later_infusion: 30 min
    cycles: 4
    longest_delay: 21 day
    other_events: {delay: 0 1, reduction: 0 1, stop: 0 1}
"""


def changed(text: str, old: str, new: str) -> str:
    """The text with one piece replaced, which must be there."""
    assert old in text, old
    return text.replace(old, new, 1)


def line_of(text: str, piece: str) -> int:
    """Number of the first line (from 1) that holds the piece."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if piece in line)
