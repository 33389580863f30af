"""Who may call the CDS services: the signed token (JWT) that CDS Hooks asks every client for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, cast

import jwt
from jwt import PyJWK, PyJWKSet

from tdm1.web.errors import ApiError
from tdm1.web.settings import ServerError, TrustedClient

#: Clocks may differ by this much (s).
_LEEWAY_S = 30
#: Longest life of a token (s): within it every one is remembered, so that it counts once.
LONGEST_LIFE_S = 3600
#: Tokens remembered at most; beyond them none is taken until some have run out.
MOST_REMEMBERED = 100_000
_LONGEST_ID = 256
_REQUIRED = ("iss", "aud", "exp", "iat", "jti")
_FEWEST_RSA_BITS = 2048


def _refused(why: str) -> ApiError:
    challenge = 'Bearer error="invalid_token"'
    return ApiError(401, f"the client's token is not accepted: {why}", "Authorization", {"WWW-Authenticate": challenge})


class Trust:
    """Checks tokens: signature by a known key of a known issuer, audience, time, and that each is used once."""

    def __init__(self, clients: tuple[TrustedClient, ...], most_remembered: int = MOST_REMEMBERED) -> None:
        self.clients = {one.issuer: (_keys(one), one.algorithms) for one in clients}
        self.most = most_remembered
        self.used: dict[tuple[str, str], float] = {}

    def check(self, header: str | None, audiences: tuple[str, ...]) -> None:
        """Raise ApiError 401 unless the Authorization header holds a good token for one of `audiences`.

        Which of issuer, key or signature was wrong is not told: that would tell who is trusted.
        """
        if not self.clients:
            return
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise ApiError(401, "a signed token is needed: Authorization: Bearer …", "Authorization",
                           {"WWW-Authenticate": "Bearer"})
        claims = self._verified(token.strip(), audiences)
        self._once(claims)

    def _verified(self, token: str, audiences: tuple[str, ...]) -> Mapping[str, Any]:
        unknown = _refused("issuer, key or signature is not known here")
        try:
            head = jwt.get_unverified_header(token)
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise unknown from None
        keys, algorithms = self.clients.get(issuer if isinstance(issuer, str) else "", ({}, ()))
        key = keys.get(str(head.get("kid")))
        if key is None or head.get("alg") not in algorithms or head.get("typ", "JWT") != "JWT":
            raise unknown
        try:
            claims = jwt.decode(
                token, key, algorithms=list(algorithms), audience=list(audiences), leeway=_LEEWAY_S,
                options={"require": list(_REQUIRED)},
            )
        except (jwt.InvalidAudienceError, jwt.ExpiredSignatureError, jwt.ImmatureSignatureError,
                jwt.InvalidIssuedAtError, jwt.MissingRequiredClaimError) as error:
            raise _refused(_SAID[type(error)]) from None
        except (jwt.PyJWTError, ValueError, OverflowError, TypeError):
            raise unknown from None
        life = float(claims["exp"]) - min(float(claims["iat"]), time.time())
        if life > LONGEST_LIFE_S + _LEEWAY_S:
            raise _refused(f"it lives longer than {LONGEST_LIFE_S} s")
        return cast("Mapping[str, Any]", claims)

    def _once(self, claims: Mapping[str, Any]) -> None:
        name = claims["jti"]
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_ID:
            raise _refused("jti is no text of 1 to 256 characters")
        now = time.time()
        if len(self.used) >= self.most:
            self.used = {one: until for one, until in self.used.items() if until > now}
        key = (str(claims["iss"]), name)
        if self.used.get(key, 0.0) > now:
            raise _refused("it was used before")
        if len(self.used) >= self.most:
            raise ApiError(503, "too many tokens are in use; try again later", headers={"Retry-After": "60"})
        self.used[key] = float(claims["exp"]) + _LEEWAY_S


_SAID: dict[type[Exception], str] = {
    jwt.InvalidAudienceError: "it is for another service (aud)",
    jwt.ExpiredSignatureError: "it has expired (exp)",
    jwt.ImmatureSignatureError: "it was issued in the future (iat)",
    jwt.InvalidIssuedAtError: "iat is no time",
    jwt.MissingRequiredClaimError: f"it needs {', '.join(_REQUIRED)}",
}


def _keys(client: TrustedClient) -> dict[str, PyJWK]:
    """Public keys of a client by kid. Raises ServerError for what is no JWK Set of key pairs."""
    try:
        found = PyJWKSet.from_dict(dict(client.jwks)).keys
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise ServerError(f"trusted_clients: the keys of {client.issuer} are no JWK Set: {error}") from error
    keys = {str(one.key_id): one for one in found if one.key_id and one.public_key_use in (None, "sig")}
    if not keys:
        raise ServerError(f"trusted_clients: {client.issuer} has no signing key with a kid")
    for name, one in keys.items():
        if one.key_type not in ("EC", "RSA"):
            raise ServerError(f"trusted_clients: key {name} of {client.issuer} is of type {one.key_type}; EC or RSA")
        bits = getattr(one.key, "key_size", 0)
        if one.key_type == "RSA" and bits < _FEWEST_RSA_BITS:
            raise ServerError(
                f"trusted_clients: key {name} of {client.issuer} has {bits} bits; {_FEWEST_RSA_BITS} at least"
            )
    return keys
