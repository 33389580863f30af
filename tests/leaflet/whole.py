"""What `tdm1 explain mechanism --json` says, by drug."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from typing import Any

import numpy as np

from tdm1 import cli


@cache
def explained(drug: str, dose_mg_per_kg: float) -> dict[str, Any]:
    """The command's document."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.main(["explain", "mechanism", "--drug", drug, "--dose-mg-per-kg", str(dose_mg_per_kg), "--json"])
    assert code == 0, err.getvalue()
    return json.loads(out.getvalue())


def place(document: dict[str, Any], name: str) -> np.ndarray:
    """Share (percent of what was given) in a place, by day."""
    return np.array(next(one["share_pct"] for one in document["places"] if one["id"] == name))


def level(document: dict[str, Any], name: str) -> np.ndarray:
    """A concentration or rate by day."""
    return np.array(next(one["values"] for one in document["levels"] if one["id"] == name))


def cells(document: dict[str, Any], setting: str) -> dict[str, Any]:
    """The comparison of cells in one setting."""
    return next(one for one in document["selectivity"] if one["setting"] == setting)


def decades(document: dict[str, Any], setting: str, kind: str) -> list[float]:
    """Decades of one kind of cell killed, by dose."""
    return [row["log10_kill"] for row in cells(document, setting)["curves"] if row["cells"] == kind]
