"""The same courses by SciPy's LSODA and SUNDIALS' CVODE with a compiled right-hand side, and by the prototype.

`peers.mrgsolve` has the benchmark model for mrgsolve.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from courses import Array, Course
from numba import njit
from scipy.integrate import solve_ivp
from sksundae.cvode import CVODE
from sympy.printing.pycode import PythonCodePrinter

from tdm1.mechanism import Model


def compiled_rhs(model: Model) -> Callable[[Array, Array, float, Array], None]:
    """rhs(y, parameters, rate, out): the model's equations, common subexpressions by SymPy, compiled by numba."""
    states = sympy.symbols(f"y:{len(model.states)}")
    parameters = sympy.symbols(f"p:{len(model.parameters)}")
    rate = sympy.Symbol("rate")
    # Courses have one infusion; the other inputs are not used.
    slopes = model.derivatives(list(states), list(parameters), [rate, *[0.0] * (len(model.inputs) - 1)])
    shared, reduced = sympy.cse([sympy.sympify(slope) for slope in slopes])
    printer = PythonCodePrinter({"user_functions": {"Exp": "exp", "Log": "log"}, "fully_qualified_modules": False})
    lines = ["def rhs(y, p, rate, out):"]
    lines += [f"  y{i} = y[{i}]" for i in range(len(states))]
    lines += [f"  p{i} = p[{i}]" for i in range(len(parameters))]
    lines += [f"  {name} = {printer.doprint(value)}" for name, value in shared]
    lines += [f"  out[{i}] = {printer.doprint(value)}" for i, value in enumerate(reduced)]
    scope: dict[str, Any] = {}
    exec("from math import exp, log, sqrt\n" + "\n".join(lines), scope)
    return njit(error_model="numpy")(scope["rhs"])


def run_lsoda(course: Course, rhs: Any, relative_tolerance: float, patients: int) -> Array:
    """Weekly states by scipy.integrate.solve_ivp(method='LSODA')."""
    allowed = relative_tolerance * np.array([state.scale for state in course.model.state_table])
    out = np.empty(course.start.shape[1])

    def piece(state: Array, parameters: Array, days: float, rate: float) -> Array:
        def slopes(t: float, y: Array) -> Array:
            rhs(y, parameters, rate, out)
            return out

        return solve_ivp(slopes, (0.0, days), state, method="LSODA", rtol=relative_tolerance, atol=allowed).y[:, -1]

    return _patient_by_patient(course, piece, patients)


def run_cvode(course: Course, rhs: Any, relative_tolerance: float, patients: int) -> Array:
    """Weekly states by SUNDIALS' CVODE (BDF, dense) through scikit-sundae."""
    allowed = relative_tolerance * np.array([state.scale for state in course.model.state_table])

    def piece(state: Array, parameters: Array, days: float, rate: float) -> Array:
        def slopes(t: float, y: Array, out: Array) -> None:
            rhs(y, parameters, rate, out)

        solver = CVODE(slopes, rtol=relative_tolerance, atol=allowed, max_num_steps=100_000)
        return np.array(solver.solve(np.array([0.0, days]), state).y[-1])

    return _patient_by_patient(course, piece, patients)


def _patient_by_patient(course: Course, piece: Callable[[Array, Array, float, float], Array], patients: int) -> Array:
    kept = []
    for patient in range(patients):
        state, weekly = course.start[patient], []
        for days, rate, keep in course.phases(patient):
            state = piece(state, course.parameters[patient], days, rate)
            if keep:
                weekly.append(state)
        kept.append(weekly)
    return np.array(kept)


_PROTOTYPE = """
import sys, time
sys.argv = ["llv.py", "r5"]
import numpy as np
import llv
from model import *
import emit2
P = population({patients}); Y0 = init(P); D = emit2.derived(P)
atol = np.array([1e-3] * 4 + [1e-4] * 15 + [1e-4] + [1e-3] * 5 + [1e-5] + [1e-4] * 5 + [1e-3] * 2)
def go(r):
    tol = np.ascontiguousarray(np.repeat(np.concatenate([[r], atol * r / 1e-4])[:, None], 8, 1))
    return llv.simulate(D, Y0, NCYC, 42, DOSE, TI1, TI, tol, 0, 1e-3)[0]
go(1e-3)
print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter(); found = go(float(line)); spent = time.perf_counter() - start
    np.save("{answer}", found[..., :7])
    print("spent", spent, flush=True)
"""


class Prototype:
    """The measured prototype, run from its own folder in a process of its own; it starts on construction."""

    def __init__(self, folder: Path, patients: int, answer: Path) -> None:
        self._answer = answer
        program = _PROTOTYPE.format(patients=patients, answer=answer)
        self._process = subprocess.Popen(
            [sys.executable, "-c", program], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._wait_for("ready")

    def _wait_for(self, word: str) -> list[str]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(word):
                return line.split()
        raise SystemExit(f"the prototype ended without saying '{word}'")

    def run(self, relative_tolerance: float) -> tuple[float, Array]:
        """Seconds, and the compared outputs (N, 42, 7)."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{relative_tolerance}\n")
        self._process.stdin.flush()
        seconds = float(self._wait_for("spent")[1])
        return seconds, np.load(self._answer)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
