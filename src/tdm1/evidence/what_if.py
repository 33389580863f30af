"""Other values for some facts, for the length of a `with` block: what calibration and sensitivity need.

The change holds for this process only; results made inside carry other numbers than the files, so it
is never used on the way from a trial file to a result.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from tdm1.evidence._errors import EvidenceError
from tdm1.evidence._loader import fact, facts


@contextmanager
def what_if(values: Mapping[str, float], spreads: Mapping[str, float] | None = None) -> Generator[None]:
    """Facts with other values, and with other spreads between patients, in their own units.

    Raises EvidenceError, with the nearest name, for an unknown fact or a spread where a fact has none.
    """
    register = facts()
    names = {*values, *(spreads or {})}
    kept = {name: fact(name) for name in names}
    try:
        for name, value in values.items():
            register[name] = replace(register[name], value=float(value))
        for name, spread in (spreads or {}).items():
            variability = register[name].variability
            if variability is None:
                raise EvidenceError(f"fact '{name}' has no spread between patients to replace")
            register[name] = replace(register[name], variability=replace(variability, value=float(spread)))
        yield
    finally:
        register.update(kept)
