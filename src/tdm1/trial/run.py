"""Runs a virtual trial: arms, summaries, comparison."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tdm1 import engine
from tdm1.trial.arm import run_arm
from tdm1.trial.comparison import compare
from tdm1.trial.control import run_control
from tdm1.trial.definition import Arm, PublishedArm, TrialFile
from tdm1.trial.people import people
from tdm1.trial.reading import InputError
from tdm1.trial.result import ArmResult, TrialResult
from tdm1.trial.summary import failures, summary
from tdm1.trial.workers import executor

if TYPE_CHECKING:
    from tdm1.trial.chunk_store import ChunkStore

#: Told how far the run is (0 to 1) and what it is doing.
Progress = Callable[[float, str], None]


def allocate(arms: dict[str, Arm], patients: int) -> dict[str, int]:
    """Patients of each arm when `patients` are shared out in the trial's own proportions, each at least one.

    Raises InputError when there are fewer patients than arms.
    """
    if patients < len(arms):
        raise InputError(f"{patients} patients cannot fill {len(arms)} arms; ask for {len(arms)} or more")
    planned = sum(arm.patients for arm in arms.values())
    if patients == planned:
        return {name: arm.patients for name, arm in arms.items()}
    shares = {name: patients * arm.patients / planned for name, arm in arms.items()}
    counts = {name: max(1, int(share)) for name, share in shares.items()}
    # What rounding left over goes to the arms that lost most by it, in the order of the file.
    for name in sorted(shares, key=lambda arm: shares[arm] - counts[arm], reverse=True):
        if sum(counts.values()) < patients:
            counts[name] += 1
    while sum(counts.values()) > patients:
        counts[max(counts, key=lambda arm: counts[arm])] -= 1
    return counts


def run(
    trial: TrialFile, *, patients: int | None = None, seed: int | None = None, workers: int | None = None,
    dask: str | None = None, store: ChunkStore | None = None, progress: Progress | None = None,
    note: Callable[[str], None] | None = None,
) -> TrialResult:
    """Run a virtual trial.

    patients  patients over all arms, shared out as in the trial; the trial's own number if None
    seed      seed of all random numbers; the trial's own if None
    workers   processes of this machine that share the work; one if None. It does not change the numbers
    dask      address of a Dask scheduler whose workers do the work instead
    store     keeps finished chunks on disk (`plan` and `chunk_store` make one); what is there is not done again
    progress  told how far the run is and what it is doing
    note      told, in words, of a stored chunk that is damaged and done again

    The first N patients are the same people whatever the number of patients, and every arm treats the same
    people. Raises InputError for a number of patients, seed or worker that cannot be, or a cluster that is silent.
    """
    tell = progress or (lambda share, what: None)
    chosen, counts = plan(trial, patients=patients, seed=seed)
    started = time.perf_counter()
    tell(0.0, "preparing the equations")
    engine.compile(trial.body, report=lambda what: tell(0.0, what))
    results: dict[str, ArmResult] = {}
    with executor(workers, dask) as execute:
        for place, (name, arm) in enumerate(trial.arms.items()):
            sized = arm.model_copy(update={"patients": counts[name]})
            tell(place / len(trial.arms), f"arm {name}: {counts[name]} patients")
            if not isinstance(sized, PublishedArm):
                results[name] = run_arm(
                    trial, name, sized, chosen, execute,
                    lambda share, place=place, name=name: tell((place + share) / len(trial.arms), f"arm {name}"),
                    store, note or (lambda text: None),
                )
            else:
                who = people(trial, chosen, 0, counts[name])
                results[name] = run_control(name, sized, who.covariates, who.follow_up, chosen)
    tell(1.0, "comparing with what was published")
    summaries = {name: summary(arm) for name, arm in results.items()}
    return TrialResult(
        trial=trial.name, title=trial.title, seed=chosen, patients=sum(counts.values()),
        seconds=time.perf_counter() - started, failed_solves=sum(failures(arm) for arm in results.values()),
        arms=results, comparison=compare(trial, results, summaries), summary=summaries, definition=trial.text,
        model=trial.body.name,
    )


def plan(trial: TrialFile, *, patients: int | None = None, seed: int | None = None) -> tuple[int, dict[str, int]]:
    """The seed and the patients of each arm that `run` would take. Raises InputError for those that cannot be."""
    if seed is not None and seed < 0:
        raise InputError(f"seed {seed} is negative; use 0 or more")
    planned = sum(arm.patients for arm in trial.arms.values())
    return trial.seed if seed is None else seed, allocate(trial.arms, planned if patients is None else patients)
