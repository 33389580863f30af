"""A small language for the loops around the vector code: values with operators, variables, if and loops.

    code = Control("name", pointers=("x", "y"), integers=("count",))
    total = code.variable(0.0)
    with code.rows(count) as i:
        total.set(total.get() + code.load("x", i))
    text = code.function()

What is written is LLVM assembly; its optimiser keeps the variables in registers. A vector has one lane a
patient of a block. Python numbers become constants of the type of the other operand.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from tdm1.engine._vector_code import LANES, Rows, Writer, double_bits
from tdm1.engine._vector_math import exp, log

DOUBLE, INTEGER, BOOLEAN = "double", "i64", "i1"
DOUBLES, INTEGERS, BOOLEANS = (f"<{LANES} x {kind}>" for kind in (DOUBLE, INTEGER, BOOLEAN))
_LANES = f"v{LANES}"

#: Width in which the power of one number is computed.
_NARROW = 2

#: Widths of vectors that a function may use, and what it needs to be declared besides them.
WIDTHS = (_NARROW, LANES)
DECLARATIONS = f"""
declare double @llvm.sqrt.f64(double)
declare double @llvm.vector.reduce.fmax.{_LANES}f64({DOUBLES})
declare double @llvm.vector.reduce.fmin.{_LANES}f64({DOUBLES})
declare i64 @llvm.cttz.i64(i64, i1)
"""


@dataclass(frozen=True, eq=False)
class Value:
    """A number, whole number, truth value, or a vector of them."""

    code: Control
    name: str
    type: str

    def _other(self, other: Value | float) -> str:
        if isinstance(other, Value):
            if other.type != self.type:
                raise TypeError(f"{self.type} with {other.type}")
            return other.name
        return _constant(self.type, other)

    def _binary(self, doubles: str, integers: str, other: Value | float) -> Value:
        op = doubles if self.type in (DOUBLE, DOUBLES) else integers
        return self.code.new(f"{op} {self.type} {self.name}, {self._other(other)}", self.type)

    def _compare(self, doubles: str, integers: str, other: Value | float) -> Value:
        op = f"fcmp {doubles}" if self.type in (DOUBLE, DOUBLES) else f"icmp {integers}"
        kind = BOOLEANS if self.type.startswith("<") else BOOLEAN
        return self.code.new(f"{op} {self.type} {self.name}, {self._other(other)}", kind)

    def __add__(self, other: Value | float) -> Value:
        return self._binary("fadd", "add", other)

    def __sub__(self, other: Value | float) -> Value:
        return self._binary("fsub", "sub", other)

    def __mul__(self, other: Value | float) -> Value:
        return self._binary("fmul", "mul", other)

    def __truediv__(self, other: Value | float) -> Value:
        return self._binary("fdiv", "sdiv", other)

    def __rtruediv__(self, other: float) -> Value:
        return Value(self.code, _constant(self.type, other), self.type) / self

    def __rsub__(self, other: float) -> Value:
        return Value(self.code, _constant(self.type, other), self.type) - self

    def __and__(self, other: Value) -> Value:
        return self._binary("", "and", other)

    def __or__(self, other: Value) -> Value:
        return self._binary("", "or", other)

    def __invert__(self) -> Value:
        return self._binary("", "xor", -1 if self.type in (INTEGER, INTEGERS) else 1)

    def __lt__(self, other: Value | float) -> Value:
        return self._compare("olt", "slt", other)

    def __le__(self, other: Value | float) -> Value:
        return self._compare("ole", "sle", other)

    def __gt__(self, other: Value | float) -> Value:
        return self._compare("ogt", "sgt", other)

    def __ge__(self, other: Value | float) -> Value:
        return self._compare("oge", "sge", other)

    def equals(self, other: Value | float) -> Value:
        return self._compare("oeq", "eq", other)


@dataclass(frozen=True)
class Variable:
    """A place for one value of a fixed type."""

    code: Control
    place: str
    type: str

    def get(self) -> Value:
        return self.code.new(f"load {self.type}, ptr {self.place}", self.type)

    def set(self, value: Value | float) -> None:
        name = value.name if isinstance(value, Value) else _constant(self.type, value)
        self.code.lines.append(f"store {self.type} {name}, ptr {self.place}")


def _constant(kind: str, value: float) -> str:
    """A constant of a type, the same in every lane."""
    element = kind.removeprefix(f"<{LANES} x ").removesuffix(">")
    one = f"0x{double_bits(float(value)):016X}" if element == DOUBLE else str(int(value))
    return one if element == kind else "<" + ", ".join([f"{element} {one}"] * LANES) + ">"


class Control:
    """Collects the lines of one function."""

    def __init__(self, name: str, pointers: tuple[str, ...], integers: tuple[str, ...] = ()) -> None:
        self._name, self._pointers, self._integers = name, pointers, integers
        self.writer = Writer(LANES)
        self.lines = self.writer.lines
        self._variables: list[str] = []
        self._labels = 0

    # values -----------------------------------------------------------------------------------
    def new(self, text: str, kind: str) -> Value:
        return Value(self, self.writer.new(text), kind)

    def argument(self, name: str) -> Value:
        return Value(self, f"%{name}", INTEGER)

    def constant(self, kind: str, value: float) -> Value:
        return Value(self, _constant(kind, value), kind)

    def variable(self, kind: str, value: Value | float) -> Variable:
        self._variables.append(f"%u{len(self._variables)} = alloca {kind}, align 64")
        variable = Variable(self, f"%u{len(self._variables) - 1}", kind)
        variable.set(value)
        return variable

    def where(self, test: Value, yes: Value | float, no: Value | float) -> Value:
        kind = yes.type if isinstance(yes, Value) else no.type if isinstance(no, Value) else DOUBLE
        names = [one.name if isinstance(one, Value) else _constant(kind, one) for one in (yes, no)]
        return self.new(f"select {test.type} {test.name}, {kind} {names[0]}, {kind} {names[1]}", kind)

    def smaller(self, a: Value, b: Value | float) -> Value:
        """The smaller of two; `b` where `a` is NaN."""
        return self.where(a < b, a, b)

    def larger(self, a: Value, b: Value | float) -> Value:
        """The larger of two; `b` where `a` is NaN."""
        return self.where(a > b, a, b)

    def sqrt(self, a: Value) -> Value:
        suffix = "f64" if a.type == DOUBLE else f"{_LANES}f64"
        return self.new(f"call {a.type} @llvm.sqrt.{suffix}({a.type} {a.name})", a.type)

    def absolute(self, a: Value) -> Value:
        return Value(self, self.writer.absolute(a.name), DOUBLES)

    def power(self, a: Value, exponent: float) -> Value:
        """a ** exponent for a > 0."""
        writer = self.writer if a.type == DOUBLES else Writer(_NARROW, beside=self.writer)
        base = a.name
        if a.type == DOUBLE:
            base = writer.new(f"insertelement {writer.vector} {writer.number(1.0)}, double {a.name}, i64 0")
        result = exp(writer, writer.mul(log(writer, base), writer.number(exponent)))
        if a.type == DOUBLES:
            return Value(self, result, DOUBLES)
        return self.new(f"extractelement {writer.vector} {result}, i64 0", DOUBLE)

    # lanes ------------------------------------------------------------------------------------
    def spread(self, a: Value) -> Value:
        """The same number in every lane."""
        kind = f"<{LANES} x {a.type}>"
        single = self.new(f"insertelement {kind} poison, {a.type} {a.name}, i64 0", kind)
        return self.new(f"shufflevector {kind} {single.name}, {kind} poison, <{LANES} x i32> zeroinitializer", kind)

    def lane(self, a: Value, number: Value | int) -> Value:
        kind = a.type.removeprefix(f"<{LANES} x ").removesuffix(">")
        place = number.name if isinstance(number, Value) else str(number)
        return self.new(f"extractelement {a.type} {a.name}, i64 {place}", kind)

    def largest_lane(self, a: Value) -> Value:
        return self.new(f"call double @llvm.vector.reduce.fmax.{_LANES}f64({DOUBLES} {a.name})", DOUBLE)

    def smallest_lane(self, a: Value) -> Value:
        return self.new(f"call double @llvm.vector.reduce.fmin.{_LANES}f64({DOUBLES} {a.name})", DOUBLE)

    def _bits(self, mask: Value) -> Value:
        small = self.new(f"bitcast {BOOLEANS} {mask.name} to i{LANES}", f"i{LANES}")
        return self.new(f"zext i{LANES} {small.name} to i64", INTEGER)

    def any(self, mask: Value) -> Value:
        return ~self._bits(mask).equals(0)

    def all(self, mask: Value) -> Value:
        return self._bits(mask).equals((1 << LANES) - 1)

    def first_lane(self, mask: Value) -> Value:
        """Number of the first lane in which the mask holds; some lane must."""
        return self.new(f"call i64 @llvm.cttz.i64(i64 {self._bits(mask).name}, i1 false)", INTEGER)

    # memory -----------------------------------------------------------------------------------
    def row(self, array: str, index: Value | int) -> str:
        """Pointer to a row of LANES doubles (or whole numbers)."""
        return self.writer.row(Rows(array, LANES), index.name if isinstance(index, Value) else index)

    def load(self, array: str, index: Value | int = 0, kind: str = DOUBLES) -> Value:
        return self.new(f"load {kind}, ptr {self.row(array, index)}, align {8 * LANES}", kind)

    def store(self, value: Value, array: str, index: Value | int = 0) -> None:
        place = self.row(array, index)
        self.lines.append(f"store {value.type} {value.name}, ptr {place}, align {8 * LANES}")

    def load_number(self, array: str, index: Value | int) -> Value:
        place = index.name if isinstance(index, Value) else index
        pointer = self.writer.new(f"getelementptr double, ptr {array}, i64 {place}")
        return self.new(f"load double, ptr {pointer}, align 8", DOUBLE)

    def call(self, name: str, *pointers: str) -> None:
        self.lines.append(f"call void @{name}({', '.join(f'ptr {pointer}' for pointer in pointers)})")

    # structure --------------------------------------------------------------------------------
    def _label(self) -> str:
        self._labels += 1
        return f"l{self._labels}"

    @contextmanager
    def when(self, test: Value) -> Generator[None]:
        """What is written inside happens only if the test holds."""
        inside, after = self._label(), self._label()
        self.lines += [f"br i1 {test.name}, label %{inside}, label %{after}", f"{inside}:"]
        yield
        self.lines += [f"br label %{after}", f"{after}:"]

    @contextmanager
    def forever(self) -> Generator[Callable[[Value], None]]:
        """A loop; it gives a function `leave(test)` that ends it."""
        again, after = self._label(), self._label()
        self.lines += [f"br label %{again}", f"{again}:"]

        def leave(test: Value) -> None:
            stay = self._label()
            self.lines += [f"br i1 {test.name}, label %{after}, label %{stay}", f"{stay}:"]

        yield leave
        self.lines += [f"br label %{again}", f"{after}:"]

    @contextmanager
    def rows(self, first: Value | int, last: Value | int) -> Generator[Value]:
        """A loop over first .. last - 1."""
        turn = self.variable(INTEGER, first)
        with self.forever() as leave:
            i = turn.get()
            leave(i >= last)
            yield i
            turn.set(i + 1)

    def function(self, internal: bool = False) -> str:
        """The finished function."""
        pointers = [f"ptr noalias nocapture %{name}" for name in self._pointers]
        listed = ", ".join([*pointers, *(f"i64 %{name}" for name in self._integers)])
        lines = [*self._variables, *self.lines]
        body = "\n".join(line if line.endswith(":") else f"  {line}" for line in lines)
        head = "define internal void" if internal else "define void"
        attributes = 'nounwind noinline "prefer-vector-width"="512"'
        return f"{head} @{self._name}({listed}) {attributes} {{\n{body}\n  ret void\n}}\n"
