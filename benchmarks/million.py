"""Time, memory and disk of large trials, each run by `tdm1 trial … --out` in a process of its own.

    python benchmarks/million.py [--patients 10000 30000 100000] [--workers K] [--json FILE]

Trial: Adjuvant T-DM1 (katherine), the trial's own model, tolerance and visits; every table is written. Memory is the
largest proportional set size (PSS) of the whole process tree, sampled from /proc, so Linux only; page cache is not
counted. Disk is the largest sum of the run directory and its unfinished parts, sampled. Start and the report's
pictures cost every run much the same, so the small runs are dear by the patient; "ms/more" is the time of each patient
beyond those of the run before, which must not grow. Wanted: that, and at most 4 GB for 1,000,000 patients
(`--patients 1000000`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (10_000, 30_000, 100_000)
TRIAL, SEED = "katherine", 1
SAMPLE_SECONDS, DISK_SECONDS = 0.25, 5.0


def tree(root: int) -> list[int]:
    """The process and all that descend from it."""
    found = [root]
    for pid in found:
        for listed in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found.extend(int(child) for child in listed.read_text("ascii").split())
            except OSError:
                continue
    return found


def memory_bytes(root: int) -> int:
    """Proportional set size of the process tree; a process that ended meanwhile counts as nothing."""
    total = 0
    for pid in tree(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def disk_bytes(folder: Path) -> int:
    """Size of all files below a folder; one that vanished meanwhile counts as nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total


def measured(patients: int, workers: int, folder: Path) -> dict[str, float]:
    """One run. Raises RuntimeError with what the run said when it fails."""
    out, said = folder / f"run-{patients}", folder / f"said-{patients}"
    command = [sys.executable, "-m", "tdm1", "trial", TRIAL, "--patients", str(patients), "--seed", str(SEED)]
    command += ["--workers", str(workers), "--out", str(out), "--json"]
    memory, disk, disk_at = 0, 0, 0.0
    began = time.perf_counter()
    with said.open("w", encoding="utf-8") as errors:
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            while run.poll() is None:
                memory = max(memory, memory_bytes(run.pid))
                if time.perf_counter() - disk_at > DISK_SECONDS:
                    disk, disk_at = max(disk, disk_bytes(folder)), time.perf_counter()
                time.sleep(SAMPLE_SECONDS)
        finally:
            if run.poll() is None:
                run.terminate()
                run.wait()
    seconds = time.perf_counter() - began
    if run.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {run.returncode}\n{said.read_text('utf-8')[-2000:]}")
    output = disk_bytes(out)
    return {
        "patients": patients, "workers": workers, "seconds": seconds, "ms_per_patient": 1e3 * seconds / patients,
        "peak_memory_gb": memory / 1e9, "peak_disk_gb": max(disk, output) / 1e9, "output_gb": output / 1e9,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--patients", type=int, nargs="+", default=list(SIZES))
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    rows: list[dict[str, float]] = []
    print("patients   seconds  ms/patient  to smallest  ms/more  memory GB  disk GB  output GB")
    for patients in sorted(chosen.patients):
        # A folder for each size, so that the disk holds one run at a time.
        with tempfile.TemporaryDirectory() as folder:
            row = measured(patients, chosen.workers, Path(folder))
        more, last = "-", rows[-1] if rows else None
        if last is not None and patients > last["patients"]:
            row["ms_per_more_patient"] = 1e3 * (row["seconds"] - last["seconds"]) / (patients - last["patients"])
            more = f"{row['ms_per_more_patient']:.3f}"
        rows.append(row)
        row["ms_per_patient_to_smallest"] = row["ms_per_patient"] / rows[0]["ms_per_patient"]
        print(
            f"{patients:8d} {row['seconds']:9.1f} {row['ms_per_patient']:11.3f}"
            f" {row['ms_per_patient_to_smallest']:12.2f} {more:>8} {row['peak_memory_gb']:10.2f}"
            f" {row['peak_disk_gb']:8.2f} {row['output_gb']:10.2f}", flush=True,
        )
        if chosen.json:
            chosen.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
