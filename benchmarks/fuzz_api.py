"""Requests made at random against the whole application, in this process: none may end in a fault of ours.

    python benchmarks/fuzz_api.py [--requests 50000] [--minutes 15] [--seed 1]

Three quarters are good requests spoilt in up to three places, a tenth raw bytes to any address, the rest made by
schemathesis from the OpenAPI document. Each answer must be no 5xx (but a 503 with Retry-After), hold no trace of ours,
echo nothing unescaped in HTML, and each refusal must have the one JSON shape. Simulations are asked for the fewest
people and a small number of times.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from web.fuzzing import Found, fuzz, small_forecasts

from tdm1.web.app import app
from tdm1.web.settings import ServerSettings

#: Requests of one round; time is looked at between rounds.
ROUND = 1_000
#: Requests to each address that runs a simulation, in the first round only.
SIMULATIONS = 6


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--requests", type=int, default=50_000)
    options.add_argument("--minutes", type=float, default=15.0)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from starlette.testclient import TestClient
    found, start, number = Found(), time.monotonic(), given.seed
    made = app(ServerSettings(requests_per_minute=0))
    with TestClient(made, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client, small_forecasts():
        while found.requests < given.requests and time.monotonic() - start < 60 * given.minutes:
            part = Found()
            simulations = SIMULATIONS if number == given.seed else 0
            fuzz(client, min(ROUND, given.requests - found.requests), number, part, simulations)
            found.kinds += part.kinds
            found.statuses += part.statuses
            found.wrong += part.wrong
            number += 1
            spent = time.monotonic() - start
            print(f"{found.requests} requests in {spent:.0f} s, {len(found.wrong)} wrong", file=sys.stderr, flush=True)
    print(f"{found.requests} requests (seeds {given.seed} to {number - 1}) in {time.monotonic() - start:.0f} s: "
          + ", ".join(f"{kind} {count}" for kind, count in sorted(found.kinds.items())))
    print("answers: " + ", ".join(f"{status}: {count}" for status, count in sorted(found.statuses.items())))
    for one in found.wrong[:20]:
        print("WRONG", one)
    print(f"{len(found.wrong)} wrong")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
