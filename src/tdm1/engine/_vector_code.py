"""Write LLVM assembly for vectors of LANES doubles, one patient a lane.

One vector fills an AVX-512 register; LLVM splits it where registers are smaller. Multiplications and
additions may be fused (`contract`); nothing else is relaxed, so that NaN and infinity stay visible.
Memory is arrays of vectors, 64-byte aligned: element i of state s lies at (s * LANES + i) * 8 bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

from tdm1.engine._graph import Graph

LANES = 8
VECTOR = f"<{LANES} x double>"
INTEGERS = f"<{LANES} x i64>"
BOOLEANS = f"<{LANES} x i1>"

DECLARATIONS = f"""
declare {VECTOR} @llvm.fabs.v{LANES}f64({VECTOR})
declare {VECTOR} @llvm.sqrt.v{LANES}f64({VECTOR})
"""


def double_bits(value: float) -> int:
    """The 64 bits of a double, as an unsigned integer."""
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def splat(value: float) -> str:
    """A vector constant with the same number in every lane."""
    return "<" + ", ".join([f"double 0x{double_bits(value):016X}"] * LANES) + ">"


def splat_integer(value: int) -> str:
    """A vector constant of 64-bit integers."""
    return "<" + ", ".join([f"i64 {value}"] * LANES) + ">"


class Writer:
    """Collects the lines of one function. Methods return the name of the value they make."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._count = 0

    def new(self, text: str) -> str:
        """Append `name = text` and return the fresh name."""
        self._count += 1
        name = f"%v{self._count}"
        self.lines.append(f"{name} = {text}")
        return name

    def float_op(self, op: str, a: str, b: str) -> str:
        return self.new(f"{op} contract nsz {VECTOR} {a}, {b}")

    def integer_op(self, op: str, a: str, b: str) -> str:
        return self.new(f"{op} {INTEGERS} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        return self.float_op("fadd", a, b)

    def sub(self, a: str, b: str) -> str:
        return self.float_op("fsub", a, b)

    def mul(self, a: str, b: str) -> str:
        return self.float_op("fmul", a, b)

    def div(self, a: str, b: str) -> str:
        return self.float_op("fdiv", a, b)

    def multiply_add(self, a: str, b: str, c: str) -> str:
        """a * b + c"""
        return self.add(self.mul(a, b), c)

    def neg(self, a: str) -> str:
        return self.new(f"fneg nsz {VECTOR} {a}")

    def absolute(self, a: str) -> str:
        return self.new(f"call {VECTOR} @llvm.fabs.v{LANES}f64({VECTOR} {a})")

    def sqrt(self, a: str) -> str:
        return self.new(f"call {VECTOR} @llvm.sqrt.v{LANES}f64({VECTOR} {a})")

    def where(self, test: str, a: str, b: str, yes: str, no: str) -> str:
        """`yes` in the lanes where the comparison `a test b` holds, `no` elsewhere."""
        mask = self.new(f"fcmp {test} {VECTOR} {a}, {b}")
        return self.new(f"select {BOOLEANS} {mask}, {VECTOR} {yes}, {VECTOR} {no}")

    def as_integers(self, a: str) -> str:
        return self.new(f"bitcast {VECTOR} {a} to {INTEGERS}")

    def as_doubles(self, a: str) -> str:
        return self.new(f"bitcast {INTEGERS} {a} to {VECTOR}")

    def address(self, base: str, index: int | str) -> str:
        return self.new(f"getelementptr {VECTOR}, ptr {base}, i64 {index}")

    def load(self, base: str, index: int | str) -> str:
        return self.new(f"load {VECTOR}, ptr {self.address(base, index)}, align 64")

    def store(self, value: str, base: str, index: int | str) -> None:
        self.lines.append(f"store {VECTOR} {value}, ptr {self.address(base, index)}, align 64")

    def load_scalar(self, base: str, index: int | str) -> str:
        """One double in all lanes."""
        place = self.new(f"getelementptr double, ptr {base}, i64 {index}")
        one = self.new(f"load double, ptr {place}, align 8")
        single = self.new(f"insertelement {VECTOR} poison, double {one}, i64 0")
        return self.new(f"shufflevector {VECTOR} {single}, {VECTOR} poison, <{LANES} x i32> zeroinitializer")

    def loop(self, label: str, count: int, body: Callable[[str], None], carried: str | None = None) -> str | None:
        """`body(i)` for i = 0 .. count-1. With `carried` (a starting vector) the body's value is carried
        from turn to turn through %<label>_carried, stored by `body` with `set_carried`; returns the last.
        """
        self.lines += [f"br label %{label}_enter", f"{label}_enter:", f"br label %{label}", f"{label}:"]
        self.lines.append(f"%{label}_i = phi i64 [ 0, %{label}_enter ], [ %{label}_next, %{label} ]")
        if carried is not None:
            self.lines.append(
                f"%{label}_carried = phi {VECTOR} [ {carried}, %{label}_enter ], [ %{label}_last, %{label} ]"
            )
        body(f"%{label}_i")
        self.lines += [
            f"%{label}_next = add nuw nsw i64 %{label}_i, 1",
            f"%{label}_again = icmp ult i64 %{label}_next, {count}",
            f"br i1 %{label}_again, label %{label}, label %{label}_end",
            f"{label}_end:",
        ]
        return None if carried is None else f"%{label}_last"

    def function(self, name: str, arguments: Iterable[str], internal: bool = False) -> str:
        """The finished function; every argument is a pointer that overlaps no other."""
        listed = ", ".join(f"ptr noalias nocapture %{argument}" for argument in arguments)
        body = "\n".join(line if line.endswith(":") else f"  {line}" for line in self.lines)
        head = "define internal void" if internal else "define void"
        attributes = f'nounwind {"noinline " if internal else ""}"prefer-vector-width"="512"'
        return f"{head} @{name}({listed}) {attributes} {{\n{body}\n  ret void\n}}\n"


def write_nodes(
    writer: Writer,
    graph: Graph,
    outputs: Iterable[int],
    leaf: Callable[[int], str],
    functions: dict[str, Callable[[Writer, str], str]],
    stop_at_fixed: bool,
) -> dict[int, str]:
    """Write all statements that `outputs` need; `leaf(node)` writes the loading of a leaf or of a hoisted value,
    `functions` write exp and log.
    """
    names: dict[int, str] = {}
    for node in graph.needed(list(outputs), stop_at_fixed):
        known, kind = graph.value(node), graph.kind[node]
        operands = graph.operands(node)
        if known is not None:
            names[node] = splat(known)
        elif not operands or (stop_at_fixed and graph.fixed[node]):
            names[node] = leaf(node)
        elif kind in ("add", "sub", "mul"):
            names[node] = writer.float_op(f"f{kind}", names[operands[0]], names[operands[1]])
        elif kind == "neg":
            names[node] = writer.neg(names[operands[0]])
        elif kind == "reciprocal":
            names[node] = writer.div(splat(1.0), names[operands[0]])
        elif kind == "sqrt":
            names[node] = writer.sqrt(names[operands[0]])
        else:
            names[node] = functions[kind](writer, names[operands[0]])
    return names
