"""Content MathML, the form in which SBML holds formulas, from expressions."""

from __future__ import annotations

from typing import Any

from tdm1.interop.equations import Expression

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_TAGS = {
    "add": "plus", "sub": "minus", "mul": "times", "div": "divide", "power": "power", "neg": "minus",
    "exp": "exp", "log": "ln", "sqrt": "root",
}
#: Sums and products of more than two are written flat, as a reader would.
_FLAT = {"add", "mul"}
TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>'


def _flat(expression: Expression, kind: str) -> list[Expression]:
    """The terms of a sum or factors of a product, in order; only the left side is opened, to keep the rounding."""
    left, right = expression.arguments
    return [*(_flat(left, kind) if left.kind == kind else [left]), right]


def content(expression: Expression) -> str:
    """The formula as one content MathML element."""
    kind = expression.kind
    if kind == "name":
        return f"<ci>{expression.arguments[0]}</ci>"
    if kind == "number":
        mantissa, _, exponent = repr(expression.arguments[0]).partition("e")
        if exponent:
            return f'<cn type="e-notation">{mantissa}<sep/>{int(exponent)}</cn>'
        # Larger ones would not fit what some readers hold an integer in.
        whole = mantissa.endswith(".0") and len(mantissa) < 10
        return f'<cn type="integer">{mantissa[:-2]}</cn>' if whole else f"<cn>{mantissa}</cn>"
    parts = _flat(expression, kind) if kind in _FLAT else expression.arguments
    return f"<apply><{_TAGS[kind]}/>{''.join(map(content, parts))}</apply>"


def at_or_after(day: Expression) -> str:
    """The condition that the time has reached `day`."""
    return f"<apply><geq/>{TIME}{content(day)}</apply>"


def put(target: Any, element: str) -> None:
    """Give an SBML rule, assignment or trigger this content element as its formula."""
    import libsbml

    tree = libsbml.readMathMLFromString(f'<math xmlns="{_NAMESPACE}">{element}</math>')
    if tree is None or target.setMath(tree) != libsbml.LIBSBML_OPERATION_SUCCESS:
        raise RuntimeError(f"libsbml refuses the formula {element}")
