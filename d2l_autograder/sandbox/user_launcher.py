"""The program that turns itself from root into a student's Python: limits, another user, Landlock, a filter of calls.

It runs by itself, before any code of a student's: ``python -I -S user_launcher.py PLAN``, with the plan as JSON. What
it prints on standard error is the fault of a sandbox that did not start.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_PDEATHSIG, _NO_NEW_PRIVS, _SECCOMP, _FILTER, _DROP_CAPABILITY = 1, 38, 22, 2, 24  # prctl's
_SIGKILL = 9
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # Landlock's, on every machine
_VERSION = 1  # flag: return the version of Landlock
_BENEATH = 1  # rule: a place and what lies below it
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE, _IOCTL = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_RIGHTS = (0, 13, 14, 15, 15, 16)  # how many rights each version of Landlock knows, from version 0
_NET, _SCOPES = 0b11, 0b11  # TCP, from version 4; abstract sockets and signals, from version 6

libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Follow the plan; this process then is the command."""
    plan = json.loads(sys.argv[1])
    Path("/proc/self/oom_score_adj").write_text("1000")  # where memory runs out, the kernel ends a student's code first
    for name, values in plan["limits"].items():
        _limit(getattr(resource, f"RLIMIT_{name}"), values)
    for capability in range(64):
        with suppress(OSError):  # there are fewer
            _prctl(_DROP_CAPABILITY, capability)
    os.umask(0o077)
    os.setgroups([])
    os.setresgid(plan["user"], plan["user"], plan["user"])
    os.setresuid(plan["user"], plan["user"], plan["user"])
    os.chdir(plan["home"])
    _prctl(_PDEATHSIG, _SIGKILL)  # after the change of users, which takes it back
    if os.getppid() != plan["parent"]:
        sys.exit("the grader has ended")
    _prctl(_NO_NEW_PRIVS, 1)
    _landlock(plan["readable"], [plan["home"]], plan["devices"])
    for path in plan["hidden"]:
        _require_closed(path)
    for program in plan["filters"]:
        _filter_calls(bytes.fromhex(program))
    command = plan["command"]
    os.execve(command[0], command, plan["environment"])


def _limit(kind: int, values: list[int]) -> None:
    """Set a limit; a lower one that holds already stays."""
    most = resource.getrlimit(kind)[1]
    soft, hard = (value if most == resource.RLIM_INFINITY else min(value, most) for value in values)
    resource.setrlimit(kind, (soft, hard))


def _require_closed(path: str) -> None:
    """End where this user can read what must stay hidden."""
    with suppress(OSError):
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        sys.exit(f"student code could read {path}")


def _landlock(readable: list[str], writable: list[str], devices: list[str]) -> None:
    """Close all files but these, where the kernel has Landlock; without it, the files' permissions alone decide."""
    version = libc.syscall(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:
        return
    every = (1 << _RIGHTS[min(version, len(_RIGHTS) - 1)]) - 1
    attributes = struct.pack("=QQQ", every, _NET, _SCOPES)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = _checked(libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0))
    rights = dict.fromkeys(readable, _EXECUTE | _READ | _LIST) | dict.fromkeys(devices, _READ | _WRITE)
    for path, allowed in (rights | dict.fromkeys(writable, every)).items():
        with suppress(FileNotFoundError, PermissionError):
            place = os.open(path, os.O_PATH)
            allowed &= every if os.path.isdir(path) else _OF_FILES & every  # noqa: PTH112
            _checked(libc.syscall(_ADD_RULE, rules, _BENEATH, struct.pack("=Qi", allowed, place), 0))
            os.close(place)
    _checked(libc.syscall(_RESTRICT_SELF, rules, 0))
    os.close(rules)


def _filter_calls(program: bytes) -> None:
    """Install a filter of system calls, which nothing in this process or below can take away."""
    steps = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(steps))
    _prctl(_SECCOMP, _FILTER, ctypes.create_string_buffer(head, len(head)))


def _prctl(option: int, *arguments: Any) -> None:
    _checked(libc.prctl(option, *arguments, *[0] * (4 - len(arguments))))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"{error.filename or 'the kernel'}: {error.strerror}")
