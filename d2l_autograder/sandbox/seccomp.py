"""A filter of system calls, as the BPF program that the kernel takes.

The filter is a deny list: which system calls MXNet needs changes with its libraries, while the dangerous ones are
known. Most of these fail already without capabilities; the filter also refuses what a user namespace would allow
again, parts of the kernel in which holes were found often, what a user or the machine has few of, and memory that no
limit counts.
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from d2l_helpers.errors import SandboxError

__all__ = ["no_sockets", "program"]

# The number of each call on x86-64 and on aarch64; None where there is no such call
_DENIED = {
    # new namespaces, mounts and roots
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    # other processes, files by handle
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "move_pages": (279, 239), "migrate_pages": (256, 238),
    # parts of the kernel in which holes were found often
    "bpf": (321, 280), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "userfaultfd": (323, 282), "perf_event_open": (298, 241), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "fanotify_init": (300, 262), "lookup_dcookie": (212, 18), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "syslog": (103, 116), "acct": (163, 89), "vhangup": (153, 58), "seccomp": (317, 277),
    "landlock_create_ruleset": (444, 444),
    # the machine
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None),
    # what the machine or a user has few of, and priority over others
    "io_setup": (206, 0), "inotify_init": (253, None), "inotify_init1": (294, 26), "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    # memory that neither the limit on files nor that on address space counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180), "vmsplice": (278, 75), "splice": (275, 76), "tee": (276, 77),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
}  # fmt: skip
# A filter cannot read the flags of these, which lie in memory; without them, libc falls back to clone and openat
_MISSING = {"clone3": (435, 435), "openat2": (437, 437)}
_FIRST_UNKNOWN = 463  # on both machines; what came after this list was written is missing, too
# These succeed and do nothing: all files that can be written lie in memory, what the machine has cached of the others
# must stay cached for the neighbors, and a session of its own would get a share of CPU time of its own
_PRETENDED = {
    "fsync": (74, 82), "fdatasync": (75, 83), "sync": (162, 81), "syncfs": (306, 267), "sync_file_range": (277, 84),
    "fadvise64": (221, 223), "setsid": (112, 157),
}  # fmt: skip

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH
_X32 = 0x40000000  # x86-64's second ABI, in which each call has a second number
_O_DIRECT = {"x86_64": 0x4000, "aarch64": 0x10000}  # reading past the cache keeps a disk busy

_LOAD, _EQUAL, _AT_LEAST, _AND, _JUMP, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x05, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_PRETEND = 0  # an error number: the call is not made and seems to succeed


@dataclass(frozen=True)
class _Rule:
    """What is refused of a call because of the lower 32 bits of an argument, all that the kernel reads of it."""

    numbers: tuple[int | None, int | None]
    argument: int
    values: tuple[int, ...]
    code: int = errno.EPERM
    mask: int = 0xFFFFFFFF
    is_allowed: bool = False  # whether the values are all that is allowed, rather than what is refused
    command: int | None = None  # what argument 1 must be for the rule to hold

    def steps(self, column: int) -> list[bytes]:
        """Write the test; what passes goes on with the next rule."""
        if (number := self.numbers[column]) is None:
            return []
        count = len(self.values)
        found = [_step(_EQUAL, value, count - index, 0) for index, value in enumerate(self.values)]
        # A value that is found jumps over the one step that follows: over the refusal, or over the way around it
        end = [_refuse(self.code)] if self.is_allowed else [_step(_JUMP, 1), _refuse(self.code)]
        body = [_step(_LOAD, _ARGUMENTS + 8 * self.argument), _step(_AND, self.mask), *found, *end]
        if self.command is not None:
            body = [_step(_LOAD, _ARGUMENTS + 8), _step(_EQUAL, self.command, 0, len(body)), *body]
        return [_step(_LOAD, _NUMBER), _step(_EQUAL, number, 0, len(body)), *body]


_FORK, _SOCKET, _PAIR, _FCNTL, _MMAP = (56, 220), (41, 198), (53, 199), (72, 25), (9, 222)
_RULES = (
    # CLONE_NEW*, and CLONE_PARENT: the new process would be its parent's sibling, which the grader does not find
    _Rule(_FORK, 0, (0,), mask=0x7E028000, is_allowed=True),
    _Rule(_FORK, 0, (0x10000,), mask=0x10400),  # CLONE_THREAD without CLONE_FILES: its files are not in /proc/PID/fd
    _Rule((16, 29), 1, (0x5412,)),  # ioctl's TIOCSTI puts characters into a terminal's input
    # Only AF_UNIX's SOCK_STREAM, whose queues are counted; vsock, for example, ignores network namespaces. Nothing that
    # makes the queues longer: of setsockopt only SO_REUSEADDR, SO_PASSCRED and the timeouts
    _Rule(_SOCKET, 0, (2, 10), errno.ENETUNREACH),
    _Rule(_SOCKET, 0, (1,), errno.EAFNOSUPPORT, is_allowed=True),
    _Rule(_SOCKET, 1, (1,), errno.EPROTONOSUPPORT, mask=0xF, is_allowed=True),
    _Rule(_PAIR, 0, (1,), errno.EAFNOSUPPORT, is_allowed=True),
    _Rule(_PAIR, 1, (1,), errno.EPROTONOSUPPORT, mask=0xF, is_allowed=True),
    _Rule((54, 208), 2, (2, 16, 20, 21), errno.ENOPROTOOPT, is_allowed=True),
    # F_SETLEASE makes everybody wait who opens the file; F_NOTIFY, F_SETPIPE_SZ and locks take memory that is not seen
    _Rule(_FCNTL, 1, (1024, 1026, 1031)),
    _Rule(_FCNTL, 1, (6, 7, 37, 38), errno.ENOLCK),
    # MAP_SHARED | MAP_ANONYMOUS makes pages that no page table need show; MAP_HUGETLB takes the machine's few
    _Rule(_MMAP, 3, (0x21,), mask=0x21),
    _Rule(_MMAP, 3, (0,), mask=0x40000, is_allowed=True),
    # madvise's COLD and PAGEOUT take from the cache what neighbors use, MERGEABLE costs the kernel's own CPU time
    _Rule((28, 233), 2, (12, 20, 21), _PRETEND),
    # prctl's SET_DUMPABLE, SET_SECCOMP, SET_MM, SCHED_CORE, SET_MEMORY_MERGE, FUTEX_HASH, SET_PTRACER
    _Rule((157, 167), 0, (4, 22, 35, 62, 67, 78, 0x59616D61)),
    # setrlimit and prlimit of RLIMIT_CORE: at 0, other than at 1, a crash starts the machine's crash handler
    _Rule((160, 164), 0, (4,)),
    _Rule((302, 261), 1, (4,)),
)


def program(machine: str | None = None) -> bytes:
    """Build the filter.

    Parameters
    ----------
    machine : str, optional
        A machine type; ``platform.machine()`` by default.

    Returns
    -------
    bytes
        An array of ``struct sock_filter``, 8 bytes per instruction.

    Raises
    ------
    SandboxError
        If this module does not know the system calls of that machine type.
    """
    machine = machine or platform.machine()
    column, audit = _machine(machine)
    steps = [_step(_LOAD, _ARCHITECTURE), _step(_EQUAL, audit, 1, 0), _step(_RETURN, _KILL), _step(_LOAD, _NUMBER)]
    if machine == "x86_64":
        steps += [_step(_AT_LEAST, _X32, 0, 1), _refuse(errno.EPERM)]
    for rule in (*_RULES, *_direct(_O_DIRECT[machine])):
        steps += rule.steps(column)
    steps += [_step(_LOAD, _NUMBER), _step(_AT_LEAST, _FIRST_UNKNOWN, 0, 1), _refuse(errno.ENOSYS)]
    for calls, code in ((_DENIED, errno.EPERM), (_MISSING, errno.ENOSYS), (_PRETENDED, _PRETEND)):
        for numbers in calls.values():
            if (number := numbers[column]) is not None:
                steps += [_step(_EQUAL, number, 0, 1), _refuse(code)]
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def no_sockets(machine: str | None = None) -> bytes:
    """Build a filter that refuses every new socket; for sandboxes that have no network of their own.

    It is installed besides `program`, which decides about all other calls. Parameters and errors are the same.
    """
    column, _ = _machine(machine)
    number = _SOCKET[column]
    return b"".join(
        [_step(_LOAD, _NUMBER), _step(_EQUAL, number, 0, 1), _refuse(errno.ENETUNREACH), _step(_RETURN, _ALLOW)]
    )


def _direct(flag: int) -> Iterator[_Rule]:
    """Refuse open, openat and fcntl's F_SETFL with O_DIRECT."""
    yield _Rule((2, None), 1, (flag,), errno.EINVAL, mask=flag)
    yield _Rule((257, 56), 2, (flag,), errno.EINVAL, mask=flag)
    yield _Rule(_FCNTL, 2, (flag,), errno.EINVAL, mask=flag, command=4)


def _machine(machine: str | None) -> tuple[int, int]:
    machine = machine or platform.machine()
    if machine not in _ARCHITECTURES:
        raise SandboxError(
            "System calls cannot be filtered on this machine.",
            got=f"a machine of type {machine}",
            expected=" or ".join(_ARCHITECTURES),
            remedy="grade on a machine of one of these types",
        )
    return _ARCHITECTURES[machine]


def _refuse(code: int) -> bytes:
    return _step(_RETURN, _ERRNO | code)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)
