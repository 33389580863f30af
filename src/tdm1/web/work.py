"""Work off the event loop: a few threads, and a bounded queue before them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from tdm1.web.errors import ApiError, bad_input, is_ours

_T = TypeVar("_T")


class Workers:
    """Threads for one kind of work.

    threads   that work at once
    most      requests that are worked on or wait; more are refused with 503
    """

    def __init__(self, name: str, threads: int, most: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"tdm1-{name}")
        self._most = most
        self._busy = 0

    async def run(self, work: Callable[..., _T], *given: Any) -> _T:
        """The result of `work(*given)` from a thread.

        Raises ApiError: 503 when too much waits, 422 for bad input. Given up by the caller (its time is over), work
        that has not begun is dropped; a thread at work cannot be stopped and stays counted until it is done.
        """
        if self._busy >= self._most:
            raise ApiError(503, "too much is in work at once; try again in a second", headers={"Retry-After": "1"})
        self._busy += 1
        future = self._pool.submit(work, *given)
        future.add_done_callback(self._done_in(asyncio.get_running_loop()))
        try:
            return await asyncio.wrap_future(future)
        except Exception as error:
            if is_ours(error):
                raise bad_input(error) from error
            raise

    async def run_small(self, small: bool, work: Callable[..., _T], *given: Any) -> _T:
        """As `run`, but small work is done at once: handing it to a thread and back would cost more than it does."""
        if not small:
            return await self.run(work, *given)
        try:
            return work(*given)
        except Exception as error:
            if is_ours(error):
                raise bad_input(error) from error
            raise

    def _done_in(self, loop: asyncio.AbstractEventLoop) -> Callable[[Any], None]:
        def done(_: Any) -> None:
            # The server may have stopped before its last thread.
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._free)

        return done

    def _free(self) -> None:
        self._busy -= 1

    def close(self) -> None:
        """Let the threads end; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
