"""How long a user waits: the first result after an installation, later ones, and the imports. Fresh processes.

    python benchmarks/first_call.py [--json FILE]

"Empty" has an empty cache of compiled objects. Wanted: first call 10 s, to a warm kernel 0.3 s, `import tdm1` 0.3 s.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
_KERNEL = """
import time
start = time.perf_counter()
from tdm1 import engine
imported = time.perf_counter()
from tdm1 import mechanism
model = {model}
built = time.perf_counter()
kernel = engine.compile(model)
ready = time.perf_counter()
print(imported - start, built - imported, ready - built)
"""
_MODELS = {
    "t_dm1": "mechanism.t_dm1()",
    "full_t_dm1": "__import__('tdm1.mechanism.models', fromlist=['full']).full('t_dm1')",
}


def seconds(arguments: list[str], environment: dict[str, str]) -> tuple[float, str]:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=True)
    return time.perf_counter() - began, done.stdout


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TDM1_CACHE_DIR": folder}
        for name, model in _MODELS.items():
            program = ["-c", _KERNEL.format(model=model)]
            whole, told = seconds(program, environment)
            figures[f"{name}, empty cache: whole process"] = whole
            figures[f"{name}, empty cache: kernel"] = float(told.split()[2])
            runs = [seconds(program, environment) for _ in range(ROUNDS)]
            figures[f"{name}, warm: whole process"] = min(one for one, _ in runs)
            for place, what in enumerate(("import of the engine", "model", "kernel")):
                figures[f"{name}, warm: {what}"] = min(float(told.split()[place]) for _, told in runs)
            for path in Path(folder).glob("*.kernel"):
                path.write_bytes(path.read_bytes()[:-100])
            figures[f"{name}, damaged cache: kernel"] = float(seconds(program, environment)[1].split()[2])
        nothing = min(seconds(["-c", "pass"], environment)[0] for _ in range(ROUNDS))
        figures["python alone"] = nothing
        figures["import tdm1, less python"] = (
            min(seconds(["-c", "import tdm1"], environment)[0] for _ in range(ROUNDS)) - nothing
        )
        figures["tdm1 --help"] = min(seconds(["-m", "tdm1", "--help"], environment)[0] for _ in range(ROUNDS))
    for name, value in figures.items():
        print(f"{name:40} {value:7.3f} s")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
