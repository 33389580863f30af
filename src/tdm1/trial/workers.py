"""Who does the work: this process, processes of this machine, or a cluster. The numbers do not depend on it.

The work is a list of independent tasks. On a cluster (Dask) a task whose worker dies is done again by another one,
and every task's result comes back exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol, TypeVar

from tdm1.trial.program import Program, identity
from tdm1.trial.reading import InputError

T = TypeVar("T")

#: Tasks that wait for each worker: one at work, one ready. More would pile up results.
_IN_FLIGHT = 2
#: Times that a task may lose its worker before it counts as what kills them.
_DEATHS = 5
_PATIENCE_S = 10


class Execute(Protocol):
    """Does tasks: yields (position, result) as they finish, in any order, every position once."""

    def __call__(self, function: Callable[..., T], tasks: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]:
        """Do `function(*task)` for every task."""
        ...


@contextmanager
def executor(workers: int | None = None, dask: str | None = None) -> Generator[Execute]:
    """What does the tasks.

    workers   processes started on this machine; 1 or None is this process
    dask      address of a Dask scheduler (`tcp://host:8786`) whose workers do the tasks; none is started

    Raises InputError when both are asked for, when nobody answers at the address, or when the workers there run
    another Python or another tdm1.
    """
    if workers is not None and workers < 1:
        raise InputError(f"{workers} workers cannot do anything; use 1 or more")
    if dask is not None and workers is not None:
        raise InputError("--workers starts processes here and --dask uses those of a cluster; give one of them")
    if dask is not None:
        with _existing(dask) as execute:
            yield execute
    elif workers is not None and workers > 1:
        with ExitStack() as stack:
            started: list[Execute] = []

            def execute_here_or_there(
                function: Callable[..., T], tasks: Sequence[tuple[Any, ...]]
            ) -> Iterator[tuple[int, T]]:
                if len(tasks) < 2:  # not worth the start of processes
                    return here(function, tasks)
                if not started:
                    started.append(stack.enter_context(_local(workers)))
                return started[0](function, tasks)

            yield execute_here_or_there
    else:
        yield here


def here(function: Callable[..., T], tasks: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]:
    """In this process, one task after the other."""
    for position, task in enumerate(tasks):
        yield position, function(*task)


@contextmanager
def _local(workers: int) -> Generator[Execute]:
    import logging

    from dask import config
    from distributed import Client, LocalCluster

    from tdm1 import engine

    threads = max(1, engine.available_threads() // workers)
    settings = {
        # Deaths that are forgiven: the one after them is the last.
        "distributed.scheduler.allowed-failures": _DEATHS - 1,
        "distributed.worker.daemon": True,
        # Workers share the cores of the machine.
        "distributed.nanny.environ": {engine.THREADS: str(threads)},
        "distributed.worker.memory.terminate": False,
        # A worker of this machine that does not answer at once is gone.
        "distributed.comm.timeouts.connect": "3s",
        "distributed.admin.log-format": "%(message)s",
    }
    # A worker that dies and its restart are what this is for: no news.
    with (
        config.set(settings),
        _quiet(logging.CRITICAL),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # any free port, of this machine alone
            silence_logs=logging.CRITICAL, memory_limit=0,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield _on(client)


@contextmanager
def _quiet(level: int) -> Generator[None]:
    """Nothing below `level` from Dask, whose loggers are then as they were."""
    import logging

    names = ("", ".client", ".nanny", ".scheduler", ".worker")
    loggers = [logging.getLogger(f"distributed{name}") for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(level)
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.setLevel(was)


@contextmanager
def _existing(address: str) -> Generator[Execute]:
    import logging

    from distributed import Client

    try:
        client = Client(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(
            f"--dask {address}: no Dask scheduler answers there ({error or 'silence'}); start one with 'dask"
            " scheduler', workers with 'dask worker ADDRESS', or use --workers"
        ) from error
    with client, _quiet(logging.ERROR):
        found: dict[str, Any] = client.run(identity, on_error="return")  # pyright: ignore[reportAssignmentType]
        if not found:
            raise InputError(f"--dask {address}: the scheduler has no workers; start one: dask worker {address}")
        for worker, one in found.items():
            if isinstance(one, BaseException):
                raise InputError(
                    f"--dask {address}: worker {worker} cannot load this tdm1 ({one}); install the same tdm1 there"
                )
            _compare(f"--dask {address}: worker {worker}", one, identity())
        yield _on(client)


def _compare(where: str, found: Program, own: Program) -> None:
    if found != own:
        raise InputError(
            f"{where} has {found}, but here is {own}; results of two programs are no one run: install the same tdm1"
            " on both"
        )


def _checked(asker: Program, function: Callable[..., T], task: tuple[Any, ...]) -> T:
    """The task, done on a worker, which may have come to the cluster after the run began."""
    import socket

    _compare(f"--dask: a worker on {socket.gethostname()}", identity(), asker)
    return function(*task)


def _on(client: Any) -> Execute:
    def execute(function: Callable[..., T], tasks: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]:
        from distributed import KilledWorker, as_completed

        asker = identity()
        left = iter(enumerate(tasks))
        positions: dict[str, int] = {}

        def submit() -> Any:
            position, task = next(left, (None, ()))
            if position is None:
                return None
            # Not pure: equal tasks of two runs must not share a result.
            future = client.submit(_checked, asker, function, task, pure=False, retries=0)
            positions[future.key] = position
            return future

        window = max(1, _IN_FLIGHT * len(client.scheduler_info(n_workers=-1)["workers"]))
        waiting = as_completed(
            [future for _ in range(window) if (future := submit()) is not None], loop=client.loop
        )
        try:
            for future in waiting:
                try:
                    result = future.result()
                except KilledWorker as error:
                    raise RuntimeError(
                        f"a task lost its worker {error.allowed_failures + 1} times and is given up:"
                        " look for too little memory there"
                    ) from error
                position = positions.pop(future.key)
                future.release()
                following = submit()
                if following is not None:
                    waiting.add(following)
                yield position, result
        finally:
            waiting.clear()

    return execute


