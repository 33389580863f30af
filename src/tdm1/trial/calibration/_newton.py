"""Damped Newton over blocks: knobs of different blocks are moved together, since they hardly touch each other.

One course of the trial answers for all blocks at once, so a Jacobian costs one run for each knob of the
largest block. What coupling there is (a tumour that stays longer gives more blood tests) is mended by the
next iteration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from tdm1 import evidence

Array = NDArray[np.float64]

#: What a block may still miss, on the probit scale, when the search ends.
_CLOSE = 0.02


@dataclass(frozen=True, slots=True)
class Knob:
    """A number to fit: a fact's value or spread, moved on a log, logit or plain scale within bounds."""

    fact: str
    scale: Literal["log", "logit", "plain"]
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
        """The number on the unbounded scale that the search moves on (its logarithm or logit, or itself)."""
        return value if self.scale == "plain" else float(np.log(value)) if self.scale == "log" else float(logit(value))

    def to_value(self, free: float) -> float:
        """The number itself, kept within the bounds."""
        value = free if self.scale == "plain" else float(np.exp(free)) if self.scale == "log" else float(expit(free))
        return min(max(value, self.lowest), self.highest)


@dataclass(frozen=True, slots=True)
class Target:
    """A share (0 to 1) that a simulated arm, or one of several, should show."""

    name: str
    share: float
    of: Callable[[Any], float]

    def miss(self, arm: Any, patients: int) -> float:
        """Simulated minus wanted on the probit scale; a share of 0 or 1 counts as half a patient off it."""
        edge = 0.5 / patients
        return float(ndtri(np.clip(self.of(arm), edge, 1.0 - edge)) - ndtri(self.share))


@dataclass(frozen=True, slots=True)
class Block:
    """Knobs and as many targets, which depend on each other and hardly on other blocks."""

    name: str
    knobs: tuple[Knob, ...]
    targets: tuple[Target, ...]


@dataclass
class _Search:
    """Where one block stands: its best point, what it missed there, its slopes, and how far it may go next."""

    block: Block
    radius: float
    free: dict[Knob, float]
    best: dict[Knob, float]
    miss: Array
    slopes: Array

    def accept(self, miss: Array) -> bool:
        """Keep a better point; from a worse one go back and take smaller steps."""
        if np.linalg.norm(miss) < np.linalg.norm(self.miss):
            self.best, self.miss = dict(self.free), miss
            self.radius *= 1.6
            return True
        self.radius *= 0.4
        return False

    def move(self) -> None:
        """Next point: a Gauss-Newton step from the best one, no knob further than the radius."""
        # Levenberg's small ridge keeps a flat direction from running away.
        ridge = 1e-3 * np.eye(len(self.block.knobs))
        step = np.linalg.solve(self.slopes.T @ self.slopes + ridge, -self.slopes.T @ self.miss)
        step *= min(1.0, self.radius / max(float(np.max(np.abs(step))), 1e-12))
        self.free = {knob: self.best[knob] + float(by) for knob, by in zip(self.block.knobs, step, strict=True)}


def solve(
    blocks: Sequence[Block],
    run: Callable[[dict[Knob, float]], Any],
    patients: int,
    iterations: int,
    tell: Callable[[float, str], None],
    step: float = 0.15,
    radius: float = 0.8,
) -> dict[Knob, float]:
    """Values of all knobs for which the targets are met as closely as the iterations allow.

    Ends sooner when every block misses by less than `_CLOSE`, or when an iteration has mended less than that in all.
    """

    def misses(points: Sequence[dict[Knob, float]]) -> list[Array]:
        arm = run({knob: knob.to_value(x) for point in points for knob, x in point.items()})
        return [np.array([target.miss(arm, patients) for target in block.targets]) for block in blocks]

    starts = [{knob: knob.to_free(knob.start()) for knob in block.knobs} for block in blocks]
    searches = [
        _Search(
            block,
            radius,
            dict(start),
            dict(start),
            np.full(len(block.targets), np.inf),
            np.zeros((len(block.targets), len(block.knobs))),
        )
        for block, start in zip(blocks, starts, strict=True)
    ]
    before = np.inf
    for iteration in range(iterations):
        missed = misses([search.free for search in searches])
        better = [search.accept(miss) for search, miss in zip(searches, missed, strict=True)]
        told = ", ".join(f"{search.block.name} {np.linalg.norm(search.miss):.3f}" for search in searches)
        tell(iteration / iterations, f"iteration {iteration + 1}, miss on the probit scale: {told}")
        now = sum(float(np.linalg.norm(search.miss)) for search in searches)
        close = all(np.linalg.norm(search.miss) < _CLOSE for search in searches)
        if iteration == iterations - 1 or close or before - now < _CLOSE:
            break
        before = now
        if any(better):
            _slopes(searches, misses, step)
        for search in searches:
            search.move()
    return {knob: knob.to_value(x) for search in searches for knob, x in search.best.items()}


def _slopes(
    searches: Sequence[_Search], misses: Callable[[Sequence[dict[Knob, float]]], list[Array]], step: float
) -> None:
    """Slopes of every block at its best point, one run for each knob of the largest block."""
    base = misses([search.best for search in searches])
    for search, miss in zip(searches, base, strict=True):
        # The other blocks have moved since: this is what the block misses now.
        search.miss = miss
    for column in range(max(len(search.block.knobs) for search in searches)):
        points = [dict(search.best) for search in searches]
        for search, point in zip(searches, points, strict=True):
            if column < len(search.block.knobs):
                point[search.block.knobs[column]] += step
        for search, moved, miss in zip(searches, misses(points), base, strict=True):
            if column < len(search.block.knobs):
                search.slopes[:, column] = (moved - miss) / step
