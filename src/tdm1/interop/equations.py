"""The equations of a model as expressions by name, recorded from the model's own plain functions.

The engine's trace regroups the arithmetic for speed; here it stays as it was written, so that what is exported
or printed reads like the source. A quantity that a part provides stands by its name in every later formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any
from weakref import WeakValueDictionary

from tdm1.mechanism import Model, Part


class Expression:
    """One formula: `kind` and its `arguments`. Equal formulas are one object.

    kind is `number` (a float), `name` (a string), or an operation on expressions: `add`, `sub`, `mul`, `div`,
    `power` (two arguments), `neg`, `exp`, `log`, `sqrt` (one). It answers to + - * / ** and to NumPy's exp, log
    and sqrt; comparing or testing it raises TypeError, as a model's equations must be smooth arithmetic.
    """

    __slots__ = ("__weakref__", "arguments", "kind")

    def __init__(self, kind: str, arguments: tuple[Any, ...]) -> None:
        self.kind = kind
        self.arguments = arguments

    @property
    def value(self) -> float | None:
        """The number that it is, or None."""
        return self.arguments[0] if self.kind == "number" else None

    def __add__(self, other: Any) -> Expression:
        return _add(self, _expression(other))

    def __radd__(self, other: Any) -> Expression:
        return _add(_expression(other), self)

    def __sub__(self, other: Any) -> Expression:
        return _sub(self, _expression(other))

    def __rsub__(self, other: Any) -> Expression:
        return _sub(_expression(other), self)

    def __mul__(self, other: Any) -> Expression:
        return _mul(self, _expression(other))

    def __rmul__(self, other: Any) -> Expression:
        return _mul(_expression(other), self)

    def __truediv__(self, other: Any) -> Expression:
        return _div(self, _expression(other))

    def __rtruediv__(self, other: Any) -> Expression:
        return _div(_expression(other), self)

    def __pow__(self, other: Any) -> Expression:
        return _power(self, _expression(other))

    def __rpow__(self, other: Any) -> Expression:
        return _power(_expression(other), self)

    def __neg__(self) -> Expression:
        return _neg(self)

    def __pos__(self) -> Expression:
        return self

    # NumPy calls these three for np.exp, np.log and np.sqrt of an object
    def exp(self) -> Expression:
        """exp(self); exp(a * log(b)) is b to the power of a, which is how the parts write powers."""
        if self.kind == "mul" and self.arguments[1].kind == "log":
            return _power(self.arguments[1].arguments[0], self.arguments[0])
        return _make("exp", self)

    def log(self) -> Expression:
        """Natural logarithm."""
        return _make("log", self)

    def sqrt(self) -> Expression:
        """Square root."""
        return _make("sqrt", self)

    def _refuse(self, *_: Any) -> Any:
        raise TypeError("the equations compare or test a value; only smooth arithmetic can be written down")

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __abs__ = __float__ = __int__ = _refuse


_KNOWN: WeakValueDictionary[tuple[Any, ...], Expression] = WeakValueDictionary()


def _make(kind: str, *arguments: Any) -> Expression:
    key = (kind, *arguments)
    found = _KNOWN.get(key)
    if found is None:
        found = _KNOWN[key] = Expression(kind, arguments)
    return found


def number(value: float) -> Expression:
    """A plain number; its sign of zero is dropped."""
    return _make("number", float(value) + 0.0)


def name(text: str) -> Expression:
    """A state, parameter, input or quantity by its name."""
    return _make("name", text)


def _expression(value: Any) -> Expression:
    if isinstance(value, Expression):
        return value
    if not isinstance(value, Real):
        raise TypeError(f"{value!r} is not a number")
    return number(float(value))


def _folded(a: Expression, b: Expression, operation: Callable[[float, float], float]) -> Expression | None:
    left, right = a.value, b.value
    return None if left is None or right is None else number(operation(left, right))


def _add(a: Expression, b: Expression) -> Expression:
    if (known := _folded(a, b, lambda x, y: x + y)) is not None:
        return known
    if a.value == 0.0:
        return b
    if b.value == 0.0:
        return a
    return _sub(a, b.arguments[0]) if b.kind == "neg" else _make("add", a, b)


def _sub(a: Expression, b: Expression) -> Expression:
    if (known := _folded(a, b, lambda x, y: x - y)) is not None:
        return known
    if a is b:
        return number(0.0)
    if b.value == 0.0:
        return a
    if a.value == 0.0:
        return _neg(b)
    return _add(a, b.arguments[0]) if b.kind == "neg" else _make("sub", a, b)


def _mul(a: Expression, b: Expression) -> Expression:
    if (known := _folded(a, b, lambda x, y: x * y)) is not None:
        return known
    for factor, other in ((a, b), (b, a)):
        if factor.value == 0.0:
            return number(0.0)
        if factor.value == 1.0:
            return other
        if factor.value == -1.0:
            return _neg(other)
    return _make("mul", a, b)


def _div(a: Expression, b: Expression) -> Expression:
    if (known := _folded(a, b, lambda x, y: x / y)) is not None:
        return known
    if a is b:
        return number(1.0)
    if a.value == 0.0 or b.value == 1.0:
        return a
    return _make("div", a, b)


def _power(a: Expression, b: Expression) -> Expression:
    if (known := _folded(a, b, lambda x, y: x**y)) is not None:
        return known
    return a if b.value == 1.0 else _make("sqrt", a) if b.value == 0.5 else _make("power", a, b)


def _neg(a: Expression) -> Expression:
    if a.value is not None:
        return number(-a.value)
    return a.arguments[0] if a.kind == "neg" else _make("neg", a)


def operands(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that one is made of; none for a number or a name."""
    return () if expression.kind in ("number", "name") else expression.arguments


def by_name(expression: Expression, names: Mapping[Expression, str]) -> Expression:
    """The expression with every part that has a name replaced by it, itself included."""
    done: dict[Expression, Expression] = {}

    def replaced(one: Expression) -> Expression:
        if one in names:
            return name(names[one])
        if one not in done:
            parts = operands(one)
            done[one] = _make(one.kind, *map(replaced, parts)) if parts else one
        return done[one]

    return replaced(expression)


def evaluate(expression: Expression, values: Mapping[str, float]) -> float:
    """The number that a formula gives for these values by name."""
    done: dict[Expression, float] = {}

    def of(one: Expression) -> float:
        if one not in done:
            done[one] = _RULES[one.kind](*(map(of, operands(one)))) if operands(one) else leaf(one)
        return done[one]

    def leaf(one: Expression) -> float:
        return one.arguments[0] if one.kind == "number" else values[one.arguments[0]]

    return of(expression)


_RULES: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "neg": lambda a: -a,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
}


@dataclass(frozen=True, slots=True)
class PartEquations:
    """What one part computes, each by name.

    quantities    of states, parameters, inputs and quantities of this and earlier parts, in computable order
                  only across parts: within a part one may use another that stands after it
    derivatives   d(state)/d(day), of all of these
    initial       the state at day 0, of parameters
    """

    part: Part
    quantities: dict[str, Expression]
    derivatives: dict[str, Expression]
    initial: dict[str, Expression]


def equations(model: Model) -> tuple[PartEquations, ...]:
    """The equations of every part of a model, in the model's order.

    Raises ValueError, with the model's and the part's name, for equations that cannot be recorded.
    """
    parameters = {one: name(one) for one in model.parameters}
    known = {**parameters, **{one: name(one) for one in (*model.states, *model.inputs)}}
    found: list[PartEquations] = []
    for part in model.parts:
        try:
            raw = {key: _expression(value) for key, value in part.provides(known).items()}
            known.update({key: name(key) for key in raw})
            slopes = {key: _expression(value) for key, value in part.derivatives(known).items()}
            start = {key: _expression(value) for key, value in part.initial(parameters).items()}
        except (TypeError, AttributeError, ZeroDivisionError) as error:
            where = f"model '{model.name}', part '{part.name}'"
            raise ValueError(f"{where}: its equations cannot be written: {error}") from error
        names: dict[Expression, str] = {}
        for key, expression in raw.items():
            if operands(expression):  # a number or a plain name needs no other name
                names.setdefault(expression, key)
        quantities = {
            key: by_name(expression, {one: other for one, other in names.items() if other != key})
            for key, expression in raw.items()
        }
        slopes = {key: by_name(expression, names) for key, expression in slopes.items()}
        found.append(PartEquations(part, quantities, slopes, start))
    return tuple(found)
