"""The benchmark model for mrgsolve: written out from our own equations, and run where R and mrgsolve are installed.

From the folder benchmarks, `python -m peers.mrgsolve` writes benchmark.cpp anew, and with `--check` exits with 1 unless
it is what would be written.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import benchmark_model
import numpy as np
import sympy
from sympy.printing.c import C99CodePrinter

from tdm1.mechanism import Model

FOLDER = Path(__file__).parent
MODEL_FILE, SCRIPT = FOLDER / "benchmark.cpp", FOLDER / "run.R"
#: Forks of R; mrgsolve itself uses one core.
PROCESSES = 2


def model_text(model: Model) -> str:
    """The model as mrgsolve reads it; infusions come as dosing records into the states that have the input."""
    states = [sympy.Symbol(name) for name in model.states]
    parameters = [sympy.Symbol(name) for name in model.parameters]
    slopes = model.derivatives(list(states), list(parameters), [0.0])
    shared, reduced = sympy.cse([sympy.sympify(slope) for slope in slopes], symbols=sympy.numbered_symbols("shared"))
    start = model.initial(list(parameters))
    printer = C99CodePrinter({"user_functions": {"Exp": "exp", "Log": "log"}})
    typical = ", ".join(f"{name}={benchmark_model.TYPICAL[name]!r}" for name in model.parameters)
    initial = [
        f"{name}_0 = {printer.doprint(sympy.sympify(value))};"
        for name, value in zip(model.states, start, strict=True)
        if value != 0.0
    ]
    return "\n".join(
        [
            "$PROB",
            "Benchmark model of the tdm1 engine, written by benchmarks/peers/mrgsolve.",
            "$PARAM",
            typical,
            "$CMT",
            " ".join(model.states),
            "$MAIN",
            *initial,
            "$ODE",
            *(f"double {name} = {printer.doprint(value)};" for name, value in shared),
            *(f"dxdt_{state} = {printer.doprint(value)};" for state, value in zip(model.states, reduced, strict=True)),
            "",
        ]
    )


def evaluate(text: str, states: dict[str, float], parameters: dict[str, float]) -> dict[str, float]:
    """The slopes that the $ODE block of a model file gives, by state. Its C is plain enough to be read by Python."""
    scope: dict[str, Any] = {"exp": np.exp, "log": np.log, "pow": np.power, "sqrt": np.sqrt, **states, **parameters}
    for line in text.partition("$ODE\n")[2].splitlines():
        name, _, value = line.removeprefix("double ").rstrip(";").partition(" = ")
        if name:
            scope[name] = eval(value, {"__builtins__": {}}, scope)
    return {state: float(scope[f"dxdt_{state}"]) for state in states}


def available() -> bool:
    """Whether R with mrgsolve is installed here."""
    r = shutil.which("Rscript")
    if r is None:
        return False
    wanted = "quit(status = !requireNamespace('mrgsolve', quietly = TRUE))"
    return subprocess.run([r, "-e", wanted], capture_output=True, check=False).returncode == 0


def run(parameters: np.ndarray, relative_tolerance: float) -> tuple[float, np.ndarray]:
    """Seconds of the best of three runs, and the weekly states (N, 42, S), by mrgsolve in two forks.

    parameters (N, P) in the order of the benchmark model. Raises CalledProcessError when R fails.
    """
    model = benchmark_model.MODEL
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "patients.csv", Path(folder) / "states.csv"
        numbered = np.column_stack([np.arange(1, len(parameters) + 1), parameters])
        np.savetxt(given, numbered, delimiter=",", header=",".join(["ID", *model.parameters]), comments="", fmt="%.17g")
        dose = [
            benchmark_model.DOSE_NMOL, benchmark_model.FIRST_INFUSION_DAY, benchmark_model.INFUSION_DAY,
            benchmark_model.CYCLES,
        ]  # fmt: skip
        arguments = [str(one) for one in (FOLDER, given, found, relative_tolerance, PROCESSES, *dose)]
        told = subprocess.run(["Rscript", str(SCRIPT), *arguments], capture_output=True, text=True, check=True).stdout
        rows = np.loadtxt(found, delimiter=",", skiprows=1)
    weekly = rows.reshape(len(parameters), -1, len(model.states) + 2)[:, 1:, 2:]
    return float(told.split()[-1]), weekly
