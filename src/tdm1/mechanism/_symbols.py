"""Opaque symbolic exp and log: SymPy differentiates them and leaves them as they stand."""

from __future__ import annotations

import sympy


class Exp(sympy.Function):
    """exp(x), never rewritten; its derivative is itself."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The derivative by the argument: the same exponential."""
        return self

    def _latex(self, printer: object, exp: object = None) -> str:
        return rf"e^{{{printer._print(self.args[0])}}}"  # type: ignore[attr-defined]


class Log(sympy.Function):
    """log(x), never rewritten."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The derivative by the argument: 1/x."""
        return sympy.Integer(1) / self.args[0]  # pyright: ignore[reportOperatorIssue]

    def _latex(self, printer: object, exp: object = None) -> str:
        return rf"\ln\left({printer._print(self.args[0])}\right)"  # type: ignore[attr-defined]
