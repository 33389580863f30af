"""How much a virtual trial of its own size varies by chance: one run a seed, share of rows inside.

Run: python docs/seed_spread.py emilia 40. Prints for each seed how many rows lie inside the published interval, in all
and in the laboratory and adverse-event tables; then the mean over the seeds, and the rows that are outside most often.
"""

from __future__ import annotations

import sys
from collections import Counter

from tdm1 import trial

TABLES = ("labs.", "adverse_events.")


def main(name: str, seeds: int) -> None:
    """Run the trial with seeds 1 to `seeds` and print the spread."""
    file = trial.load(name)
    outside: Counter[str] = Counter()
    all_rows, table_rows = 0, 0
    inside_all, inside_tables = [], []
    for seed in range(1, seeds + 1):
        rows = trial.run(file, seed=seed).comparison
        tables = [row for row in rows if row.endpoint.startswith(TABLES)]
        all_rows, table_rows = len(rows), len(tables)
        inside_all.append(sum(row.within for row in rows))
        inside_tables.append(sum(row.within for row in tables))
        missed = [f"{row.arm}: {row.endpoint} ({row.role})" for row in rows if not row.within]
        outside.update(missed)
        named = [text.split(" (")[0] for text in missed if not any(kind in text for kind in TABLES)]
        print(
            f"seed {seed}: {inside_all[-1]} of {all_rows} inside; tables {inside_tables[-1]} of {table_rows}; "
            f"outside the tables: {', '.join(named) or 'none'}",
            flush=True,
        )
    print(f"mean: {sum(inside_all) / seeds:.1f} of {all_rows}; tables {sum(inside_tables) / seeds:.1f} of {table_rows}")
    for text, times in outside.most_common(25):
        print(f"outside in {times} of {seeds}: {text}")


main(sys.argv[1], int(sys.argv[2]))
