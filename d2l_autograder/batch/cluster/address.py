"""Which clusters are safe to use: those that ask for certificates, and those that only this machine can reach.

Whoever can speak to a scheduler or a worker of dask can run code there, and reads what is handed in.
"""

from __future__ import annotations

import ipaddress
import re
import shlex
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from d2l_helpers.errors import ArgumentError

__all__ = ["COMMANDS", "LOCAL", "Certificates", "is_safe", "make_certificates", "require_certificates", "require_safe"]

LOCAL = "local"
_ADDRESS = re.compile(r"(?P<scheme>tls|tcp)://(?P<host>[^/@\s]+):\d{1,5}")
_SUBJECT = "-nodes -subj /CN=d2l-grade"
COMMANDS = (
    f"openssl req -x509 -newkey ed25519 -days 365 {_SUBJECT}-ca -keyout ca-key.pem -out ca.pem",
    f"openssl req -newkey ed25519 {_SUBJECT} -keyout key.pem -out request.pem",
    "openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 365 -out cert.pem",
)
_REMEDY = (
    "make certificates with these three commands, copy ca.pem, cert.pem and key.pem to each machine, start scheduler "
    "and workers with --tls-ca-file ca.pem --tls-cert cert.pem --tls-key key.pem, and pass d2l-grade the same three "
    "options with --cluster tls://HOST:8786:"
)


@dataclass(frozen=True)
class Certificates:
    """The files with which a cluster's machines recognise each other; None where dask's configuration names them.

    Attributes
    ----------
    authority : Path or None
        The certificate of the authority that has signed all others.
    own, key : Path or None
        This machine's certificate and its private key.
    """

    authority: Path | None = None
    own: Path | None = None
    key: Path | None = None


def make_certificates(folder: Path) -> Certificates:
    """Run the commands in a folder, and return what they have made; raises FileNotFoundError without openssl."""
    for command in COMMANDS:
        subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True)
    return Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")


def is_safe(address: str) -> bool:
    """Return whether an address takes only those who have a certificate, or cannot be reached from other machines."""
    parts = _ADDRESS.fullmatch(address)
    return parts is not None and (parts["scheme"] == "tls" or _is_loopback(parts["host"]))


def require_safe(address: str) -> None:
    """Refuse the address of a scheduler that others than the teacher could use.

    Raises
    ------
    ArgumentError
        With the commands that make certificates.
    """
    expected = "tls://HOST:PORT with certificates, tcp://127.0.0.1:PORT, or local"
    if address == LOCAL or is_safe(address):
        return
    if not _ADDRESS.fullmatch(address):
        raise ArgumentError(
            "This is no address of a cluster.",
            got=f"--cluster {address}",
            expected=expected,
            remedy="pass the address that dask scheduler prints when it starts, such as tls://10.0.0.1:8786",
        )
    raise _refused(
        "This cluster is not protected: whoever reaches it could read what is handed in, and run code as you.",
        got=f"--cluster {address}",
        expected=expected,
    )


def require_certificates(files: Certificates) -> None:
    """Refuse certificates that are not there, or cannot be used without asking for a password.

    Raises
    ------
    ArgumentError
        With the commands that make certificates.
    """
    expected = "three files: the authority's certificate, a certificate that it has signed, and its key"
    options = {"--tls-ca-file": files.authority, "--tls-cert": files.own, "--tls-key": files.key}
    if missing := [option for option, file in options.items() if file is None]:
        got = f"no {', no '.join(missing)}"
        raise _refused("A cluster at a tls:// address needs certificates.", got=got, expected=expected)
    for option, file in options.items():
        if file is not None and not file.is_file():
            raise _refused("A certificate is not there.", got=f"{option} {file}", expected=expected)
    try:
        context = ssl.create_default_context(cafile=str(files.authority))
        context.load_cert_chain(str(files.own), str(files.key), password=lambda: "")  # or OpenSSL would ask for it
    except OSError as error:  # ssl.SSLError is one
        got = f"{error.strerror or error}, in {files.authority}, {files.own} and {files.key}"
        raise _refused(
            "These certificates cannot be used.", got=got, expected=f"{expected}, without a password"
        ) from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def _refused(failed: str, got: str, expected: str) -> ArgumentError:
    return ArgumentError(failed, got=got, expected=expected, remedy="\n".join([_REMEDY, *COMMANDS]))
