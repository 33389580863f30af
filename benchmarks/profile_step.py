"""Where a step's time goes: right-hand side, factorisation, solves, exp and log, stage sums; and how far from the peak.

    python benchmarks/profile_step.py [--json FILE]

Whole steps are timed in a loop of compiled code, with one part left out after the other: exp, log and powers replaced
by a product, the triangular solves of the stages left out, then the stages, then the first stage with Jacobian and
factorisation. What a step then takes less is that part's share; what remains are stage sums, new state and error.
Operations are counted in the assembly that the compiler was given: a fused product and sum is two. The peak is what
twelve independent chains of fused operations reach.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import courses
import numpy as np
from courses import Course

from tdm1.engine import _machine, _step_code
from tdm1.engine._control import DECLARATIONS, WIDTHS
from tdm1.engine._rodas5p import STAGES
from tdm1.engine._statements import Statements, statements
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


def variants(course: Course) -> tuple[dict[str, tuple[str, int]], Statements]:
    """Assembly of the model's functions and length of `work`, whole and with parts left out."""
    parts, width = statements(trace(course.model)), _machine.vector_width()
    graph = parts.graph
    product = {name: lambda writer, x, *_: writer.mul(x, writer.number(0.75)) for name in ("exp", "log", "pow")}
    bare = replace(parts, stage=tuple(graph.add(slope, graph.leaf("sum", i)) for i, slope in enumerate(parts.rhs)))
    found = {"whole": _step_code.model_functions(parts, width)}
    with mock.patch.dict(_step_code._FUNCTIONS, product):
        found["without exp, log"] = _step_code.model_functions(parts, width)
    found["without solves"] = _step_code.model_functions(bare, width)
    text, work = found["whole"]
    text = text.replace("call void @stage(", "; call void @stage(")
    found["without stages"] = text, work
    found["without first"] = text.replace("call void @first(", "; call void @first("), work
    return found, parts


def stepper(course: Course, parts: Statements, functions: str, work: int) -> Callable[[int], Any]:
    """Does so many steps of one block, from its own arrays."""
    width = _machine.vector_width()
    code = declarations(width, *WIDTHS) + DECLARATIONS + repeated(functions.replace("define internal", "define"))
    loaded = _machine.load(_machine.object_code(code, width))
    sizes = {
        "state": parts.states, "new_state": parts.states, "derived": len(parts.derived), "work": work,
        "parameters": parts.parameters, "inputs": parts.inputs, "h": 1, "error": 1,
    }  # fmt: skip
    memory = aligned(sum(max(count, 1) for count in sizes.values()) * LANES)
    room: dict[str, np.ndarray] = {}
    for name, count in sizes.items():
        start = sum(len(array) for array in room.values())
        room[name] = memory[start : start + max(count, 1) * LANES]
    room["state"][:] = (1.5 * np.maximum(course.start[:LANES], 0.3)).T.ravel()
    room["parameters"][:] = course.parameters[:LANES].T.ravel()
    room["inputs"][:], room["h"][:], room["work"][:] = 100.0, 0.2, 1.0
    tolerance = np.full(2 * parts.states + 1, 1e-5)

    def run(name: str, *given: np.ndarray) -> Callable[[int], Any]:
        call = ctypes.CFUNCTYPE(None, ctypes.c_int64, *[ctypes.c_void_p] * len(given))(loaded.address(f"again_{name}"))

        def turn(turns: int, keep: Any = loaded) -> None:  # the code lives as long as `keep` does
            call(turns, *(array.ctypes.data for array in given))

        return turn

    run("prepare", room["parameters"], room["inputs"], room["derived"])(1)
    given = [room[name] for name in ("state", "derived", "h", "work", "new_state", "error")]
    return run("step", *given[:3], tolerance, *given[3:])


def profile(course: Course) -> dict[str, float]:
    """Nanoseconds of a step of a block of eight, by part, and its operations."""
    found, parts = variants(course)
    steps = {name: stepper(course, parts, *given) for name, given in found.items()}
    best = dict.fromkeys(steps, np.inf)
    for _ in range(ROUNDS):
        for name, call in steps.items():
            began = time.perf_counter()
            call(TURNS)
            best[name] = min(best[name], (time.perf_counter() - began) / TURNS * 1e9)
    text, whole = found["whole"][0], best["whole"]
    functions = whole - best["without exp, log"]
    count = operations(text, "first") + (STAGES - 1) * (operations(text, "stage") + STAGES * 2 * parts.states)
    return {
        "step": whole,
        "exp, log": functions,
        "right-hand side of stages 2 to 8, less exp, log": best["without solves"] - best["without stages"]
        - functions * (STAGES - 1) / STAGES,
        "solves of stages 2 to 8": whole - best["without solves"],
        "stage 1, less exp, log: right-hand side, Jacobian, factorisation, solve": best["without stages"]
        - best["without first"] - functions / STAGES,
        "stage sums, new state, error": best["without first"],
        "operations": float(LANES * count),
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
                print(f"  {name:72} {value:6.0f} ns {100 * value / found['step']:4.0f} %")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
