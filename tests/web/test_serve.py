from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tdm1.web import serve
from tdm1.web.settings import ServerError


@pytest.fixture
def told(monkeypatch) -> list[str]:
    monkeypatch.setattr(serve, "_run", lambda *_: None)
    return []


def _serve(
    told: list[str], host: str, port: int = 8000, workers: int = 1, config: Path | None = None, **options: object
) -> None:
    serve.serve(host, port, workers, config, **{"without_tokens": False, "tell": told.append} | options)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_it_says_where_and_that_it_is_research(told, host) -> None:
    _serve(told, host)
    assert "not a medical device" in told[0]
    assert not any("warning" in one for one in told)
    assert "[::1]:8000" in told[-1] if host == "::1" else f"http://{host}:8000" in told[-1]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "clinic.example"])
def test_another_address_needs_clients_or_an_explicit_option(told, host) -> None:
    with pytest.raises(ServerError, match="--without-tokens"):
        _serve(told, host)
    assert not told
    _serve(told, host, without_tokens=True)
    assert sum("warning" in one for one in told) == 2


@pytest.mark.parametrize(("port", "workers", "word"), [(0, 1, "port"), (70000, 1, "port"), (8000, 0, "workers")])
def test_numbers_that_cannot_be_are_refused(told, port, workers, word) -> None:
    with pytest.raises(ServerError, match=word):
        _serve(told, "127.0.0.1", port, workers)


def test_the_address_of_the_configuration_stands(told, tmp_path) -> None:
    config = tmp_path / "server.yaml"
    config.write_text("base_url: https://tdm1.clinic.example/dose\n", "utf-8")
    _serve(told, "127.0.0.1", config=config)
    assert "https://tdm1.clinic.example/dose" in told[-1]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_a_real_server_answers_a_check_logs_nothing_and_stops_on_ctrl_c(low_platelets) -> None:
    port = _free_port()
    code = f"from tdm1.cli._serve import run_serve; run_serve(port={port})"
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urlopen(f"{base}/healthz", timeout=1).close()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)
        sent = Request(f"{base}/api/check", json.dumps(low_platelets).encode(), {"Content-Type": "application/json"})
        with urlopen(sent, timeout=20) as answered:
            assert json.load(answered)["next_dose"]["action"] == "hold"
            assert "server" not in {name.lower() for name in answered.headers}
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=20)
    finally:
        server.kill()
    assert server.returncode == 0
    assert not out
    lines = err.decode().splitlines()
    assert len(lines) == 2
    assert f"{base}" in lines[1]
