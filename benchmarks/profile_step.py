"""Where a step's time goes: right-hand side, factorisation, solves, exp and log, stage sums; and how far from the peak.

    python benchmarks/profile_step.py [--json FILE]

Parts of the compiled step are called alone, many times in a loop of compiled code. Calls of one part overlap in the
processor where in a step each waits for the one before, so the parts' sum is below the whole; what is left is called
waiting. exp, log and powers are what the step takes longer than with a product in their place. Operations are counted
in the assembly that the compiler was given: a fused product and sum is two.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import courses
import numpy as np
from courses import Course

from tdm1.engine import _machine, _step_code
from tdm1.engine._control import DECLARATIONS, WIDTHS
from tdm1.engine._rodas5p import STAGES
from tdm1.engine._statements import statements
from tdm1.engine._trace import trace
from tdm1.engine._vector_code import LANES, declarations
from tdm1.engine._workspace import aligned

ROUNDS, TURNS = 300, 100


def repeated(text: str) -> str:
    """For every function of the assembly one more, `again_NAME(n, ...)`, that calls it n times."""
    added: list[str] = []
    for name, given in re.findall(r"define (?:internal )?void @(\w+)\(([^)]*)\)", text):
        arguments = ", ".join(f"ptr %a{i}" for i in range(given.count("ptr")))
        added.append(
            f"define void @again_{name}(i64 %n, {arguments}) {{\nenter:\n  br label %turn\nturn:\n"
            f"  %i = phi i64 [ 0, %enter ], [ %next, %turn ]\n  call void @{name}({arguments})\n"
            '  call void asm sideeffect "", "~{memory}"()\n'
            "  %next = add i64 %i, 1\n  %more = icmp ult i64 %next, %n\n"
            "  br i1 %more, label %turn, label %end\nend:\n  ret void\n}\n"
        )
    return text + "\n".join(added)


def operations(text: str, name: str) -> int:
    """Floating-point operations of one call, a lane."""
    body = text.partition(f"@{name}(")[2].partition("\n}")[0]
    single = len(re.findall(r" = (?:fadd|fsub|fmul|fdiv) ", body)) + len(re.findall(r"@llvm\.sqrt", body))
    return single + 2 * len(re.findall(r"@llvm\.fmuladd", body))


def peak_per_second() -> float:
    """Products and sums a second that eight independent chains of fused operations reach, all lanes together."""
    width = _machine.vector_width()
    lines = ["define void @peak(ptr %x, i64 %n) {", "enter:"]
    vector = f"<{width} x double>"
    chains = 12
    lines += ["  br label %turn", "turn:", "  %i = phi i64 [ 0, %enter ], [ %next, %turn ]"]
    lines += [f"  %c{k} = phi {vector} [ zeroinitializer, %enter ], [ %d{k}, %turn ]" for k in range(chains)]
    factor = "<" + ", ".join(["double 0x3FEFFFFFFFFFFFFF"] * width) + ">"
    for k in range(chains):
        call = f"@llvm.fmuladd.v{width}f64({vector} %c{k}, {vector} {factor}, {vector} {factor})"
        lines.append(f"  %d{k} = call {vector} {call}")
    lines += ["  %next = add i64 %i, 1", "  %more = icmp ult i64 %next, %n", "  br i1 %more, label %turn, label %end"]
    lines.append("end:")
    for k in range(chains):
        lines.append(f"  %p{k} = getelementptr {vector}, ptr %x, i64 {k}")
        lines.append(f"  store {vector} %d{k}, ptr %p{k}, align 8")
    lines += ["  ret void", "}"]
    loaded = _machine.load(_machine.object_code(declarations(width) + "\n".join(lines), width))
    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(loaded.address("peak"))
    room, turns, best = aligned(chains * width), 20_000, np.inf
    for _ in range(200):
        began = time.perf_counter()
        call(room.ctypes.data, turns)
        best = min(best, time.perf_counter() - began)
    return 2.0 * chains * width * turns / best


def times_of(course: Course, without_functions: bool) -> tuple[dict[str, float], str]:
    """Nanoseconds of the step and its parts, best of many, and the assembly. Functions may be replaced by a product."""
    parts, width = statements(trace(course.model)), _machine.vector_width()
    product = {name: lambda writer, x, *_: writer.mul(x, writer.number(0.75)) for name in ("exp", "log", "pow")}
    with mock.patch.dict(_step_code._FUNCTIONS, product if without_functions else {}):
        functions, work = _step_code.model_functions(parts, width)
    code = declarations(width, *WIDTHS) + DECLARATIONS + repeated(functions.replace("define internal", "define"))
    loaded = _machine.load(_machine.object_code(code, width))
    sizes = {
        "state": parts.states, "new_state": parts.states, "slopes": parts.states + 1, "derived": len(parts.derived),
        "work": work, "parameters": parts.parameters, "inputs": parts.inputs, "h": 1, "error": 1,
    }  # fmt: skip
    room = {name: aligned(max(count, 1) * LANES) for name, count in sizes.items()}
    room["state"][:] = (1.5 * np.maximum(course.start[:LANES], 0.3)).T.ravel()
    room["parameters"][:] = course.parameters[:LANES].T.ravel()
    room["inputs"][:], room["h"][:], room["work"][:] = 100.0, 0.2, 1.0
    tolerance = np.full(2 * parts.states + 1, 1e-5)

    def run(name: str, *given: np.ndarray) -> Callable[[int], Any]:
        call = ctypes.CFUNCTYPE(None, ctypes.c_int64, *[ctypes.c_void_p] * len(given))(loaded.address(f"again_{name}"))
        return lambda turns: call(turns, *(array.ctypes.data for array in given))

    state, derived, scratch = room["state"], room["derived"], room["work"]
    run("prepare", room["parameters"], room["inputs"], derived)(1)
    timed = {
        "step": run("step", state, derived, room["h"], tolerance, scratch, room["new_state"], room["error"]),
        "first": run("first", state, derived, scratch),
        "stage": run("stage", derived, scratch, room["slopes"]),
        "rhs": run("rhs", state, derived, room["slopes"]),
    }
    best = dict.fromkeys(timed, np.inf)
    for _ in range(ROUNDS):
        for name, call in timed.items():
            began = time.perf_counter()
            call(TURNS)
            best[name] = min(best[name], (time.perf_counter() - began) / TURNS * 1e9)
    return best, functions


def profile(course: Course) -> dict[str, float]:
    """Nanoseconds of a step of a block of eight, by part, and its operations."""
    (best, text), (without, _) = times_of(course, False), times_of(course, True)
    number = LANES // _machine.vector_width()  # parts of a block
    rhs, functions = STAGES * best["rhs"], best["step"] - without["step"]
    solves = (STAGES - 1) * (number * best["stage"] - best["rhs"])
    factors = number * best["first"] - best["rhs"]
    states = len(course.model.states)
    count = operations(text, "first") + (STAGES - 1) * (operations(text, "stage") + STAGES * 2 * states)
    return {
        "step": best["step"], "exp and log": functions, "rest of the right-hand side": rhs - functions,
        "Jacobian, factorisation, first solve": factors, "other solves": solves,
        "stage sums, error and waiting": best["step"] - rhs - solves - factors, "operations": float(LANES * count),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    peak = peak_per_second()
    print(f"vectors of {_machine.vector_width()}, {LANES} patients a block; peak {peak / 1e9:.1f} GFlop/s a core")
    figures: dict[str, Any] = {"peak_per_second": peak}
    for course in (courses.benchmark(LANES), courses.product(LANES)):
        found = profile(course)
        figures[course.name] = found
        speed = found["operations"] / found["step"]
        print(f"\n{course.name}: {found['step']:.0f} ns a step of eight patients, {speed:.1f} GFlop/s, "
              f"{100 * speed * 1e9 / peak:.0f} % of the peak")
        for name, value in found.items():
            if name not in ("step", "operations"):
                print(f"  {name:40} {value:7.0f} ns {100 * value / found['step']:5.0f} %")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
