"""The program that imports MXNet once, and forks a worker into each sandbox that bubblewrap has built.

It runs outside the sandboxes, as the grader's user, and no student's code ever runs in it: a child enters all
namespaces of bubblewrap's first process, gives up its user, its capabilities and the dangerous system calls, and only
then reads its first message. Like ``worker.py``, which the child becomes, this file imports nothing of ours.

Between the two is a process that waits for the worker: it is outside the namespace of processes, so no code inside
can reach it. It writes the worker's exit status, and its end ends the sandbox.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

_NAMESPACES = 0x08000000 | 0x04000000 | 0x02000000 | 0x40000000 | 0x20000000 | 0x00020000  # IPC UTS CGROUP NET PID NS
_USERS = 0x10000000  # the namespace of users, which bubblewrap makes where the grader is not root
_DUMPABLE, _SECCOMP, _DROP_CAPABILITY, _REAPER, _NO_NEW_PRIVS, _AMBIENT = 4, 22, 24, 36, 38, 47  # prctl's
_FILTER, _CLEAR_ALL = 2, 4
_CAPABILITIES_3 = 0x20080522  # the version of capset's structures
_MESSAGE = 64 << 10  # bytes
_MOST_FILES = 1 << 16

libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Import what workers need, and fork one for each request until the grader closes its end."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    settings = json.loads(channel.recv(_MESSAGE))
    worker = _prepared(settings)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes that wait for workers
    _prctl(_REAPER, 1)  # nor for a worker whose own one was killed: a dead process would keep its namespace
    channel.send(b"ready")
    while True:
        request, fds, _, _ = socket.recv_fds(channel, _MESSAGE, 5)
        if not request:
            return
        if not _fork():
            try:
                channel.close()
                _keep_only(fds)
                _become_worker(json.loads(request), *range(3, 3 + len(fds)))
            except BaseException:
                os._exit(1)  # the grader sees that no worker came
            sys.argv = [settings["worker"], "3", "4"]
            worker.main()
            return
        for fd in fds:
            os.close(fd)


def _prepared(settings: dict[str, Any]) -> ModuleType:
    """Import the worker and perhaps MXNet, and move what was imported to where it lies inside."""
    import importlib

    if settings["mxnet"]:
        sys.path.insert(0, settings["packages"])  # only for these imports: inside, PYTHONPATH leads to them
        for name in ("d2l_helpers", "mxnet", "d2l_helpers.data.idx"):
            importlib.import_module(name)
        del sys.path[0]
    worker, sources = ModuleType("worker"), Path(__file__).parent
    vars(worker).update(__file__=settings["worker"], SOURCES=sources)
    source = (sources / "worker.py").read_bytes()
    exec(compile(source, settings["worker"], "exec", dont_inherit=True), vars(worker))
    _move(settings["packages"], settings["library"])
    sys.path_importer_cache.clear()
    gc.collect()
    gc.freeze()  # a collection in a child would copy all pages of these objects
    return worker


def _move(outside: str, inside: str) -> None:
    """Have the modules and functions of d2l_helpers name the files that a sandbox shows."""

    def moved(path: str) -> str:
        return inside + path.removeprefix(outside) if path.startswith(outside) else path

    def renamed(code: CodeType) -> CodeType:
        constants = tuple(renamed(each) if isinstance(each, CodeType) else each for each in code.co_consts)
        return code.replace(co_filename=moved(code.co_filename), co_consts=constants)

    for module in [module for name, module in sys.modules.items() if name.partition(".")[0] == "d2l_helpers"]:
        spec: Any = module.__spec__
        module.__file__ = spec.origin = spec.loader.path = moved(module.__file__ or "")
        if spec.submodule_search_locations is not None:
            module.__path__ = spec.submodule_search_locations = [*map(moved, module.__path__)]
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__.co_filename.startswith(f"{outside}/d2l_helpers/"):
            each.__code__ = renamed(each.__code__)


def _become_worker(plan: dict[str, Any], requests: int, replies: int, status: int, life: int, first: int) -> None:
    """Return in the worker only, inside and without any privilege; another process waits for it, and ends.

    Descriptors 3 and 4 are the worker's; `status` takes its number and its exit status, `life` ends the sandbox when
    it is closed, and `first` is bubblewrap's first process inside.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    Path("/proc/self/oom_score_adj").write_text("1000")  # where memory runs out, the kernel ends a student's code first
    is_root = os.geteuid() == 0
    _checked(libc.setns(first, _NAMESPACES | (0 if is_root else _USERS)))
    if (pid := _fork()) < 0:
        raise OSError("no process can be started inside")
    if pid:
        for fd in (requests, replies, first):  # whoever reads the replies must see when the worker closes them
            os.close(fd)
        os.write(status, b"%d\n" % pid)
        _, ended = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(ended)
        os.write(status, b"%d\n" % (code if code >= 0 else 128 - code))
        os._exit(0)
    for fd in (status, life, first):
        os.close(fd)
    _confine(plan, is_root)
    if "numpy.random" in sys.modules:  # its state is the same in all children of this program
        sys.modules["numpy.random"].seed()
    sys.path[:] = [path for path in sys.path if path.endswith(".zip") or Path(path).exists()]
    os.environ["PWD"] = plan["home"]  # as bubblewrap sets it


def _confine(plan: dict[str, Any], is_root: bool) -> None:
    """Give up what the worker may not have, in the order in which each step is still allowed."""
    os.setsid()
    os.chdir(plan["home"])
    for name, (soft, hard) in plan["limits"].items():
        kind = getattr(resource, f"RLIMIT_{name}")
        most = resource.getrlimit(kind)[1]
        at_most = [value if most == resource.RLIM_INFINITY else min(value, most) for value in (soft, hard)]
        resource.setrlimit(kind, (at_most[0], at_most[1]))
    _prctl(_AMBIENT, _CLEAR_ALL)
    for capability in _capabilities():
        _prctl(_DROP_CAPABILITY, capability)
    if is_root:
        os.setgroups([])
        os.setresgid(plan["user"], plan["user"], plan["user"])
        os.setresuid(plan["user"], plan["user"], plan["user"])
    _checked(libc.capset(struct.pack("=Ii", _CAPABILITIES_3, 0), bytes(24)))
    _prctl(_DUMPABLE, 1)  # as after the start of a program: the worker's own files in /proc are its user's
    _prctl(_NO_NEW_PRIVS, 1)
    steps = bytes.fromhex(plan["filter"])
    buffer = ctypes.create_string_buffer(steps, len(steps))
    head = struct.pack("@HP", len(steps) // 8, ctypes.addressof(buffer))
    _prctl(_SECCOMP, _FILTER, ctypes.create_string_buffer(head, len(head)))


def _capabilities() -> Iterable[int]:
    return range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1)


def _keep_only(fds: list[int]) -> None:
    """Renumber these descriptors from 3 on, and close all others but /dev/null as 0, 1 and 2."""
    high = [os.dup(fd) for fd in fds]
    while min(high) < 3 + len(fds):
        high = [os.dup(fd) for fd in high]
    for number, fd in enumerate(high, 3):
        os.dup2(fd, number)
    os.closerange(3 + len(fds), _MOST_FILES)


def _fork() -> int:
    """Fork as ``os.fork`` does, but without MXNet's own handlers, which would start its threads before the child's.

    A process with threads may not enter a namespace.
    """
    python = ctypes.pythonapi
    python.PyOS_BeforeFork()
    pid = int(ctypes.PyDLL(None)._Fork())
    if pid == 0:
        python.PyOS_AfterFork_Child()
    else:
        python.PyOS_AfterFork_Parent()
    return pid


def _prctl(option: int, *arguments: Any) -> None:
    _checked(libc.prctl(option, *arguments, *[0] * (4 - len(arguments))))


def _checked(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
