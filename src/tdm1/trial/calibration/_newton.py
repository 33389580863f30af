"""Damped Newton over blocks: knobs of different blocks are moved together, since they hardly touch each other.

One course of the trial answers for all blocks at once, so a Jacobian costs one run for each knob of the
largest block. What coupling there is (a tumour that stays longer gives more blood tests) is mended by the
next iteration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from tdm1 import evidence
from tdm1.trial.result import ArmResult

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Knob:
    """A number to fit: a fact's value or spread, moved on a log or logit scale within bounds."""

    fact: str
    scale: Literal["log", "logit"]
    spread: bool = False
    lowest: float = 1e-9
    highest: float = 1e9

    def start(self) -> float:
        """The number as the fact file has it."""
        fact = evidence.fact(self.fact)
        if not self.spread:
            return fact.value
        if fact.variability is None:
            raise evidence.EvidenceError(f"fact '{self.fact}' has no spread between patients to fit")
        return fact.variability.value

    def to_free(self, value: float) -> float:
        return float(np.log(value)) if self.scale == "log" else float(logit(value))

    def to_value(self, free: float) -> float:
        value = float(np.exp(free)) if self.scale == "log" else float(expit(free))
        return min(max(value, self.lowest), self.highest)


@dataclass(frozen=True, slots=True)
class Target:
    """A share (0 to 1) that a simulated arm should show."""

    name: str
    share: float
    of: Callable[[ArmResult], float]

    def miss(self, arm: ArmResult, patients: int) -> float:
        """Simulated minus wanted on the probit scale; a share of 0 or 1 counts as half a patient off it."""
        edge = 0.5 / patients
        return float(ndtri(np.clip(self.of(arm), edge, 1.0 - edge)) - ndtri(self.share))


@dataclass(frozen=True, slots=True)
class Block:
    """Knobs and as many targets, which depend on each other and hardly on other blocks."""

    name: str
    knobs: tuple[Knob, ...]
    targets: tuple[Target, ...]


def solve(
    blocks: Sequence[Block], run: Callable[[dict[Knob, float]], ArmResult], patients: int, iterations: int,
    tell: Callable[[float, str], None], step: float = 0.15, largest: float = 0.7,
) -> dict[Knob, float]:
    """Values of all knobs for which the targets are met as closely as the iterations allow."""
    knobs = [knob for block in blocks for knob in block.knobs]
    free = {knob: knob.to_free(knob.start()) for knob in knobs}
    best, least = dict(free), np.inf
    width = max(len(block.knobs) for block in blocks)

    def at(point: dict[Knob, float]) -> list[Array]:
        arm = run({knob: knob.to_value(x) for knob, x in point.items()})
        return [np.array([target.miss(arm, patients) for target in block.targets]) for block in blocks]

    for iteration in range(iterations):
        base = at(free)
        size = float(np.sqrt(sum(np.sum(miss**2) for miss in base)))
        tell(iteration / iterations, f"iteration {iteration + 1}: miss {size:.3f} on the probit scale")
        if size < least:
            best, least = dict(free), size
        if iteration == iterations - 1 or size < 0.02:
            break
        slopes = [np.zeros((len(block.targets), len(block.knobs))) for block in blocks]
        for column in range(width):
            moved = dict(free)
            for block in blocks:
                if column < len(block.knobs):
                    moved[block.knobs[column]] += step
            shifted = at(moved)
            for place, block in enumerate(blocks):
                if column < len(block.knobs):
                    slopes[place][:, column] = (shifted[place] - base[place]) / step
        for place, block in enumerate(blocks):
            # Levenberg's small ridge keeps a flat direction from running away.
            ridge = 1e-3 * np.eye(len(block.knobs))
            change = np.linalg.solve(slopes[place].T @ slopes[place] + ridge, -slopes[place].T @ base[place])
            for knob, move in zip(block.knobs, np.clip(change, -largest, largest), strict=True):
                free[knob] += float(move)
    return {knob: knob.to_value(x) for knob, x in best.items()}
