"""How a server is set up: address, limits, and the clients it trusts. Read from a YAML file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from tdm1.evidence import nearest
from tdm1.evidence._loader import parse_yaml

#: Signatures that a client may use: with a key pair, never a shared secret and never none.
ALGORITHMS = ("ES384", "RS384", "ES256", "ES512", "RS256", "RS512", "PS256", "PS384", "PS512")
#: What CDS Hooks recommends.
_RECOMMENDED = ("ES384", "RS384")
_MEGABYTE = 1024 * 1024


class ServerError(ValueError):
    """A setting of the server that cannot be; says which and how to mend it."""


@dataclass(frozen=True, slots=True)
class TrustedClient:
    """A CDS client: the issuer of its tokens, its public keys (a JWK Set), and the signatures it may use."""

    issuer: str
    jwks: Mapping[str, Any]
    algorithms: tuple[str, ...] = _RECOMMENDED

    def __post_init__(self) -> None:
        """Refuse signatures that prove nothing."""
        for name in self.algorithms:
            if name not in ALGORITHMS:
                raise ServerError(f"trusted_clients: algorithm '{name}' is not taken{nearest(name, ALGORITHMS)}"
                                  f" (known: {', '.join(ALGORITHMS)})")
        if not self.algorithms or not isinstance(self.jwks.get("keys"), list) or not self.jwks["keys"]:
            raise ServerError(f"trusted_clients: {self.issuer} needs at least one algorithm and one key")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Everything about one server.

    base_url             address under which clients call it; the audience of their tokens begins with it
    region               whose label CDS Hooks answers by: US, EU or England; None: US, and the answer says so
    hosts                further names by which it may be called, beside that of base_url and this computer
    origins              web pages of other servers that may call the CDS services (CORS)
    trusted_clients      clients of the CDS services; with none, everybody who reaches the server may call
    largest_body_bytes   largest request
    time_s               longest time for an answer; `forecast_time_s` for expect and explore
    requests_per_minute  of one client address; 0 for no limit
    most_at_once         requests in work at one time
    forecasts_waiting    requests for expect and explore that may wait for the one before
    behind_proxy         take the client's address from the proxy on this computer
    """

    base_url: str = "http://127.0.0.1:8000"
    region: str | None = None
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    trusted_clients: tuple[TrustedClient, ...] = ()
    largest_body_bytes: int = 2 * _MEGABYTE
    time_s: float = 10.0
    forecast_time_s: float = 60.0
    requests_per_minute: int = 1200
    most_at_once: int = 512
    forecasts_waiting: int = 8
    behind_proxy: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers and addresses that cannot be."""
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise ServerError(f"base_url is '{self.base_url}'; write it as https://host or https://host/path")
        if self.region not in (None, "US", "EU", "England"):
            raise ServerError(f"region '{self.region}' is not known; it takes US, EU or England")
        for name in ("largest_body_bytes", "time_s", "forecast_time_s", "most_at_once"):
            if not getattr(self, name) > 0:
                raise ServerError(f"{name} is {getattr(self, name)}; it must be more than 0")
        for name in ("requests_per_minute", "forecasts_waiting"):
            if getattr(self, name) < 0:
                raise ServerError(f"{name} is {getattr(self, name)}; it must be 0 or more")
        if "*" in self.origins or "*" in self.hosts:
            raise ServerError("hosts and origins take names, not *: name each one")

    @property
    def base(self) -> str:
        """The base address without a slash at its end."""
        return self.base_url.rstrip("/")

    @property
    def host_names(self) -> frozenset[str]:
        """Names in the Host header that are answered; another one is a page elsewhere that was pointed here."""
        own = urlsplit(self.base_url).hostname or ""
        return frozenset({own, "127.0.0.1", "localhost", "::1", *self.hosts})


def is_loopback(host: str) -> bool:
    """True for an address that only this computer reaches."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(file: Path | None, **given: Any) -> ServerSettings:
    """Settings of a YAML file with the names of ServerSettings; `given` stands above it. Raises ServerError.

    trusted_clients is a list of {issuer, jwks_file, algorithms}; jwks_file lies beside the settings.
    """
    document: dict[str, Any] = {}
    if file is not None:
        try:
            read = parse_yaml(file.read_text("utf-8"), file.name)
        except OSError as error:
            raise ServerError(f"{file.name}: cannot be read: {error.strerror or error}") from error
        except ValueError as error:
            raise ServerError(str(error)) from error
        if not isinstance(read, dict):
            raise ServerError(f"{file.name}: write one `setting: value` a line")
        document = cast("dict[str, Any]", read)
    known = {one.name: one for one in fields(ServerSettings)}
    for name, value in document.items():
        if name not in known:
            raise ServerError(f"{file.name if file else ''}: no setting is called '{name}'{nearest(name, known)}"
                              f" (known: {', '.join(known)})")
        document[name] = _checked(name, value, file)
    return ServerSettings(**(document | given))


def _checked(name: str, value: Any, file: Path | None) -> Any:
    """A setting of the file in its own type."""
    default = getattr(ServerSettings(), name)
    if name == "trusted_clients":
        return _clients(value, file)
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in cast("list[Any]", value)):
            raise ServerError(f"{name}: write a list of texts")
        return tuple(cast("list[str]", value))
    # bool stands first, for it counts as a whole number.
    takes: tuple[tuple[type, tuple[type, ...], str], ...] = (
        (bool, (bool,), "true or false"), (int, (int,), "a whole number"), (float, (int, float), "a number"),
        (object, (str,), "a text"),
    )
    kind, allowed, words = next(one for one in takes if isinstance(default, one[0]))
    if not isinstance(value, allowed) or (kind is not bool and isinstance(value, bool)):
        raise ServerError(f"{name} is {value!r}; {words} is expected")
    return value


def _clients(value: Any, file: Path | None) -> tuple[TrustedClient, ...]:
    found: list[TrustedClient] = []
    for raw in cast("list[Any]", value if isinstance(value, list) else [value]):
        entry = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
        extra = set(entry) - {"issuer", "jwks_file", "algorithms"}
        if extra or not isinstance(entry.get("issuer"), str) or not isinstance(entry.get("jwks_file"), str):
            raise ServerError("trusted_clients: each needs issuer and jwks_file, and may have algorithms")
        place = (file.parent if file is not None else Path()) / entry["jwks_file"]
        try:
            jwks = json.loads(place.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ServerError(f"trusted_clients: {place.name} is no JWK Set that can be read") from error
        if not isinstance(jwks, dict):
            raise ServerError(f"trusted_clients: {place.name} is no JWK Set: an object with keys is expected")
        names = tuple(map(str, entry.get("algorithms", _RECOMMENDED)))
        found.append(TrustedClient(entry["issuer"], cast("dict[str, Any]", jwks), names))
    return tuple(found)
