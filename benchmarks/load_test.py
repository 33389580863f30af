"""How many checks the server answers, and how fast: clients on loopback, each with one connection that stays open.

    python benchmarks/load_test.py [--clients 200] [--seconds 10] [--think 1] [--workers 2]

Starts a server of its own and the clients in a second process, on one machine: they share its cores, so a real server
is faster than this one looks. Prints one line for clients that never pause and one for clients that think between two
checks. Every answer is compared with the first one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from tdm1.person import examples

HOST = "127.0.0.1"
EXAMPLE = "low_platelets"


@dataclass
class Tally:
    """What the clients saw: seconds of every answer, and answers that were wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0


def free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return one.getsockname()[1]


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = next(int(one.split(b":")[1]) for one in lines if one.lower().startswith(b"content-length"))
    return int(lines[0].split()[1]), await reader.readexactly(length)


async def client(port: int, request: bytes, until: float, think_s: float, tally: Tally, expected: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        # Clients do not begin all in one moment.
        await asyncio.sleep(random.random() * min(think_s, 1.0))
        while time.perf_counter() < until:
            start = time.perf_counter()
            writer.write(request)
            status, body = await answer(reader)
            tally.seconds.append(time.perf_counter() - start)
            if not expected:
                expected.append(body)
            tally.errors += status != 200 or body != expected[0]
            if think_s:
                # From half to one and a half of it, so that clients do not fall into step.
                await asyncio.sleep(think_s * (0.5 + random.random()))
    except (OSError, asyncio.IncompleteReadError):
        tally.errors += 1
    finally:
        writer.close()


async def load(port: int, clients: int, seconds: float, think_s: float) -> Tally:
    body = json.dumps(examples.example(EXAMPLE), default=str).encode()
    request = (
        f"POST /api/check HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    tally, expected = Tally(), list[bytes]()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(client(port, request, until, think_s, tally, expected) for _ in range(clients)))
    return tally


def report(name: str, tally: Tally, clients: int, seconds: float) -> None:
    ordered = sorted(tally.seconds)
    p50, p95, p99 = (1000 * percentile(ordered, share) for share in (0.5, 0.95, 0.99))
    print(f"{name}: {clients} clients, {len(ordered)} checks in {seconds:g} s = {len(ordered) / seconds:.0f} a second; "
          f"ms: p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f}, most {1000 * ordered[-1]:.0f}; errors {tally.errors}")


def serve(port: int, workers: int, config: Path) -> subprocess.Popen[bytes]:
    code = ("from pathlib import Path; from tdm1.cli._serve import run_serve; "
            f"run_serve(port={port}, workers={workers}, config=Path({str(config)!r}))")
    started = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    for _ in range(300):
        time.sleep(0.1)
        try:
            with urlopen(f"http://{HOST}:{port}/healthz", timeout=1):
                return started
        except OSError:
            if started.poll() is not None:
                break
    started.kill()
    raise SystemExit("the server did not start")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--clients", type=int, default=200)
    options.add_argument("--seconds", type=float, default=8.0)
    options.add_argument("--think", type=float, default=1.0, help="seconds between two checks of one client")
    options.add_argument("--workers", type=int, default=2, help="processes of the server")
    options.add_argument("--settle", type=float, default=15.0, help="seconds to wait after the start")
    given = options.parse_args()
    if not 0 < given.seconds <= 20:
        raise SystemExit("--seconds may be at most 20")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "server.yaml"
        config.write_text("requests_per_minute: 0\n", "utf-8")
        server = serve(port, given.workers, config)
        try:
            # Every process loads its equations in the background when it starts; that is not what is measured.
            time.sleep(given.settle)
            for _ in range(2):
                # The first checks load the rules, in every process.
                asyncio.run(load(port, 16, 1.0, 0.0))
            errors = 0
            for name, think in (("no pause", 0.0), (f"{given.think:g} s pause", given.think)):
                tally = asyncio.run(load(port, given.clients, given.seconds, think))
                report(name, tally, given.clients, given.seconds)
                errors += tally.errors
        finally:
            server.terminate()
            server.wait(10)
    print(f"{given.workers} processes of the server and one of the clients on {os.cpu_count()} cores")
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
