"""A filter of system calls, as the BPF program that the kernel takes.

The filter is a deny list: which system calls MXNet needs changes with its libraries, while the dangerous ones are
known. Most of these fail already without capabilities; the filter also refuses what a user namespace would allow
again, parts of the kernel in which holes were found often, and memory that no limit counts.
"""

from __future__ import annotations

import platform
import struct

from d2l_helpers.errors import SandboxError

__all__ = ["program"]

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
    "quotactl_fd": (443, 443), "syslog": (103, 116), "acct": (163, 89), "vhangup": (153, 58),
    # the machine
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None),
    # memory that neither the limit on files nor that on address space counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180),
}  # fmt: skip
_CLONE, _CLONE3, _IOCTL, _SOCKET = (56, 220), (435, 435), (16, 29), (41, 198)

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH
_NAMESPACES = 0x7E020000  # all CLONE_NEW* of clone
_TIOCSTI = 0x5412  # puts characters into a terminal's input
_FAMILIES = (1, 2, 10, 16)  # UNIX, INET, INET6, NETLINK; vsock, for example, ignores network namespaces
_X32 = 0x40000000  # x86-64's second ABI, in which each call has a second number

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24  # offsets in struct seccomp_data
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97


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
    if machine not in _ARCHITECTURES:
        raise SandboxError(
            "System calls cannot be filtered on this machine.",
            got=f"a machine of type {machine}",
            expected=" or ".join(_ARCHITECTURES),
            remedy="grade on a machine of one of these types",
        )
    column, audit = _ARCHITECTURES[machine]
    steps = [_step(_LOAD, _ARCHITECTURE), _step(_EQUAL, audit, 1, 0), _step(_RETURN, _KILL), _step(_LOAD, _NUMBER)]
    if machine == "x86_64":
        steps += [_step(_AT_LEAST, _X32, 0, 1), _refuse(_EPERM)]
    for numbers in _DENIED.values():
        if (number := numbers[column]) is not None:
            steps += [_step(_EQUAL, number, 0, 1), _refuse(_EPERM)]
    # A filter cannot read clone3's flags, which lie in memory; without clone3, libc falls back to clone
    steps += [_step(_EQUAL, _CLONE3[column], 0, 1), _refuse(_ENOSYS)]
    steps += _if_called(_CLONE[column], _ARGUMENT_0, [_step(_ANY_BIT, _NAMESPACES, 0, 1), _refuse(_EPERM)])
    steps += _if_called(_IOCTL[column], _ARGUMENT_1, [_step(_EQUAL, _TIOCSTI, 0, 1), _refuse(_EPERM)])
    families = [_step(_EQUAL, family, len(_FAMILIES) - index, 0) for index, family in enumerate(_FAMILIES)]
    steps += _if_called(_SOCKET[column], _ARGUMENT_0, [*families, _refuse(_EAFNOSUPPORT)])
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _if_called(number: int, argument: int, then: list[bytes]) -> list[bytes]:
    """Test the lower 32 bits of an argument, which are all that the kernel reads of it; allow what passes the test."""
    body = [_step(_LOAD, argument), *then, _step(_RETURN, _ALLOW)]
    return [_step(_EQUAL, number, 0, len(body)), *body]


def _refuse(errno: int) -> bytes:
    return _step(_RETURN, _ERRNO | errno)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)
