"""Write LLVM assembly for vectors of doubles, one patient a lane.

A block is LANES patients. A vector is a part of it, as wide as the processor's registers hold well: all
eight in AVX-512, four elsewhere; functions then run part after part, so the width changes no digit. A
product that is only added is fused with the sum (`fmuladd`), by rule and not by the compiler's choice;
nothing is relaxed, so that NaN and infinity stay visible.

Memory is rows of doubles. A block's own arrays have LANES doubles a row, what belongs to one part has
one vector a row; `Rows` says which.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from tdm1.engine._graph import Graph

#: Patients in a block, who share their steps.
LANES = 8


def declarations(*widths: int) -> str:
    """What an assembly file must declare before functions for vectors of these widths."""
    lines: list[str] = []
    for width in sorted(set(widths)):
        vector = f"<{width} x double>"
        lines += [f"declare {vector} @llvm.{name}.v{width}f64({vector})" for name in ("fabs", "sqrt")]
        lines += [f"declare {vector} @llvm.fmuladd.v{width}f64({vector}, {vector}, {vector})"]
    return "\n".join(lines) + "\n"


def double_bits(value: float) -> int:
    """The 64 bits of a double, as an unsigned integer."""
    return struct.unpack("<Q", struct.pack("<d", value))[0]


@dataclass(frozen=True)
class Rows:
    """An array in memory: where it starts, and how many doubles lie from one row to the next."""

    pointer: str
    stride: int


class Writer:
    """Collects the lines of one function of vectors `width` wide. Methods return the name of the value they make."""

    def __init__(self, width: int, beside: Writer | None = None) -> None:
        """With `beside` it writes into that one's function."""
        self.width = width
        self.vector = f"<{width} x double>"
        self.integers = f"<{width} x i64>"
        self.lines: list[str] = [] if beside is None else beside.lines
        self._numbers: Iterator[int] = count(1) if beside is None else beside._numbers

    # values -----------------------------------------------------------------------------------
    def new(self, text: str) -> str:
        """Append `name = text` and return the fresh name."""
        name = f"%v{next(self._numbers)}"
        self.lines.append(f"{name} = {text}")
        return name

    def number(self, value: float) -> str:
        """A vector constant with the same number in every lane."""
        return "<" + ", ".join([f"double 0x{double_bits(value):016X}"] * self.width) + ">"

    def integer(self, value: int) -> str:
        """A vector constant of 64-bit integers."""
        return "<" + ", ".join([f"i64 {value}"] * self.width) + ">"

    # arithmetic -------------------------------------------------------------------------------
    def float_op(self, op: str, a: str, b: str) -> str:
        return self.new(f"{op} nsz {self.vector} {a}, {b}")

    def integer_op(self, op: str, a: str, b: str) -> str:
        return self.new(f"{op} {self.integers} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        return self.float_op("fadd", a, b)

    def sub(self, a: str, b: str) -> str:
        return self.float_op("fsub", a, b)

    def mul(self, a: str, b: str) -> str:
        return self.float_op("fmul", a, b)

    def div(self, a: str, b: str) -> str:
        return self.float_op("fdiv", a, b)

    def neg(self, a: str) -> str:
        return self.new(f"fneg nsz {self.vector} {a}")

    def multiply_add(self, a: str, b: str, c: str) -> str:
        """a * b + c, rounded once where the processor can"""
        vector = self.vector
        return self.new(f"call nsz {vector} @llvm.fmuladd.v{self.width}f64({vector} {a}, {vector} {b}, {vector} {c})")

    def subtract_product(self, c: str, a: str, b: str) -> str:
        """c - a * b"""
        return self.multiply_add(self.neg(a), b, c)

    def absolute(self, a: str) -> str:
        return self.new(f"call {self.vector} @llvm.fabs.v{self.width}f64({self.vector} {a})")

    def sqrt(self, a: str) -> str:
        return self.new(f"call {self.vector} @llvm.sqrt.v{self.width}f64({self.vector} {a})")

    def where(self, test: str, a: str, b: str, yes: str, no: str) -> str:
        """`yes` in the lanes where the comparison `a test b` holds, `no` elsewhere."""
        mask = self.new(f"fcmp {test} {self.vector} {a}, {b}")
        return self.new(f"select <{self.width} x i1> {mask}, {self.vector} {yes}, {self.vector} {no}")

    def as_integers(self, a: str) -> str:
        return self.new(f"bitcast {self.vector} {a} to {self.integers}")

    def as_doubles(self, a: str) -> str:
        return self.new(f"bitcast {self.integers} {a} to {self.vector}")

    # memory -----------------------------------------------------------------------------------
    def row(self, rows: Rows, index: int | str) -> str:
        """The address of a row."""
        return self.new(f"getelementptr [{rows.stride} x double], ptr {rows.pointer}, i64 {index}")

    def load(self, rows: Rows, index: int | str) -> str:
        return self.new(f"load {self.vector}, ptr {self.row(rows, index)}, align {8 * self.width}")

    def store(self, value: str, rows: Rows, index: int | str) -> None:
        self.lines.append(f"store {self.vector} {value}, ptr {self.row(rows, index)}, align {8 * self.width}")

    def load_scalar(self, pointer: str, index: int | str) -> str:
        """One double in all lanes."""
        place = self.new(f"getelementptr double, ptr {pointer}, i64 {index}")
        one = self.new(f"load double, ptr {place}, align 8")
        single = self.new(f"insertelement {self.vector} poison, double {one}, i64 0")
        zeros = f"<{self.width} x i32> zeroinitializer"
        return self.new(f"shufflevector {self.vector} {single}, {self.vector} poison, {zeros}")

    # structure --------------------------------------------------------------------------------
    def loop(self, label: str, turns: int, body: Callable[[str], None], carried: str | None = None) -> str | None:
        """`body(i)` for i = 0 .. turns - 1. With `carried` (a starting vector) the body gets the value of the turn
        before as %<label>_carried and must define %<label>_last; the last one is returned.
        """
        self.lines += [f"br label %{label}_enter", f"{label}_enter:", f"br label %{label}", f"{label}:"]
        self.lines.append(f"%{label}_i = phi i64 [ 0, %{label}_enter ], [ %{label}_next, %{label} ]")
        if carried is not None:
            self.lines.append(
                f"%{label}_carried = phi {self.vector} [ {carried}, %{label}_enter ], [ %{label}_last, %{label} ]"
            )
        body(f"%{label}_i")
        self.lines += [
            f"%{label}_next = add nuw nsw i64 %{label}_i, 1",
            f"%{label}_again = icmp ult i64 %{label}_next, {turns}",
            f"br i1 %{label}_again, label %{label}, label %{label}_end",
            f"{label}_end:",
        ]
        return None if carried is None else f"%{label}_last"

    def function(self, name: str, arguments: Iterable[str]) -> str:
        """The finished function, for one part; every argument is a pointer that overlaps no other."""
        body = "\n".join(line if line.endswith(":") else f"  {line}" for line in self.lines)
        return f"define internal void {_head(name, arguments)} noinline {{\n{body}\n  ret void\n}}\n"


def _head(name: str, arguments: Iterable[str]) -> str:
    listed = ", ".join(f"ptr noalias nocapture %{argument}" for argument in arguments)
    return f'@{name}({listed}) nounwind "prefer-vector-width"="512"'


def for_all_parts(name: str, part: str, moves: dict[str, int], width: int) -> str:
    """A function that calls `part` for every part of a block in turn.

    moves   arguments in order, each with the doubles by which its pointer moves from part to part
    """
    lines: list[str] = []
    for k in range(LANES // width):
        for argument, move in moves.items():
            lines.append(f"  %{argument}_{k} = getelementptr double, ptr %{argument}, i64 {k * move}")
        lines.append(f"  call void @{part}({', '.join(f'ptr %{argument}_{k}' for argument in moves)})")
    return f"define void {_head(name, moves)} {{\n" + "\n".join(lines) + "\n  ret void\n}\n"


def write_nodes(
    writer: Writer,
    graph: Graph,
    outputs: Iterable[int],
    leaf: Callable[[int], str],
    functions: dict[str, Callable[..., str]],
    stop_at_fixed: bool,
) -> dict[int, str]:
    """Write all statements that `outputs` need; `leaf(node)` writes the loading of a leaf or of a hoisted value,
    `functions` write exp, log and pow. A product with one use that is added or subtracted is fused with it.
    """
    wanted = list(outputs)
    order = graph.needed(wanted, stop_at_fixed)

    def opened(node: int) -> tuple[int, ...]:
        return () if stop_at_fixed and graph.fixed[node] else graph.operands(node)

    uses: dict[int, int] = dict.fromkeys(order, 0)
    for used in [*wanted, *(operand for node in order for operand in opened(node))]:
        uses[used] += 1
    fused: set[int] = set()
    for node in order:
        if graph.kind[node] in ("add", "sub"):
            products = [a for a in opened(node)[::-1] if graph.kind[a] == "mul" and opened(a) and uses[a] == 1]
            fused.update(products[:1])

    names: dict[int, str] = {}
    for node in order:
        known, kind, operands = graph.value(node), graph.kind[node], opened(node)
        if known is not None:
            names[node] = writer.number(known)
        elif node in fused:
            continue
        elif not operands:
            names[node] = leaf(node)
        elif kind in ("add", "sub"):
            names[node] = _write_sum(writer, graph, kind, operands, names, fused)
        elif kind == "mul":
            names[node] = writer.mul(names[operands[0]], names[operands[1]])
        elif kind == "neg":
            names[node] = writer.neg(names[operands[0]])
        elif kind == "reciprocal":
            names[node] = writer.div(writer.number(1.0), names[operands[0]])
        elif kind == "sqrt":
            names[node] = writer.sqrt(names[operands[0]])
        else:
            names[node] = functions[kind](writer, *(names[operand] for operand in operands))
    return names


def _write_sum(
    writer: Writer, graph: Graph, kind: str, operands: tuple[int, ...], names: dict[int, str], fused: set[int]
) -> str:
    a, b = operands
    if b in fused:
        x, y = (names[factor] for factor in graph.operands(b))
        return writer.multiply_add(x, y, names[a]) if kind == "add" else writer.subtract_product(names[a], x, y)
    if a in fused:
        x, y = (names[factor] for factor in graph.operands(a))
        return writer.multiply_add(x, y, names[b] if kind == "add" else writer.neg(names[b]))
    return writer.add(names[a], names[b]) if kind == "add" else writer.sub(names[a], names[b])
