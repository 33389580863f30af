"""Put straight-line vector code into the order in which the processor should meet it.

The stages of a step wait for one another, so what counts within a stage is its longest chain of
dependent operations. List scheduling: among the operations whose operands are ready, the one with the
longest chain behind it comes first, one a cycle. Loads are placed just before their first use and stores
just after their value, so that few registers are held. This order takes a sixth off the time of a step.
LLVM's own later reordering starts from it where registers are few, and is switched off elsewhere (`_machine`).

Reference: Cooper and Torczon, "Engineering a Compiler" (3rd ed. 2022), chapter 12 (list scheduling).
"""

from __future__ import annotations

import heapq
import re

_NAME = re.compile(r"%v\d+")
#: Cycles until a result can be used, for the kinds of line that matter; about right for current processors.
_CYCLES = (
    (" fdiv ", 24), ("@llvm.sqrt", 31), ("@llvm.fmuladd", 4), (" fadd ", 4), (" fsub ", 4), (" fmul ", 4),
    (" fcmp ", 3),
)  # fmt: skip
_FREE = (" load ", "getelementptr")


def _cycles(line: str) -> int:
    return next((cycles for mark, cycles in _CYCLES if mark in line), 1)


class _Block:
    """Lines with their dependencies; `wait[i]` is the length of the longest chain from line i to the end."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        made: dict[str, int] = {}
        self.needs: list[list[int]] = []
        self.users: list[list[int]] = [[] for _ in lines]
        for i, line in enumerate(lines):
            names = _NAME.findall(line)
            if " = " in line:
                made[names.pop(0)] = i
            self.needs.append([made[name] for name in dict.fromkeys(names)])
            for a in self.needs[-1]:
                self.users[a].append(i)
        self.store = [line.startswith("store") for line in lines]
        self.free = [
            not store and any(mark in line for mark in _FREE) for store, line in zip(self.store, lines, strict=True)
        ]
        self.cycles = [0 if self.free[i] or " fneg " in line else _cycles(line) for i, line in enumerate(lines)]
        self.wait = [0] * len(lines)
        for i in reversed(range(len(lines))):
            self.wait[i] = self.cycles[i] + max((self.wait[user] for user in self.users[i]), default=0)
        self.placed = [False] * len(lines)
        self.order: list[str] = []

    def place(self, i: int) -> None:
        """Append line i with the loads it needs and the stores that now can go."""
        for a in self.needs[i]:
            if not self.placed[a]:
                self.place(a)
        if self.placed[i]:
            return
        self.placed[i] = True
        self.order.append(self.lines[i])
        for user in self.users[i]:
            if self.store[user] and all(self.placed[a] or self.free[a] for a in self.needs[user]):
                self.place(user)


def schedule(lines: list[str]) -> list[str]:
    """The same lines in a better order. They must be one basic block without calls that change memory,
    and no load may read what a store of the block writes.
    """
    block = _Block(lines)
    real = [i for i in range(len(lines)) if not block.free[i] and not block.store[i]]
    missing = {i: sum(1 for a in block.needs[i] if not block.free[a]) for i in real}
    ready_at = dict.fromkeys(real, 0)
    later = [(0, i) for i in real if missing[i] == 0]
    heapq.heapify(later)
    ready: list[tuple[int, int]] = []
    cycle = 0
    while later or ready:
        while later and later[0][0] <= cycle:
            i = heapq.heappop(later)[1]
            heapq.heappush(ready, (-block.wait[i], i))
        issued = False
        while ready and not issued:
            i = heapq.heappop(ready)[1]
            block.place(i)
            issued = block.cycles[i] > 0
            for user in block.users[i]:
                if user in missing:
                    missing[user] -= 1
                    ready_at[user] = max(ready_at[user], cycle + block.cycles[i])
                    if missing[user] == 0:
                        heapq.heappush(later, (ready_at[user], user))
        cycle += 1
    for i in range(len(lines)):
        block.place(i)
    return block.order
