"""Runs the server: one process, or several that listen at one address."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tdm1.web.settings import ServerError, ServerSettings, is_loopback, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

#: Configuration of the processes that uvicorn starts, which share nothing else with this one.
_CONFIG, _ADDRESS = "TDM1_SERVE_CONFIG", "TDM1_SERVE_BASE_URL"
_GRACE_S = 5
_MOST_WORKERS = 64
#: A thread at work gives way to the one that answers after this long (s); Python's own 5 ms makes the quick wait.
_SWITCH_S = 0.0005


def serve(
    host: str, port: int, workers: int, config: Path | None, *, without_tokens: bool, tell: Callable[[str], None]
) -> None:
    """Serve until stopped.

    without_tokens   serve others than this machine although no client's tokens are checked
    tell             told where the server is, and warnings, a line a call
    Raises ServerError for settings that cannot be, and for a public address without trusted clients.
    """
    settings = _settings(host, port, workers, config, without_tokens=without_tokens)
    tell("Research software, not a medical device: the treating team decides.")
    if not is_loopback(host):
        tell("warning: other machines can reach this server. Put TLS in front of it; tdm1 speaks plain HTTP.")
        if not settings.trusted_clients:
            tell("warning: no trusted_clients: everybody who reaches it can ask the clinic's hooks.")
    tell(f"tdm1 serves on {settings.base} (API: {settings.base}/api). Stop with Ctrl-C.")
    _run(settings, host, port, workers, config)


def _settings(host: str, port: int, workers: int, config: Path | None, *, without_tokens: bool) -> ServerSettings:
    if not 0 < port < 65536:
        raise ServerError(f"port {port} cannot be; give 1 to 65535")
    if not 1 <= workers <= _MOST_WORKERS:
        raise ServerError(f"workers is {workers}; give 1 to {_MOST_WORKERS}")
    settings = load_settings(config)
    if settings.base_url == ServerSettings.__dataclass_fields__["base_url"].default:
        settings = load_settings(config, base_url=_address(host, port))
    if settings.trusted_clients and workers > 1:
        raise ServerError("trusted_clients and several workers do not go together: a token counts once, and each "
                          "process remembers only its own; use --workers 1")
    if not is_loopback(host) and not settings.trusted_clients and not without_tokens:
        raise ServerError(f"host {host} can be reached by other machines, and no trusted_clients are configured; "
                          "name them in --config, or add --without-tokens to serve everybody")
    return settings


def _address(host: str, port: int) -> str:
    name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def _run(settings: ServerSettings, host: str, port: int, workers: int, config: Path | None) -> None:
    import uvicorn

    if config is not None:
        os.environ[_CONFIG] = str(config.resolve())
    os.environ[_ADDRESS] = settings.base_url
    try:
        uvicorn.run(
            "tdm1.web.serve:made", factory=True, host=host, port=port, workers=workers if workers > 1 else None,
            # No access log: an address, a time and a path are about a person.
            access_log=False, log_level="warning", server_header=False, date_header=False, ws="none",
            proxy_headers=settings.behind_proxy, forwarded_allow_ips="127.0.0.1", timeout_graceful_shutdown=_GRACE_S,
            timeout_keep_alive=30, backlog=2048, limit_concurrency=None, lifespan="on",
        )
    except KeyboardInterrupt:
        return
    except SystemExit as end:
        if end.code:
            raise ServerError(f"no server could start on {host}:{port}; does another one listen there?") from end


def made() -> FastAPI:
    """The application of one process, from the environment that `serve` set."""
    from tdm1.web.app import app

    sys.setswitchinterval(_SWITCH_S)
    config = os.environ.get(_CONFIG)
    given = {"base_url": os.environ[_ADDRESS]} if _ADDRESS in os.environ else {}
    return app(load_settings(Path(config) if config else None, **given), warm=True)
