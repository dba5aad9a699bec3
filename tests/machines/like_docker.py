"""Run a command as Docker does by default: its filter of system calls, as far as namespaces and mounts are concerned.

`python3 like_docker.py [--no-landlock] COMMAND...`, as root, with the capabilities already dropped. Runs in a minimal
machine, so only the standard library is imported.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

# x86-64's numbers of what Docker's default profile refuses without CAP_SYS_ADMIN and the like
_REFUSED = (
    165, 166, 155, 272, 308, 428, 429, 430, 431, 432, 433, 442,  # mounts, unshare, setns
    321, 298, 323, 304, 248, 249, 250, 175, 313, 176, 246, 320, 169, 167, 168, 163, 164, 179, 425, 426, 427,
)  # fmt: skip
_CLONE, _CLONE3, _LANDLOCK = 56, 435, (444, 445, 446)
_NAMESPACES = 0x7E020000
_LOAD, _EQUAL, _ANY, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000


def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Write an instruction of the filter."""
    return struct.pack("<HBBI", code, if_true, if_false, value)


def main() -> None:
    """Install the filter, and become the command."""
    arguments = sys.argv[1:]
    without = {_CLONE3: errno.ENOSYS}
    if arguments[0] == "--no-landlock":
        arguments = arguments[1:]
        without |= dict.fromkeys(_LANDLOCK, errno.ENOSYS)
    steps = [step(_LOAD, 0)]
    for number, code in (dict.fromkeys(_REFUSED, errno.EPERM) | without).items():
        steps += [step(_EQUAL, number, 0, 1), step(_RETURN, _ERRNO | code)]
    steps += [step(_EQUAL, _CLONE, 0, 3), step(_LOAD, 16), step(_ANY, _NAMESPACES, 0, 1)]
    steps += [step(_RETURN, _ERRNO | errno.EPERM), step(_RETURN, _ALLOW)]
    program = b"".join(steps)
    libc = ctypes.CDLL(None, use_errno=True)
    kept = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
    # Without no_new_privs, which Docker does not set either: this needs CAP_SYS_ADMIN, which is dropped with exec
    if libc.prctl(22, 2, ctypes.create_string_buffer(head, len(head)), 0, 0):
        sys.exit(os.strerror(ctypes.get_errno()))
    os.execvp(arguments[0], arguments)


if __name__ == "__main__":
    main()
