"""Tokens of CDS clients, made here with real keys: good ones are taken once, all others are refused."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tdm1.web.errors import ApiError
from tdm1.web.settings import ServerError, TrustedClient
from tdm1.web.trust import LONGEST_LIFE_S, Trust

ISSUER = "https://ehr.example.org/"
HERE = "https://cds.example.org/cds-services/tdm1-patient-view"
_COUNT = iter(range(10**9))


@dataclass(frozen=True)
class Keys:
    """A key pair of each kind and the JWK Set that publishes them."""

    ec384: Any
    rsa: Any
    jwks: dict[str, Any]


@pytest.fixture(scope="module")
def keys() -> Keys:
    ec384 = ec.generate_private_key(ec.SECP384R1())
    rsa_ = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    published = [
        json.loads(ECAlgorithm.to_jwk(ec384.public_key())) | {"kid": "ec", "use": "sig", "alg": "ES384"},
        json.loads(RSAAlgorithm.to_jwk(rsa_.public_key())) | {"kid": "rsa", "use": "sig", "alg": "RS384"},
    ]
    return Keys(ec384, rsa_, {"keys": published})


@pytest.fixture
def trust(keys: Keys) -> Trust:
    return Trust((TrustedClient(ISSUER, keys.jwks),))


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": ISSUER, "aud": HERE, "exp": now + 300, "iat": now, "jti": f"once-{next(_COUNT)}"} | other
    return {name: value for name, value in made.items() if value is not None}


def token(key: Any, alg: str = "ES384", kid: str | None = "ec", typ: str = "JWT", **other: Any) -> str:
    head = {"typ": typ} | ({"kid": kid} if kid else {})
    return "Bearer " + jwt.encode(claims(**other), key, algorithm=alg, headers=head)


def refused(trust: Trust, header: str | None) -> str:
    with pytest.raises(ApiError) as told:
        trust.check(header, (HERE,))
    assert told.value.status == 401
    assert told.value.headers["WWW-Authenticate"].startswith("Bearer")
    return told.value.message


@pytest.mark.parametrize(("kind", "alg", "kid"), [("ec384", "ES384", "ec"), ("rsa", "RS384", "rsa")])
def test_token_against_a_real_signature(trust: Trust, keys: Keys, kind: str, alg: str, kid: str) -> None:
    trust.check(token(getattr(keys, kind), alg, kid), (HERE,))
    trust.check(token(getattr(keys, kind), alg, kid, aud=[HERE]), (HERE,))


def test_without_trusted_clients_everybody_may_call() -> None:
    Trust(()).check(None, (HERE,))


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc"])
def test_no_token_is_asked_for(trust: Trust, header: str | None) -> None:
    assert "needed" in refused(trust, header)


@pytest.mark.parametrize(
    ("other", "word"),
    [
        ({"aud": "https://cds.example.org/cds-services/other"}, "aud"),
        ({"aud": "https://cds.example.org/cds-services"}, "aud"),
        ({"exp": 1_000_000_000, "iat": 999_999_000}, "expired"),
        ({"iat": 4_000_000_000, "exp": 4_000_000_100}, "future"),
        ({"exp": int(time.time()) + LONGEST_LIFE_S + 86_400}, "longer"),  # a day: tests may run long after this line
        ({"jti": None}, "jti"), ({"jti": ""}, "jti"), ({"jti": "x" * 257}, "jti"),
        ({"iat": None}, "iat"), ({"exp": None}, "exp"), ({"aud": None}, "aud"),
    ],
)
def test_bad_claims_are_named(trust: Trust, keys: Keys, other: dict[str, Any], word: str) -> None:
    assert word in refused(trust, token(keys.ec384, **other))


def test_a_token_counts_once(trust: Trust, keys: Keys) -> None:
    header = token(keys.ec384)
    trust.check(header, (HERE,))
    assert "used before" in refused(trust, header)


def _unsigned(keys: Keys) -> str:
    return "Bearer " + jwt.encode(claims(), None, algorithm="none", headers={"kid": "ec", "typ": "JWT"})


def _by_public_key_as_secret(keys: Keys) -> str:
    """The old attack: the public key taken as a shared secret."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT", "kid": "ec"}, claims())
    )
    import hashlib
    import hmac

    secret = json.dumps(keys.jwks["keys"][0]).encode()
    mac = hmac.new(secret, head + b"." + body, hashlib.sha256).digest()
    return "Bearer " + (head + b"." + body + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def _changed(keys: Keys) -> str:
    head, _, mac = token(keys.ec384).removeprefix("Bearer ").split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(aud=HERE)).encode()).rstrip(b"=").decode()
    return f"Bearer {head}.{body}.{mac}"


FORGERIES: dict[str, Callable[[Keys], str]] = {
    "alg none": _unsigned,
    "public key as a secret": _by_public_key_as_secret,
    "claims changed after signing": _changed,
    "another key": lambda keys: token(ec.generate_private_key(ec.SECP384R1())),
    "another issuer": lambda keys: token(keys.ec384, iss="https://elsewhere.example.org/"),
    "issuer that is no text": lambda keys: token(keys.ec384, iss=None),
    "unknown kid": lambda keys: token(keys.ec384, kid="other"),
    "no kid": lambda keys: token(keys.ec384, kid=None),
    "kind of another key": lambda keys: token(keys.rsa, "RS384", "ec"),
    "algorithm not allowed": lambda keys: token(keys.rsa, "RS256", "rsa"),
    "type that is no JWT": lambda keys: token(keys.ec384, typ="at+jwt"),
    "no token at all": lambda keys: "Bearer a.b.c",
    "no text": lambda keys: "Bearer \x00\xff",
    "nested": lambda keys: "Bearer " + base64.urlsafe_b64encode(b"[" * 5000).decode() + ".e30.",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_refused_alike(trust: Trust, keys: Keys, name: str) -> None:
    """Which of issuer, key and signature was wrong is not told."""
    assert "issuer, key or signature is not known here" in refused(trust, FORGERIES[name](keys))


def test_memory_of_used_tokens_is_bounded_and_closes_when_full(keys: Keys) -> None:
    trust = Trust((TrustedClient(ISSUER, keys.jwks),), most_remembered=3)
    for _ in range(3):
        trust.check(token(keys.ec384), (HERE,))
    with pytest.raises(ApiError) as told:
        trust.check(token(keys.ec384), (HERE,))
    assert told.value.status == 503
    for name in trust.used:
        trust.used[name] = 0.0
    trust.check(token(keys.ec384), (HERE,))
    assert len(trust.used) == 1


@pytest.mark.parametrize("algorithms", [("none",), ("HS256",), ("ES384", "HS384"), ()])
def test_settings_take_no_signature_that_proves_nothing(keys: Keys, algorithms: tuple[str, ...]) -> None:
    with pytest.raises(ServerError):
        TrustedClient(ISSUER, keys.jwks, algorithms)


def test_settings_take_no_shared_secret_and_no_short_key(keys: Keys) -> None:
    secret = {"keys": [{"kty": "oct", "kid": "s", "k": base64.urlsafe_b64encode(b"x" * 64).decode(), "alg": "HS512"}]}
    with pytest.raises(ServerError, match="type oct"):
        Trust((TrustedClient(ISSUER, secret),))
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    jwks = {"keys": [json.loads(RSAAlgorithm.to_jwk(short.public_key())) | {"kid": "short"}]}
    with pytest.raises(ServerError, match="1024 bits"):
        Trust((TrustedClient(ISSUER, jwks),))
    encryption = {"keys": [keys.jwks["keys"][0] | {"use": "enc"}]}
    with pytest.raises(ServerError, match="no signing key"):
        Trust((TrustedClient(ISSUER, encryption),))
