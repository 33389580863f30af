"""exp, log and power that work on floats, NumPy arrays, symbols and quantities with units alike.

Symbols get opaque functions of our own: SymPy would fold exp(a*log(b)) into a power and so hide from
the engine that a value and its derivative share one exponential.
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np


def _is_symbolic(x: Any) -> bool:
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(x, sympy.Basic)


def exp(x: Any) -> Any:
    """Natural exponential."""
    if _is_symbolic(x):
        from tdm1.mechanism._symbols import Exp

        return Exp(x)
    return math.exp(x) if isinstance(x, float) else np.exp(x)


def log(x: Any) -> Any:
    """Natural logarithm."""
    if _is_symbolic(x):
        from tdm1.mechanism._symbols import Log

        return Log(x)
    return math.log(x) if isinstance(x, float) else np.log(x)


def power(base: Any, exponent: Any) -> Any:
    """base ** exponent for a positive base and any real exponent, as one exp and one log."""
    if hasattr(base, "dimensionality"):
        # A quantity has no logarithm unless it is dimensionless; its unit is raised with it.
        return base**exponent
    return exp(exponent * log(base))
