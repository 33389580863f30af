"""The equations of a model as LaTeX; `typeset` takes other notations too, as the documentation does for MathML."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from tdm1.interop.equations import Expression, PartEquations, equations
from tdm1.mechanism import Model


class Notation(Protocol):
    """How the pieces of a formula look; every piece is text, and a larger one is made of smaller ones."""

    def number(self, digits: str, power_of_ten: int | None) -> str:
        """A number, times a power of ten if there is one; `digits` is empty for a bare power of ten."""
        ...

    def constant(self, which: str) -> str:
        """`pi` or `ln 2`."""
        ...

    def name(self, text: str) -> str:
        """A variable."""
        ...

    def infix(self, left: str, sign: str, right: str) -> str:
        """Two operands with `+`, `-` or `*` between them."""
        ...

    def minus(self, what: str) -> str:
        """The negative of something."""
        ...

    def fraction(self, above: str, below: str) -> str:
        """One above the other."""
        ...

    def raised(self, base: str, exponent: str) -> str:
        """A power."""
        ...

    def root(self, what: str) -> str:
        """A square root."""
        ...

    def exponential(self, exponent: str) -> str:
        """e to the power of something."""
        ...

    def logarithm(self, what: str) -> str:
        """The natural logarithm of something, with its own brackets."""
        ...

    def bracketed(self, what: str) -> str:
        """Something in round brackets."""
        ...


_SUM, _PRODUCT, _ATOM = 1, 2, 3


def _closed_form(value: float) -> tuple[int, int, str] | None:
    """(p, q, constant) when a number is exactly p/q of a constant and its decimal digits would hide that."""
    if len(repr(value)) < 12:
        return None
    for constant, size in (("", 1.0), ("ln 2", math.log(2.0)), ("pi", math.pi), ("1/pi", 1.0 / math.pi)):
        for below in range(1, 13):
            above = round(value / size * below)
            if above and abs(above) <= 24 and math.isclose(above * size / below, value, rel_tol=5e-16):
                return above, below, constant
    return None


def _plain_number(value: float, notation: Notation) -> tuple[str, int]:
    if value != 0.0 and not 1e-3 < abs(value) < 1e5:
        digits, _, exponent = f"{value:.12g}".partition("e")
        if not exponent:
            digits, _, exponent = f"{value:.11e}".partition("e")
            digits = digits.rstrip("0").rstrip(".")
        bare = digits == "1"
        return notation.number("" if bare else digits, int(exponent)), _ATOM if bare else _PRODUCT
    return notation.number(f"{value:.12g}", None), _ATOM


def _number(value: float, notation: Notation) -> tuple[str, int]:
    if value < 0:
        text, level = _number(-value, notation)
        return notation.minus(text if level > _SUM else notation.bracketed(text)), _SUM
    found = _closed_form(value)
    if found is None:
        return _plain_number(value, notation)
    above, below, constant = found

    def whole(number: int) -> str:
        return notation.number(str(number), None)

    def times(number: int, which: str) -> str:
        return notation.constant(which) if number == 1 else notation.infix(whole(number), "*", notation.constant(which))

    if constant == "1/pi":
        return notation.fraction(whole(above), times(below, "pi")), _ATOM
    top = times(above, constant) if constant else whole(above)
    return (top, _ATOM if above == 1 else _PRODUCT) if below == 1 else (notation.fraction(top, whole(below)), _ATOM)


def typeset(expression: Expression, notation: Notation) -> str:
    """A formula in a notation, with as few brackets as its meaning allows."""
    return _typeset(expression, notation)[0]


def _typeset(expression: Expression, notation: Notation) -> tuple[str, int]:
    kind, arguments = expression.kind, expression.arguments
    if kind == "name":
        return notation.name(arguments[0]), _ATOM
    if kind == "number":
        return _number(arguments[0], notation)
    parts = [_typeset(one, notation) for one in arguments]

    def at(place: int, least: int) -> str:
        text, level = parts[place]
        return text if level >= least else notation.bracketed(text)

    if kind == "add":
        return notation.infix(at(0, _SUM), "+", at(1, _SUM)), _SUM
    if kind == "sub":
        return notation.infix(at(0, _SUM), "-", at(1, _PRODUCT)), _SUM
    if kind == "mul":
        return notation.infix(at(0, _PRODUCT), "*", at(1, _PRODUCT)), _PRODUCT
    if kind == "div":
        return notation.fraction(parts[0][0], parts[1][0]), _ATOM
    if kind == "neg":
        return notation.minus(at(0, _PRODUCT)), _SUM
    if kind == "sqrt":
        return notation.root(parts[0][0]), _ATOM
    if kind == "exp":
        return notation.exponential(parts[0][0]), _ATOM
    if kind == "log":
        return notation.logarithm(parts[0][0]), _ATOM
    base = parts[0][0] if arguments[0].kind == "name" else notation.bracketed(parts[0][0])
    return notation.raised(base, parts[1][0]), _ATOM


class _Latex:
    """LaTeX with amsmath; names keep their underscores."""

    def number(self, digits: str, power_of_ten: int | None) -> str:
        if power_of_ten is None:
            return digits
        return (rf"{digits} \cdot " if digits else "") + f"10^{{{power_of_ten}}}"

    def constant(self, which: str) -> str:
        return {"pi": r"\pi", "ln 2": r"\ln 2"}[which]

    def name(self, text: str) -> str:
        escaped = re.sub(r"[_{}]", r"\\\g<0>", text)
        return rf"\mathrm{{{escaped}}}"

    def infix(self, left: str, sign: str, right: str) -> str:
        shown = r"\cdot" if sign == "*" else sign
        return f"{left} {shown} {right}"

    def minus(self, what: str) -> str:
        return f"-{what}"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def root(self, what: str) -> str:
        return rf"\sqrt{{{what}}}"

    def exponential(self, exponent: str) -> str:
        return f"e^{{{exponent}}}"

    def logarithm(self, what: str) -> str:
        return rf"\ln\left({what}\right)"

    def bracketed(self, what: str) -> str:
        return rf"\left({what}\right)"


LATEX: Notation = _Latex()


@dataclass(frozen=True, slots=True)
class Line:
    """One equation of a part: `kind` is `quantity`, `slope` (the left side is d(name)/dt) or `start` (name at 0)."""

    kind: str
    name: str
    right: Expression


def lines(found: PartEquations) -> list[Line]:
    """Every equation of a part, in the order in which a reader wants them; a start at 0 is left out."""
    return [
        *(Line("quantity", name, right) for name, right in found.quantities.items()),
        *(Line("slope", name, right) for name, right in found.derivatives.items()),
        *(Line("start", name, right) for name, right in found.initial.items() if right.value != 0.0),
    ]


def line_latex(line: Line) -> str:
    """One equation as LaTeX, with `&` before the equals sign."""
    name = LATEX.name(line.name)
    left = {"quantity": name, "slope": rf"\frac{{d\,{name}}}{{dt}}", "start": rf"{name}(0)"}[line.kind]
    return f"{left} &= {typeset(line.right, LATEX)}"


def document(model: Model) -> str:
    """All equations of a model as a LaTeX document, one section a part, time in days."""
    return framed((found.part.name.replace("_", " "), map(line_latex, lines(found))) for found in equations(model))


def framed(sections: Iterable[tuple[str, Iterable[str]]]) -> str:
    """A LaTeX document of titles, each with its equations (as `line_latex` gives them)."""
    text = [
        r"\documentclass{article}", r"\usepackage[landscape,margin=1cm]{geometry}", r"\usepackage{amsmath}",
        r"\allowdisplaybreaks", r"\begin{document}",
    ]
    for title, written in sections:
        escaped = title.replace("_", r"\_")
        text += [rf"\section*{{{escaped}}}", r"\begin{align*}", " \\\\\n".join(written), r"\end{align*}"]
    return "\n".join([*text, r"\end{document}", ""])
