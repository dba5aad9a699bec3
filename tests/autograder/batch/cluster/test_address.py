"""Which clusters are refused, and the certificates that make one that is not."""

from __future__ import annotations

import ssl
import subprocess

import pytest
from support.batches import ROOT
from support.clusters import make_certificates

from d2l_autograder.batch.cluster.address import (
    COMMANDS,
    Certificates,
    is_safe,
    require_certificates,
    require_safe,
)
from d2l_helpers.errors import ArgumentError

LOOPBACK = ("tcp://127.0.0.1:8786", "tcp://127.8.9.1:1", "tcp://[::1]:8786", "tcp://localhost:8786")
UNPROTECTED = (
    "tcp://10.0.0.1:8786",
    "tcp://0.0.0.0:8786",
    "tcp://[::]:8786",
    "tcp://[fe80::1]:8786",
    "tcp://scheduler:8786",
    "tcp://localhost.example.org:8786",
    "tcp://127.0.0.1.example.org:8786",
    "tcp://127.1:8786",
)
MALFORMED = (
    "",
    "scheduler:8786",
    "10.0.0.1:8786",
    "tls://",
    "tls://scheduler",
    "tls://:8786",
    "tls://scheduler:port",
    "TLS://scheduler:8786",
    "ws://127.0.0.1:8786",
    "inproc://1",
    "http://127.0.0.1:8786",
    "tcp://127.0.0.1",
    "tcp://127.0.0.1:8786@scheduler:8786",
    "tcp://127.0.0.1/@scheduler:8786",
    "tls://scheduler:8786\n",
    "Local",
)


@pytest.mark.parametrize("address", [*LOOPBACK, "tls://scheduler:8786", "tls://10.0.0.1:8786", "local"])
def test_protected_and_loopback_addresses_are_accepted(address):
    require_safe(address)


@pytest.mark.parametrize("address", UNPROTECTED)
def test_an_unprotected_address_is_refused_with_the_commands_that_make_certificates(address):
    assert not is_safe(address)
    with pytest.raises(ArgumentError, match="not protected") as raised:
        require_safe(address)
    assert all(f"\n            {command}" in str(raised.value) for command in COMMANDS)
    assert len(COMMANDS) == 3


@pytest.mark.parametrize("address", MALFORMED)
def test_what_is_no_address_is_refused(address):
    assert not is_safe(address)
    with pytest.raises(ArgumentError, match="no address"):
        require_safe(address)


def test_the_documentation_has_the_three_commands():
    text = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    assert "\n".join(COMMANDS) in text


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("others"))


def contexts(server, client):
    """Return both ends' settings, as dask makes them."""
    found = []
    for files, purpose in ((server, ssl.Purpose.CLIENT_AUTH), (client, ssl.Purpose.SERVER_AUTH)):
        context = ssl.create_default_context(purpose, cafile=files.authority)
        context.load_cert_chain(files.own, files.key)
        context.check_hostname, context.verify_mode = False, ssl.CERT_REQUIRED
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        found.append(context)
    return found


def shake_hands(server, client):
    """Connect two ends without a network; raises ssl.SSLError where one of them refuses."""
    server, client = contexts(server, client)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        server.wrap_bio(to_server, to_client, server_side=True),
        client.wrap_bio(to_client, to_server),
    ]
    for _ in range(6):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return [end.getpeercert()["subject"] for end in ends]


def test_the_three_commands_make_certificates_that_both_ends_accept(certificates):
    require_certificates(certificates)
    assert shake_hands(certificates, certificates) == [((("commonName", "d2l-grade"),),)] * 2
    for key in (certificates.key, certificates.key.with_name("ca-key.pem")):
        assert key.stat().st_mode & 0o077 == 0, "others may read the key"


def test_certificates_of_another_authority_are_refused(certificates, others):
    with pytest.raises(ssl.SSLError):
        shake_hands(certificates, others)


def test_missing_certificates_are_named_with_the_commands(certificates):
    with pytest.raises(ArgumentError, match="no --tls-cert, no --tls-key") as raised:
        require_certificates(Certificates(certificates.authority))
    assert all(command in str(raised.value) for command in COMMANDS)


def test_certificates_that_cannot_be_used_are_named(certificates, others, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.touch()
    secret = tmp_path / "with password.pem"
    command = ["openssl", "pkcs8", "-topk8", "-in", certificates.key, "-passout", "pass:word", "-out", secret]
    subprocess.run(command, check=True, capture_output=True)
    authority, own, key = certificates.authority, certificates.own, certificates.key
    for files in (
        Certificates(empty, own, key),
        Certificates(authority, empty, key),
        Certificates(authority, own, empty),
        Certificates(authority, own, others.key),
        Certificates(authority, own, secret),
        Certificates(authority, own, tmp_path / "nowhere.pem"),
        Certificates(authority, own, tmp_path),
    ):
        with pytest.raises(ArgumentError, match=r"cannot be used|not there"):
            require_certificates(files)
