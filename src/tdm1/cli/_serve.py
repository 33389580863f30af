"""`tdm1 serve`: the web page, the API and the clinic's hooks on this machine."""

from __future__ import annotations

from pathlib import Path

from tdm1.cli._screen import note


def run_serve(
    host: str = "127.0.0.1", port: int = 8000, workers: int = 1, config: Path | None = None, *,
    without_tokens: bool = False,
) -> None:
    """Serve until Ctrl-C. Raises ServerError, which means bad input, for settings that cannot be.

    config           YAML or JSON file with the settings of docs/server.md
    without_tokens   serve other machines although no trusted clients are configured
    """
    from tdm1.web.serve import serve

    serve(host, port, workers, config, without_tokens=without_tokens, tell=note)
