"""Time, memory and disk of large trials: do they grow in proportion to the patients?

    python benchmarks/million.py [--patients 10000 100000] [--workers 2] [--trial katherine] [--json FILE]
    python benchmarks/million.py --patients 1000000        # about twenty minutes on two cores

Each size runs as a process of its own with --out, as a user would run it. Memory is the proportional set size of that
process and its workers together (Linux), read four times a second, so memory that they share counts once.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def family(process: int) -> list[int]:
    """The process and all that it started."""
    found = [process]
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [one for child in task.read_text().split() for one in family(int(child))]
        except OSError:
            continue
    return found


def held_bytes(process: int) -> int:
    total = 0
    for one in family(process):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def measure(trial: str, patients: int, workers: int, folder: Path) -> dict[str, Any]:
    out = folder / str(patients)
    command = ["-m", "tdm1", "trial", trial, "--patients", str(patients), "--workers", str(workers)]
    began, most = time.perf_counter(), 0
    process = subprocess.Popen(
        [sys.executable, *command, "--out", str(out), "--json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None:
        most = max(most, held_bytes(process.pid))
        time.sleep(0.25)
    if process.returncode:
        raise SystemExit(f"{patients} patients: tdm1 ended with {process.returncode}")
    seconds = time.perf_counter() - began
    result = json.loads((out / "result.json").read_text("utf-8"))
    return {
        "patients": patients, "seconds": seconds, "milliseconds_a_patient": 1e3 * seconds / patients,
        "gigabytes": most / 1e9, "disk_gigabytes": sum(path.stat().st_size for path in out.iterdir()) / 1e9,
        "failed_solves": result["failed_solves"],
    }  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--patients", type=int, nargs="+", default=[10_000, 100_000])
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--trial", default="katherine")
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    print("patients  seconds  ms a patient  memory GB  disk GB  failed solves", flush=True)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for patients in chosen.patients:
            row = measure(chosen.trial, patients, chosen.workers, Path(folder))
            rows.append(row)
            print(
                f"{patients:8d} {row['seconds']:8.0f} {row['milliseconds_a_patient']:13.2f} {row['gigabytes']:10.2f}"
                f" {row['disk_gigabytes']:8.2f} {row['failed_solves']:14d}",
                flush=True,
            )
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
