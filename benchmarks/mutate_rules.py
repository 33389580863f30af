"""Mutation test of the label rules: one small fault at a time in code or rule file; do the tests see it?

    python benchmarks/mutate_rules.py [--sample 60] [--only _decide.py] [--workers 2] [--json FILE]

Faults in code: comparisons moved or turned, and/or swapped, a not removed, numbers moved by one, min/max and any/all
swapped. Faults in rule files: a threshold moved, an edge opened or closed, an action, a dose after recovery or a
recovery changed, a condition or a whole row taken out. Each is tried in a process of its own, without touching a file.
A fault that the reader of the rule files refuses is no fault that could ship; it is counted apart.
Exit status 1 when fewer than 95 % are caught.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import json
import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
CODE = ("_decide.py", "_match.py", "_table.py", "_rule.py", "grades.py")
RULES = ("us_metastatic.yaml", "us_early.yaml", "eu_metastatic.yaml", "eu_early.yaml", "trial_practice.yaml")
#: Fast tests, the quickest to notice first; the long ones prove the same on more people.
TESTS = ("test_rules.py", "test_grades.py", "test_against_naive.py", "test_delayed_doses.py", "test_people.py",
         "test_decisions.py")
LEFT_OUT = "not on_random_histories and not every_small_fault and not checker and not uneven"
SURVIVED, CAUGHT, REFUSED = 0, 1, 3
ENOUGH = 0.95
LONGEST_SECOND = 120.0

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "maximum": "minimum", "minimum": "maximum",
         "argmax": "argmin", "argmin": "argmax"}


@dataclass(frozen=True)
class Mutant:
    """One fault: the file it is in, what was changed, and the changed text."""

    file: str
    what: str
    text: str


def _annotations(tree: ast.AST) -> set[int]:
    """Nodes that only name types or make a class immutable: a fault in them decides nothing."""
    roots: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            roots.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            roots.append(node.returns)
        elif isinstance(node, ast.ClassDef):
            roots += node.decorator_list
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            roots.append(node.value)  # a name for a type, such as Literal[...]
    return {id(part) for root in roots if root is not None for part in ast.walk(root)}


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """What can be changed at a node: words, how to do it, how to undo it."""

    def put(owner: Any, name: str, new: Any) -> tuple[str, Callable[[], None], Callable[[], None]]:
        old = getattr(owner, name)
        said = f"{getattr(old, 'attr', None) or type(old).__name__ if isinstance(old, ast.AST) else old!r}"
        told = type(new).__name__ if isinstance(new, ast.AST) else repr(new)
        return f"{said} -> {told}", lambda: setattr(owner, name, new), lambda: setattr(owner, name, old)

    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield put(node, "ops", [SWAPS[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign) and type(node.op) in SWAPS:
        yield put(node, "op", SWAPS[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        # Twice turned is not turned.
        inner = node.operand
        yield put(node, "operand", ast.copy_location(ast.UnaryOp(op=type(node.op)(), operand=inner), inner))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield put(node, "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield put(node, "value", node.value + 1)
        yield put(node, "value", node.value - 1)
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield put(node, "attr", NAMES[node.attr])
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield put(node, "id", NAMES[node.id])


def code_mutants(name: str) -> Iterator[Mutant]:
    tree = ast.parse((ROOT / "src/tdm1/safety" / name).read_text("utf-8"))
    types = _annotations(tree)
    for node in ast.walk(tree):
        if id(node) in types:
            continue
        for said, do, undo in _changes(node):
            do()
            text = ast.unparse(ast.fix_missing_locations(tree))
            yield Mutant(name, f"line {getattr(node, 'lineno', 0)}: {said}", text)
            undo()


def _moved(text: str, name: str) -> Iterator[Mutant]:
    """Thresholds up and down, and edges opened or closed, in the text as it stands."""
    for found in re.finditer(r"&(\w+) ([\d.]+)", text):
        line = text[text.rindex("\n", 0, found.start()) + 1:].split(":")[0]
        whole = "grade" in line or "delays" in line or "day" in line
        value = float(found[2])
        for moved in (value + 1, value - 1) if whole else (value * 1.02, value * 0.98):
            changed = f"{text[:found.start(2)]}{moved:g}{text[found.end(2):]}"
            yield Mutant(name, f"{found[1]} {value:g} -> {moved:g}", changed)
    edges = {"over": "from", "from": "over", "up_to": "below", "below": "up_to"}
    rules = text.index("\nrules:")
    for found in re.finditer(r"\b(over|from|up_to|below): \*", text[rules:]):
        start = rules + found.start(1)
        row = re.findall(r"\n  (\w+):\n", text[rules:start])[-1]
        changed = f"{text[:start]}{edges[found[1]]}{text[start + len(found[1]):]}"
        yield Mutant(name, f"{row}: {found[1]} -> {edges[found[1]]}, place {start}", changed)


_OF_HOLD = ("until", "resume", "repeat_within_day", "if_repeat_not_recovered", "after_delays", "team_may_lower")


def _row_changes(rule: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A rule with one thing changed, and what it was."""

    def without(*keys: str, **new: Any) -> dict[str, Any]:
        return {**{key: value for key, value in deepcopy(rule).items() if key not in keys}, **new}

    other = {"hold": ("give", "stop"), "stop": ("give", "judgement"), "give": ("stop",), "judgement": ("stop",),
             "reduce": ("give",)}
    for action in other[rule["action"]]:
        yield f"{rule['action']} -> {action}", without(*_OF_HOLD, action=action)
    if rule["action"] == "hold":
        turned = "same" if rule["resume"] == "one_level_lower" else "one_level_lower"
        yield f"resume {turned}", without("after_delays", resume=turned)
    yield "dose day turned", without(on_dose_day_only=not rule.get("on_dose_day_only", False))
    for key in ("if_repeat_not_recovered", "repeat_within_day", "after_delays", "team_may_lower"):
        if key in rule:
            also = "if_repeat_not_recovered" if key == "repeat_within_day" else ""
            yield f"without {key}", without(key, also)
    for key in ("when", "until"):
        part = rule.get(key)
        joined = next((how for how in ("any", "all") if isinstance(part, dict) and how in part), None)
        for place in range(len(part[joined]) if joined else len(part) if isinstance(part, list) else 0):
            listed = part[joined] if joined else part
            fewer = [*listed[:place], *listed[place + 1:]]
            yield f"{key} without part {place}", without(**{key: {joined: fewer} if joined else fewer})


def rule_mutants(name: str) -> Iterator[Mutant]:
    text = (ROOT / "src/tdm1/evidence/rules" / name).read_text("utf-8")
    yield from _moved(text, name)
    document = yaml.safe_load(text)
    for row, rule in document["rules"].items():
        for said, changed in _row_changes(rule):
            mutated = {**document, "rules": {**document["rules"], row: changed}}
            yield Mutant(name, f"{row}: {said}", yaml.safe_dump(mutated, sort_keys=False))
        fewer = {key: value for key, value in document["rules"].items() if key != row}
        yield Mutant(name, f"{row}: taken out", yaml.safe_dump({**document, "rules": fewer}, sort_keys=False))


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module of the safety floor with the mutant's text."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.text = f"tdm1.safety.{mutant.file.removesuffix('.py')}", mutant.text

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: Any) -> None:
        exec(compile(self.text, self.name, "exec"), module.__dict__)


def _try(mutant: Mutant | None, show: bool = False) -> int:
    """In a process of its own: the outcome of the tests with the mutant in place."""
    if not show:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
    for name in [name for name in sys.modules if name.split(".")[:2] == ["tdm1", "safety"]]:
        del sys.modules[name]
    vars(sys.modules["tdm1"]).pop("safety", None)
    if mutant is not None and mutant.file.endswith(".py"):
        sys.meta_path.insert(0, _Mutated(mutant))
    elif mutant is not None:
        from tdm1.safety import SafetyError, _rulefile, label

        shipped = _rulefile.texts()
        _rulefile.texts = lambda: {**shipped, mutant.file: mutant.text}
        try:
            for setting in ("metastatic", "early"):
                for region in ("US", "EU"):
                    label.load(setting, region)
        except SafetyError:
            return REFUSED
    import pytest

    tests = [str(ROOT / "tests/safety" / name) for name in TESTS]
    options = ["-x", "-q", "-k", LEFT_OUT, "-p", "no:cacheprovider", "--hypothesis-profile=quick"]
    return SURVIVED if pytest.main([*options, *tests]) == 0 else CAUGHT


def run(mutants: list[Mutant | None], workers: int, show: bool = False) -> list[int]:
    """Outcome of each mutant; one that does not end in time counts as caught."""
    outcomes = [CAUGHT] * len(mutants)
    running: dict[int, tuple[int, float]] = {}
    waiting = list(enumerate(mutants))[::-1]
    while waiting or running:
        while waiting and len(running) < workers:
            number, mutant = waiting.pop()
            child = os.fork()
            if child == 0:
                try:
                    os._exit(_try(mutant, show))
                except BaseException:
                    os._exit(CAUGHT)
            running[child] = number, time.monotonic()
        for child, (number, began) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                outcomes[number] = os.waitstatus_to_exitcode(status)
                del running[child]
                fault = mutants[number]
                if fault is not None and outcomes[number] == SURVIVED:
                    print(f"survived: {fault.file}: {fault.what}", flush=True)
            elif time.monotonic() - began > LONGEST_SECOND:
                os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
    return [outcome if outcome in (SURVIVED, REFUSED) else CAUGHT for outcome in outcomes]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="try this many, drawn by chance")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="faults in this file alone")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    os.chdir(ROOT)
    import hypothesis
    import polars  # noqa: F401  (read once here, not in every process)
    import pytest  # noqa: F401

    import tdm1.evidence
    import tdm1.safety

    tdm1.evidence.facts()
    quick = {"max_examples": 25, "derandomize": True, "deadline": None}
    hypothesis.settings.register_profile("quick", suppress_health_check=list(hypothesis.HealthCheck), **quick)
    mutants = [one for name in CODE for one in code_mutants(name)]
    mutants += [one for name in RULES for one in rule_mutants(name)]
    mutants = [one for one in mutants if chosen.only in (None, one.file)]
    if chosen.sample:
        mutants = random.Random(chosen.seed).sample(mutants, min(chosen.sample, len(mutants)))
    began = time.monotonic()
    if run([None], 1) != [SURVIVED]:
        run([None], 1, show=True)
        print("the tests fail without any fault; mend them first")
        return 1
    print(f"{len(mutants)} faults; the tests take {time.monotonic() - began:.1f} s when all pass", flush=True)
    began, outcomes = time.monotonic(), run(list(mutants), chosen.workers)
    rows: dict[str, dict[str, int]] = {}
    for one, outcome in zip(mutants, outcomes, strict=True):
        row = rows.setdefault(one.file, {"caught": 0, "survived": 0, "refused": 0})
        row[{SURVIVED: "survived", CAUGHT: "caught", REFUSED: "refused"}[outcome]] += 1
    for name, row in rows.items():
        print(f"{name:22} caught {row['caught']} of {row['caught'] + row['survived']}, refused {row['refused']}")
    ended = zip(mutants, outcomes, strict=True)
    survivors = [f"{one.file}: {one.what}" for one, outcome in ended if outcome == SURVIVED]
    caught = sum(row["caught"] for row in rows.values())
    share = caught / max(caught + len(survivors), 1)
    seconds = time.monotonic() - began
    print(f"caught {caught} of {caught + len(survivors)} ({share:.1%}) in {seconds:.0f} s")
    if chosen.json:
        told = {"caught": caught, "total": caught + len(survivors), "share": share, "survivors": survivors,
                "files": rows, "seconds": seconds}
        chosen.json.write_text(json.dumps(told, indent=1), "utf-8")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
