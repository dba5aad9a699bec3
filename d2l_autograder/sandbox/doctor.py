"""Does the sandbox hold on this machine? Each protection is tried, from inside; no binary is believed to work."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from d2l_autograder.sandbox.limits import Limits
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_autograder.sandbox.verdicts import Lost, Verdict
from d2l_helpers.doctor import Diagnosis, Severity
from d2l_helpers.errors import SandboxError

__all__ = ["examine"]

_LIMITS = Limits(
    seconds=20, memory=192 << 20, address_space=1 << 30, processes=24, tmp=4 << 20, shared_memory=1 << 20, file=3 << 20
)
_REMEDY = "do not grade on this machine; report it with the output of bwrap --version and uname -a"
_CALL = """
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
def call(x86, arm, *arguments):
    result = libc.syscall(x86 if platform.machine() == "x86_64" else arm, *arguments)
    return errno.errorcode.get(ctypes.get_errno()) if result == -1 else "allowed"
"""
_HOG = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        hoard = b"x" * 60_000_000
        time.sleep(10)
        os._exit(0)
ends = {os.wait()[1] for _ in range(6)}
if 9 in ends:
    os.kill(os.getpid(), 9)
"""
_FORKS = """
import os, time
count = 0
try:
    for _ in range(100):
        if os.fork() == 0:
            time.sleep(10)
            os._exit(0)
        count += 1
except BlockingIOError:
    print("refused after", count)
"""
_FILL = """
try:
    for number in range(20):
        open(f"{folder}/{number}", "wb").write(b"x" * 1_000_000)
except OSError as error:
    print(number, "files, then", error.strerror)
"""
_WRITE = """
import os
written = []
for folder in ("/dev", "/", "/usr/lib", "/etc", "/sandbox"):
    try:
        open(f"{folder}/d2l-doctor", "w")
        written.append(folder)
    except OSError:
        pass
print(written)
"""
_POWERS = """
import os, re
status = open("/proc/self/status").read()
held = any(int(bits, 16) for bits in re.findall(r"Cap\\w+:\\s*(\\w+)", status))
try:
    os.setuid(0)
    became = os.getuid() == 0
except OSError:
    became = False
print("held" if held or became or "NoNewPrivs:\\t1" not in status else "none")
"""


def examine() -> list[Diagnosis]:
    """Try the sandbox's protections, one after the other; takes a few seconds.

    Returns
    -------
    list of Diagnosis
        One for each, in the order in which they were tried; only the first, if no sandbox starts at all.
    """
    try:
        with Sandbox(_LIMITS) as sandbox:
            has_group = sandbox._jail is not None and sandbox._jail.group is not None
    except SandboxError as error:
        return [Diagnosis(Severity.PROBLEM, "a sandbox starts", f"{error.failed} {error.got}", error.remedy)]
    how = "a control group" if has_group else "the sum of the processes' memory, looked at ten times a second"
    return [
        Diagnosis(Severity.OK, "a sandbox starts", f"memory is limited through {how}"),
        *(_try(name, check) for name, check in _CHECKS.items()),
    ]


def _try(name: str, check: Callable[[], tuple[bool, str]]) -> Diagnosis:
    try:
        ok, detail = check()
    except (SandboxError, Lost) as error:
        ok, detail = False, str(error)
    return Diagnosis(Severity.OK, name, detail) if ok else Diagnosis(Severity.PROBLEM, name, detail, _REMEDY)


def _printed(source: str) -> str:
    with Sandbox(_LIMITS) as sandbox:
        return sandbox.run("doctor", source).printed.strip()


def _end(source: str, seconds: float = 20.0) -> tuple[Verdict, str]:
    with Sandbox(_LIMITS) as sandbox:
        try:
            sandbox.run("doctor", source, seconds)
        except Lost as lost:
            return lost.verdict, lost.message
    return Verdict.RIGHT, "it ran to its end"


def _namespaces() -> tuple[bool, str]:
    said = _printed(
        _CALL + "print(*{call(272, 97, 0x10000000), call(272, 97, 0x20000), call(56, 220, 0x10000011, 0, 0, 0, 0)})"
    )
    return said == "EPERM", f"creating one: {said}"


def _system_calls() -> tuple[bool, str]:
    calls = ((101, 117), (165, 40), (321, 280), (425, 425), (310, 270), (319, 279))
    said = _printed(_CALL + f"print(*{{call(*numbers, 0, 0, 0, 0) for numbers in {calls}}})")
    return said == "EPERM", f"ptrace, mount, bpf, io_uring, process_vm_readv, memfd_create: {said}"


def _powers() -> tuple[bool, str]:
    said = _printed(_POWERS)
    return said == "none", f"capabilities and ways to root: {said}"


def _memory() -> tuple[bool, str]:
    verdict, message = _end(_HOG)
    return verdict == Verdict.MEMORY, f"six processes of 60 MB: {verdict}, {message}"


def _forks() -> tuple[bool, str]:
    said = _printed(_FORKS)
    return said.startswith("refused after"), f"forks at a limit of {_LIMITS.processes}: {said or 'not refused'}"


def _time() -> tuple[bool, str]:
    verdict, message = _end("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass", 0.5)
    return verdict == Verdict.TIMEOUT, f"an endless loop: {verdict}, {message}"


def _network() -> tuple[bool, str]:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
        name = f"d2l-doctor-{os.getpid()}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        targets = (("AF_INET", server.getsockname()), ("AF_UNIX", f"\0{name}"), ("AF_INET", ("192.0.2.1", 53)))
        said = _printed(
            f"import socket\nfor family, address in {targets!r}:\n    peer = socket.socket(getattr(socket, family))\n"
            "    peer.settimeout(2)\n    print(peer.connect_ex(address) == 0, end=' ')"
        )
    return said == "False False False", f"reached a server here, a socket here, an address outside: {said}"


def _files() -> tuple[bool, str]:
    with tempfile.NamedTemporaryFile(prefix="d2l-doctor-") as secret:
        paths = [secret.name, __file__, "/etc/shadow", "/etc/passwd", *_files_at_home()[:20]]
        said = _printed(f"import os\nprint([path for path in {paths!r} if os.path.exists(path)])")
    return said == "[]", f"found of {len(paths)} files, in the home and elsewhere: {said}"


def _files_at_home() -> list[str]:
    try:
        return [str(path) for path in sorted(Path.home().iterdir()) if path.is_file()]
    except (OSError, RuntimeError):  # a service's user may have no home, or one that it cannot read
        return []


def _full() -> tuple[bool, str]:
    said = [_printed(f"folder = {folder!r}\n{_FILL}") for folder in ("/tmp", "/dev/shm")]
    return all("No space" in text for text in said), f"20 MB in /tmp and in /dev/shm: {'; '.join(said)}"


def _read_only() -> tuple[bool, str]:
    said = _printed(_WRITE)
    return said == "[]", f"folders that could be written: {said}"


def _streams() -> tuple[bool, str]:
    said = _printed("import os\nprint({os.readlink(f'/proc/self/fd/{fd}') for fd in range(3)})")
    return said == "{'/dev/null'}", f"standard input, output and error lead to {said}"


_CHECKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "no namespace of its own": _namespaces,
    "no system calls with a history": _system_calls,
    "no powers": _powers,
    "memory ends": _memory,
    "forks end": _forks,
    "time ends": _time,
    "no network": _network,
    "no file of ours can be read": _files,
    "/tmp and /dev/shm are small": _full,
    "/dev and the system cannot be written": _read_only,
    "the standard streams are not ours": _streams,
}
