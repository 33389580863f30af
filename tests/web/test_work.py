from __future__ import annotations

import asyncio
import threading

import pytest

from tdm1.regimen import RegimenError
from tdm1.web.errors import ApiError
from tdm1.web.work import Workers


def test_work_runs_in_a_thread_and_gives_its_result() -> None:
    async def main() -> tuple[int, str]:
        workers = Workers("t", 1, 4)
        try:
            name = await workers.run(lambda: threading.current_thread().name)
            return await workers.run(lambda x: x + 1, 41), name
        finally:
            workers.close()

    result, name = asyncio.run(main())
    assert result == 42
    assert name.startswith("tdm1-t")


def test_more_than_may_wait_is_refused_and_room_comes_back() -> None:
    async def main() -> None:
        workers = Workers("t", 1, 2)
        go = threading.Event()
        try:
            waiting = [asyncio.create_task(workers.run(go.wait)) for _ in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(ApiError) as refused:
                await workers.run(go.wait)
            assert refused.value.status == 503
            assert "Retry-After" in refused.value.headers
            go.set()
            await asyncio.gather(*waiting)
            await asyncio.sleep(0.01)
            assert await workers.run(lambda: 1) == 1
        finally:
            go.set()
            workers.close()

    asyncio.run(main())


def test_work_given_up_before_it_began_is_dropped_and_work_begun_stays_counted() -> None:
    async def main() -> None:
        workers = Workers("t", 1, 2)
        go, ran = threading.Event(), list[str]()
        try:
            begun = asyncio.create_task(workers.run(go.wait))
            dropped = asyncio.create_task(workers.run(ran.append, "dropped"))
            await asyncio.sleep(0.02)
            begun.cancel()
            dropped.cancel()
            await asyncio.sleep(0.02)
            await_one = asyncio.create_task(workers.run(ran.append, "next"))
            await asyncio.sleep(0)
            with pytest.raises(ApiError):
                # The thread is still at work on the first, so only one more may wait.
                await workers.run(ran.append, "too much")
            go.set()
            await await_one
            assert ran == ["next"]
        finally:
            go.set()
            workers.close()

    asyncio.run(main())


def test_bad_input_is_told_with_its_place_and_faults_stay_faults() -> None:
    def bad() -> None:
        raise RegimenError("cycles: it is 0; give 1 to 60")

    def broken() -> None:
        raise ValueError("ours")

    async def main() -> None:
        workers = Workers("t", 1, 2)
        try:
            with pytest.raises(ApiError) as told:
                await workers.run(bad)
            assert (told.value.status, told.value.where, told.value.message) == (422, "cycles", "it is 0; give 1 to 60")
            with pytest.raises(ValueError, match="ours"):
                await workers.run(broken)
        finally:
            workers.close()

    asyncio.run(main())
