"""Settings of the server: read from a file, and refused with the name where they cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tdm1.web.settings import ServerError, ServerSettings, is_loopback, load_settings


def write(folder: Path, text: str) -> Path:
    file = folder / "server.yaml"
    file.write_text(text, "utf-8")
    return file


def test_without_a_file_the_settings_are_the_defaults() -> None:
    assert load_settings(None) == ServerSettings()
    assert load_settings(None, base_url="https://a.example/").base == "https://a.example"


def test_a_file_is_read_and_what_is_given_stands_above_it(tmp_path: Path) -> None:
    text = "base_url: https://cds.example.org\ntime_s: 5\norigins: [https://ehr.example.org]\nregion: EU\n"
    file = write(tmp_path, text)
    found = load_settings(file, time_s=7.0)
    assert found == ServerSettings(
        base_url="https://cds.example.org", time_s=7.0, origins=("https://ehr.example.org",), region="EU"
    )


def test_keys_of_clients_are_read_beside_the_file(tmp_path: Path) -> None:
    public = ec.generate_private_key(ec.SECP384R1()).public_key()
    jwks = {"keys": [json.loads(ECAlgorithm.to_jwk(public)) | {"kid": "k"}]}
    (tmp_path / "ehr.json").write_text(json.dumps(jwks), "utf-8")
    file = write(tmp_path, "trusted_clients:\n  - {issuer: https://ehr.example.org, jwks_file: ehr.json}\n")
    client = load_settings(file).trusted_clients[0]
    assert (client.issuer, client.jwks, client.algorithms) == ("https://ehr.example.org", jwks, ("ES384", "RS384"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("time_x: 3\n", "did you mean 'time_s'"), ("time_s: soon\n", "time_s"), ("time_s: 0\n", "time_s"),
        ("most_at_once: 1.5\n", "whole number"), ("most_at_once: true\n", "whole number"),
        ("behind_proxy: 1\n", "true or false"), ("requests_per_minute: -1\n", "requests_per_minute"),
        ("base_url: ftp://x\n", "base_url"), ("base_url: https://x?y=1\n", "base_url"), ("base_url: 3\n", "base_url"),
        ("origins: https://x\n", "origins"), ("origins: ['*']\n", "origins"), ("region: Mars\n", "region"),
        ("- a\n", "setting: value"), ("a: [\n", "server.yaml"),
        ("trusted_clients: [{issuer: a}]\n", "jwks_file"), ("trusted_clients: 3\n", "jwks_file"),
        ("trusted_clients: [{issuer: a, jwks_file: none.json}]\n", "none.json"),
        ("trusted_clients: [{issuer: a, jwks_file: b, key: c}]\n", "issuer and jwks_file"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(ServerError, match=word):
        load_settings(write(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"none\.yaml"):
        load_settings(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.1.2.3", True), ("0.0.0.0", False),
     ("192.168.1.4", False), ("cds.example.org", False), ("", False)],
)
def test_which_addresses_only_this_computer_reaches(host: str, own: bool) -> None:
    assert is_loopback(host) is own
