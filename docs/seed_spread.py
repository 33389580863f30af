"""How much a virtual EMILIA of the trial's own size varies by chance: one run a seed, share of rows inside.

Run: python docs/seed_spread.py 20. Prints, for each compared row, how often it lies inside the published interval,
and for each seed the number of rows inside and how far the row nearest to a bound is from it.
"""

from __future__ import annotations

import sys
from collections import Counter

from tdm1 import trial


def main(seeds: int) -> None:
    """Run the trial with seeds 1 to `seeds` and print the spread."""
    file = trial.load("emilia")
    inside: Counter[str] = Counter()
    rows = 0
    for seed in range(1, seeds + 1):
        result = trial.run(file, seed=seed)
        rows = len(result.comparison)
        inside.update(f"{row.arm}: {row.endpoint}" for row in result.comparison if row.within)
        margins = [
            min(row.simulated - row.lower95, row.upper95 - row.simulated) / (row.upper95 - row.lower95)
            for row in result.comparison
            if row.role == "calibrated"
        ]
        count = sum(row.within for row in result.comparison)
        print(f"seed {seed}: {count} of {rows} inside, smallest margin {min(margins):.2f} of an interval", flush=True)
    for row in result.comparison:
        name = f"{row.arm}: {row.endpoint}"
        print(f"{name}: inside in {inside[name]} of {seeds} ({row.role})")
    print(f"all rows and seeds: {100.0 * sum(inside.values()) / (rows * seeds):.1f} % inside")


main(int(sys.argv[1]))
