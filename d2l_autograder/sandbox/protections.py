"""The protections of the sandbox, each of which is tried by an attack from inside."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from d2l_autograder.sandbox.replies import Lost, Verdict
from d2l_autograder.sandbox.sandbox import Sandbox
from d2l_autograder.sandbox.settings import Limits
from d2l_helpers.doctor import Diagnosis, Severity
from d2l_helpers.errors import SandboxError

__all__ = ["CHECKS", "LIMITS", "attempt"]

LIMITS = Limits(
    seconds=20, memory=192 << 20, address_space=1 << 30, processes=24, tmp=4 << 20, shared_memory=1 << 20, file=3 << 20
)
_REMEDY = "do not grade on this machine; report it with the whole output of d2l-grade doctor --json"
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
        kept = b"x" * 60_000_000
        time.sleep(5)
        os._exit(0)
for _ in range(6):
    if os.wait()[1] == 9:
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
    print(number, "written, then", error.strerror)
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
print(*written, sep=", ")
"""
_CAPABILITIES = """
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


def attempt(name: str) -> Diagnosis:
    """Try the protection of this name.

    Parameters
    ----------
    name : str
        A key of `CHECKS`.
    """
    try:
        ok, detail = CHECKS[name]()
    except (SandboxError, Lost) as error:
        ok, detail = False, str(error)
    return Diagnosis(Severity.OK, name, detail) if ok else Diagnosis(Severity.PROBLEM, name, detail, _REMEDY)


def _printed_by(source: str) -> str:
    with Sandbox(LIMITS) as sandbox:
        return sandbox.run("doctor", source).printed.strip()


def _verdict_on(source: str, seconds: float = 20.0) -> tuple[Verdict, str]:
    with Sandbox(LIMITS) as sandbox:
        try:
            sandbox.run("doctor", source, seconds)
        except Lost as lost:
            return lost.verdict, lost.message
    return Verdict.RIGHT, "it ran to its end"


def _namespaces() -> tuple[bool, str]:
    printed = _printed_by(
        _CALL + "print(*{call(272, 97, 0x10000000), call(272, 97, 0x20000), call(56, 220, 0x10000011, 0, 0, 0, 0)})"
    )
    return printed == "EPERM", f"unshare and clone: {printed}"


def _system_calls() -> tuple[bool, str]:
    calls = ((101, 117), (165, 40), (321, 280), (425, 425), (310, 270), (319, 279))
    printed = _printed_by(_CALL + f"print(*{{call(*numbers, 0, 0, 0, 0) for numbers in {calls}}})")
    return printed == "EPERM", f"ptrace, mount, bpf, io_uring, process_vm_readv, memfd_create: {printed}"


def _capabilities() -> tuple[bool, str]:
    printed = _printed_by(_CAPABILITIES)
    return printed == "none", f"capabilities or a way to become root: {printed}"


def _memory() -> tuple[bool, str]:
    verdict, message = _verdict_on(_HOG)
    return verdict == Verdict.MEMORY, f"six processes of 60 MB each: {verdict}, {message}"


def _processes() -> tuple[bool, str]:
    printed = _printed_by(_FORKS)
    return printed.startswith("refused after"), f"forks at a limit of {LIMITS.processes}: {printed or 'not refused'}"


def _time() -> tuple[bool, str]:
    endless = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass"
    verdict, message = _verdict_on(endless, 0.5)
    return verdict == Verdict.TIMEOUT, f"an endless loop: {verdict}, {message}"


def _network() -> tuple[bool, str]:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
        name = f"d2l-doctor-{os.getpid()}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        targets = (("AF_INET", server.getsockname()), ("AF_UNIX", f"\0{name}"), ("AF_INET", ("192.0.2.1", 53)))
        printed = _printed_by(
            f"import socket\nfor family, address in {targets!r}:\n    try:\n"
            "        peer = socket.socket(getattr(socket, family))\n        peer.settimeout(2)\n"
            "        print('connected' if peer.connect_ex(address) == 0 else 'refused', end=' ')\n"
            "    except OSError:\n        print('refused', end=' ')"
        )
    is_closed = printed == "refused refused refused"
    return is_closed, f"a server on this machine, a socket without a file, an address outside: {printed}"


def _files() -> tuple[bool, str]:
    with tempfile.NamedTemporaryFile(prefix="d2l-doctor-") as private:
        paths = [private.name, __file__, "/etc/shadow", "/etc/passwd", *_files_at_home()[:20]]
        found = f"import os\nprint(*[path for path in {paths!r} if os.path.exists(path)], sep=', ')"
        printed = _printed_by(found)
    return not printed, f"visible of {len(paths)} files, in the home and elsewhere: {printed or 'none'}"


def _files_at_home() -> list[str]:
    try:
        return [str(path) for path in sorted(Path.home().iterdir()) if path.is_file()]
    except (OSError, RuntimeError):  # a service's user may have no home, or one that it cannot read
        return []


def _size_of_tmp() -> tuple[bool, str]:
    printed = [_printed_by(f"folder = {folder!r}\n{_FILL}") for folder in ("/tmp", "/dev/shm")]
    is_limited = all("No space" in text for text in printed)
    return is_limited, f"20 files of 1 MB in /tmp, then in /dev/shm: {'; '.join(printed)}"


def _read_only() -> tuple[bool, str]:
    printed = _printed_by(_WRITE)
    return not printed, f"folders in which a file could be written: {printed or 'none'}"


def _streams() -> tuple[bool, str]:
    printed = _printed_by("import os\nprint(*{os.readlink(f'/proc/self/fd/{fd}') for fd in range(3)}, sep=', ')")
    return printed == "/dev/null", f"standard input, output and error lead to {printed}"


CHECKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "no namespace can be made": _namespaces,
    "dangerous system calls are refused": _system_calls,
    "no capabilities and no way to become root": _capabilities,
    "the memory limit holds": _memory,
    "the process limit holds": _processes,
    "the timeout holds": _time,
    "no network can be reached": _network,
    "no private file can be read": _files,
    "the size limits of /tmp and /dev/shm hold": _size_of_tmp,
    "/dev and the system are read-only": _read_only,
    "standard input and output are not the grader's": _streams,
}
