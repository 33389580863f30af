"""The equations as one graph in which equal expressions are the same node (value numbering).

A node is a small integer: its operation, its arguments, and whether it is *fixed*, that is made of
parameters, inputs and numbers only, so that it can be computed once before the stepping starts.
Products and sums are kept as "fixed part, changing part", so that `CL * A / V` costs one
multiplication in a step. Nodes are numbered so that arguments come before the node that uses them.

Reference: Aho, Lam, Sethi, Ullman, "Compilers" (2007), section 8.5 (directed acyclic graphs, value numbers).
"""

from __future__ import annotations

import math
from typing import Any

#: What a node can be. Leaves carry an index (or a number), the others carry nodes.
LEAVES = ("number", "state", "parameter", "input", "shift", "sum", "factor")


class Graph:
    """Nodes in the order in which they can be computed; `node(kind, ...)` returns the number of a node."""

    def __init__(self) -> None:
        self.kind: list[str] = []
        self.arguments: list[tuple[Any, ...]] = []
        self.fixed: list[bool] = []
        self._known: dict[tuple[str, tuple[Any, ...]], int] = {}

    # leaves -----------------------------------------------------------------------------------
    def leaf(self, kind: str, index: int = 0) -> int:
        """A value from outside: a state, parameter, input, or one of the stepper's own numbers."""
        return self._add(kind, (index,), kind in ("parameter", "input"))

    def number(self, value: float) -> int:
        """A plain number; its sign of zero is dropped."""
        return self._add("number", (float(value) + 0.0,), True)

    def value(self, node: int) -> float | None:
        """The number a node stands for, or None if it is not a plain number."""
        return self.arguments[node][0] if self.kind[node] == "number" else None

    # arithmetic -------------------------------------------------------------------------------
    def neg(self, a: int) -> int:
        """-a"""
        known = self.value(a)
        if known is not None:
            return self.number(-known)
        if self.kind[a] == "neg":
            return self.arguments[a][0]
        if self.kind[a] == "sub":
            return self.sub(self.arguments[a][1], self.arguments[a][0])
        return self._make("neg", a)

    def add(self, a: int, b: int) -> int:
        """a + b; fixed terms are gathered in front"""
        left, right = self.value(a), self.value(b)
        if left is not None and right is not None:
            return self.number(left + right)
        if left == 0.0:
            return b
        if right == 0.0:
            return a
        if self.kind[b] == "neg":
            return self.sub(a, self.arguments[b][0])
        if self.kind[a] == "neg":
            return self.sub(b, self.arguments[a][0])
        (ca, xa), (cb, xb) = self.product(a), self.product(b)
        if xa is not None and xa == xb:
            return self.mul(self.add(ca, cb), xa)
        if self.fixed[a] != self.fixed[b]:  # fixed terms gather in front
            fixed, other = (a, b) if self.fixed[a] else (b, a)
            if self.kind[other] == "add" and self.fixed[self.arguments[other][0]]:
                first, rest = self.arguments[other]
                return self.add(self.add(fixed, first), rest)
            return self._make("add", fixed, other)
        return self._make("add", min(a, b), max(a, b))

    def sub(self, a: int, b: int) -> int:
        """a - b"""
        if a == b:
            return self.number(0.0)
        left, right = self.value(a), self.value(b)
        if left is not None and right is not None:
            return self.number(left - right)
        if right == 0.0:
            return a
        if left == 0.0:
            return self.neg(b)
        if self.kind[b] == "neg":
            return self.add(a, self.arguments[b][0])
        if self.kind[a] == "neg":
            return self.neg(self.add(self.arguments[a][0], b))
        (ca, xa), (cb, xb) = self.product(a), self.product(b)
        if xa is not None and xa == xb:
            return self.mul(self.sub(ca, cb), xa)
        return self._make("sub", a, b)

    def mul(self, a: int, b: int, regroup: bool = True) -> int:
        """a * b; with `regroup` fixed factors are gathered in front, at best into one computed beforehand."""
        left, right = self.value(a), self.value(b)
        if left is not None and right is not None:
            return self.number(left * right)
        for known, other in ((left, b), (right, a)):
            if known == 0.0:
                return self.number(0.0)
            if known == 1.0:
                return other
            if known == -1.0:
                return self.neg(other)
        if self.kind[a] == "neg":
            return self.neg(self.mul(self.arguments[a][0], b, regroup))
        if self.kind[b] == "neg":
            return self.neg(self.mul(a, self.arguments[b][0], regroup))
        if not regroup:
            return self._make("mul", min(a, b), max(a, b))
        if a == b:  # a square keeps its base whole: regrouping could overflow where the base does not
            return self._make("mul", a, b)
        (ca, xa), (cb, xb) = self.product(a), self.product(b)
        if (xa is None) == (xb is None) and self.value(ca) == 1.0 and self.value(cb) == 1.0:
            return self._make("mul", min(a, b), max(a, b))
        if xa is None and xb is None:
            return self._make("mul", min(a, b), max(a, b))
        c = self.mul(ca, cb)
        if xa is None or xb is None:
            x = xb if xa is None else xa
            assert x is not None
        else:
            x = self.mul(xa, xb)
        return x if self.value(c) == 1.0 else self._make("mul", c, x)

    def product(self, a: int) -> tuple[int, int | None]:
        """`a` as (fixed factor, changing factor); the second is None if all of it is fixed."""
        if self.fixed[a]:
            return a, None
        if self.kind[a] == "mul" and self.fixed[self.arguments[a][0]]:
            return self.arguments[a]
        return self.number(1.0), a

    def reciprocal(self, a: int) -> int:
        """1 / a; a number 0 raises ZeroDivisionError."""
        known = self.value(a)
        if known is not None:
            return self.number(1.0 / known)
        if self.kind[a] == "reciprocal":
            return self.arguments[a][0]
        if self.kind[a] == "neg":
            return self.neg(self.reciprocal(self.arguments[a][0]))
        c, x = self.product(a)
        if x is not None and x != a:
            return self.mul(self.reciprocal(c), self.reciprocal(x))
        return self._make("reciprocal", a)

    def exp(self, a: int) -> int:
        """exp(a); exp(log(x) / 2) is the square root of x"""
        if self.kind[a] == "mul" and self.kind[self.arguments[a][1]] == "log":
            factor, base = self.value(self.arguments[a][0]), self.arguments[self.arguments[a][1]][0]
            if factor in (0.5, -0.5):
                return self.power(base, self.arguments[a][0])
        return self._function("exp", math.exp, a)

    def log(self, a: int) -> int:
        """log(a)"""
        return self._function("log", math.log, a)

    def sqrt(self, a: int) -> int:
        """square root of a"""
        return self._function("sqrt", math.sqrt, a)

    def power(self, a: int, b: int) -> int:
        """a ** b: repeated squaring for a whole number, sqrt for a half, otherwise a function with a >= 0."""
        exponent = self.value(b)
        if exponent is not None and exponent == int(exponent) and abs(exponent) <= 64:
            whole = self._whole_power(a, abs(int(exponent)))
            return self.reciprocal(whole) if exponent < 0 else whole
        if exponent is not None and abs(exponent) == 0.5:
            root = self.sqrt(a)
            return self.reciprocal(root) if exponent < 0 else root
        base = self.value(a)
        if base is not None and exponent is not None:
            return self.number(base**exponent)
        return self._make("pow", a, b)

    def _whole_power(self, a: int, exponent: int) -> int:
        result, square = self.number(1.0), a
        while exponent:
            if exponent & 1:
                result = self.mul(result, square)
            exponent >>= 1
            if exponent:
                square = self.mul(square, square)
        return result

    # walking ----------------------------------------------------------------------------------
    def operands(self, node: int) -> tuple[int, ...]:
        """The nodes a node is made of."""
        return () if self.kind[node] in LEAVES else self.arguments[node]

    def needed(self, outputs: list[int], stop_at_fixed: bool) -> list[int]:
        """All nodes that `outputs` are made of, in a computable order (depth first, as first used).

        With `stop_at_fixed` the fixed nodes that are met are listed but not opened.
        """
        order: list[int] = []
        seen: set[int] = set()
        stack = [(node, False) for node in reversed(outputs)]
        while stack:
            node, opened = stack.pop()
            if opened:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                if not (stop_at_fixed and self.fixed[node]):
                    stack.extend((child, False) for child in reversed(self.operands(node)) if child not in seen)
        return order

    # making -----------------------------------------------------------------------------------
    def _function(self, kind: str, function: Any, a: int) -> int:
        known = self.value(a)
        return self._make(kind, a) if known is None else self.number(function(known))

    def _make(self, kind: str, *arguments: int) -> int:
        return self._add(kind, arguments, all(self.fixed[a] for a in arguments))

    def _add(self, kind: str, arguments: tuple[Any, ...], fixed: bool) -> int:
        key = (kind, arguments)
        node = self._known.get(key)
        if node is None:
            node = len(self.kind)
            self._known[key] = node
            self.kind.append(kind)
            self.arguments.append(arguments)
            self.fixed.append(fixed)
        return node
