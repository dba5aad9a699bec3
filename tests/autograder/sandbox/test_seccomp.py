"""The filter, run by a small interpreter of its own, so that the filter of another machine type can be tried, too."""

import ctypes
import errno
import struct

import pytest
from support.lacking import lacking

from d2l_autograder.sandbox import seccomp
from d2l_helpers.errors import SandboxError

ALLOWED, KILLED, X32 = "allowed", "killed", 0x40000000
NUMBERS = {  # of x86-64 and of aarch64
    "read": (0, 63), "openat": (257, 56), "mmap": (9, 222), "madvise": (28, 233), "fcntl": (72, 25), "clone": (56, 220),
    "socket": (41, 198), "socketpair": (53, 199), "setsockopt": (54, 208), "prctl": (157, 167), "ioctl": (16, 29),
    "prlimit64": (302, 261), "setrlimit": (160, 164), "unshare": (272, 97), "io_setup": (206, 0), "clone3": (435, 435),
    "openat2": (437, 437), "setsid": (112, 157), "fsync": (74, 82), "bind": (49, 200), "sendmsg": (46, 211),
    "futex": (202, 98), "execve": (59, 221), "ptrace": (101, 117), "setxattr": (188, 5), "kill": (62, 129),
}  # fmt: skip
O_DIRECT = {"x86_64": 0x4000, "aarch64": 0x10000}
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64 of linux/audit.h
CASES = [
    ("read", (), ALLOWED), ("futex", (), ALLOWED), ("execve", (), ALLOWED), ("bind", (), ALLOWED),
    ("kill", (), ALLOWED), ("sendmsg", (), ALLOWED), ("unshare", (), errno.EPERM), ("ptrace", (), errno.EPERM),
    ("io_setup", (), errno.EPERM), ("setxattr", (), errno.EPERM), ("clone3", (), errno.ENOSYS),
    ("openat2", (), errno.ENOSYS), ("setsid", (), 0), ("fsync", (), 0), ("clone", (0x11,), ALLOWED),
    ("clone", (0x3D0F00,), ALLOWED), ("clone", (0x10900,), errno.EPERM), ("clone", (0x10000011,), errno.EPERM),
    ("clone", (0x20011,), errno.EPERM), ("clone", (0x8011,), errno.EPERM), ("ioctl", (0, 0x5401), ALLOWED),
    ("ioctl", (0, 0x5412), errno.EPERM), ("ioctl", (0, 0x5412 + 2**32), errno.EPERM),
    ("fcntl", (3, 1), ALLOWED), ("fcntl", (3, 3), ALLOWED),
    ("fcntl", (3, 4, 0x800), ALLOWED), ("fcntl", (3, 1024, 1), errno.EPERM), ("fcntl", (3, 1026, 1), errno.EPERM),
    ("fcntl", (3, 1031, 4096), errno.EPERM), ("fcntl", (3, 6), errno.ENOLCK), ("fcntl", (3, 7), errno.ENOLCK),
    ("fcntl", (3, 38), errno.ENOLCK), ("mmap", (0, 4096, 3, 0x22), ALLOWED), ("mmap", (0, 4096, 3, 0x01), ALLOWED),
    ("mmap", (0, 4096, 3, 0x21), errno.EPERM), ("prctl", (15,), ALLOWED), ("mmap", (0, 4096, 3, 0x23), errno.EPERM),
    ("mmap", (0, 4096, 3, 0x40022), errno.EPERM), ("madvise", (0, 0, 4), ALLOWED), ("madvise", (0, 0, 21), 0),
    ("prctl", (4, 0), errno.EPERM), ("prctl", (0x59616D61, 1), errno.EPERM), ("socket", (1, 1), ALLOWED),
    ("socket", (1, 0x80001), ALLOWED), ("socket", (2, 1), errno.ENETUNREACH), ("socket", (10, 2), errno.ENETUNREACH),
    ("socket", (16, 3), errno.EAFNOSUPPORT), ("socket", (40, 1), errno.EAFNOSUPPORT),
    ("socket", (1, 2), errno.EPROTONOSUPPORT), ("socketpair", (1, 1), ALLOWED), ("setsockopt", (3, 1, 2), ALLOWED),
    ("socketpair", (1, 2), errno.EPROTONOSUPPORT), ("socketpair", (30, 1), errno.EAFNOSUPPORT),
    ("setsockopt", (3, 1, 7), errno.ENOPROTOOPT), ("setsockopt", (3, 1, 26), errno.ENOPROTOOPT),
    ("prlimit64", (0, 7), ALLOWED), ("prlimit64", (0, 4), errno.EPERM), ("setrlimit", (4,), errno.EPERM),
]  # fmt: skip


def verdict(machine, number, arguments=(), audit=None):
    """Run the filter on one call, as the kernel does."""
    program = list(struct.iter_unpack("<HBBI", seccomp.program(machine)))
    data = struct.pack("<iIQ6Q", number, audit or seccomp._ARCHITECTURES[machine][1], 0, *(*arguments, *[0] * 6)[:6])
    value, place = 0, 0
    while True:
        code, if_true, if_false, operand = program[place]
        place += 1
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, operand)
        elif code == 0x54:
            value &= operand
        elif code == 0x05:
            place += operand
        elif code in (0x15, 0x35):
            place += if_true if (value == operand if code == 0x15 else value >= operand) else if_false
        else:
            assert code == 0x06
            action = operand & 0xFFFF0000
            return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}.get(action, operand & 0xFFFF)


@pytest.fixture
def number_of():
    """Return what libseccomp's own tables say, which know every machine: a call's number, or None."""
    try:
        resolve = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_name_arch
    except OSError:
        lacking("libseccomp is not installed: apt-get install libseccomp2")
    resolve.argtypes, resolve.restype = [ctypes.c_uint32, ctypes.c_char_p], ctypes.c_int
    return lambda machine, call: found if (found := resolve(AUDIT[machine], call.encode())) >= 0 else None


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_numbers_of_calls_are_libseccomps(number_of, machine):
    column = machine == "aarch64"
    tables = {**seccomp._DENIED, **seccomp._MISSING, **seccomp._PRETENDED, **NUMBERS}
    assert {call: numbers[column] for call, numbers in tables.items()} == {
        call: number_of(machine, call) for call in tables
    }
    assert seccomp._ARCHITECTURES[machine] == (column, AUDIT[machine])


def test_libseccomp_tells_machines_apart(number_of):
    assert [number_of(machine, "mount") for machine in AUDIT] == [165, 40]
    assert number_of("aarch64", "iopl") is None


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize(("call", "arguments", "expected"), CASES)
def test_a_call_is_refused_or_allowed_by_its_number_and_arguments(machine, call, arguments, expected):
    assert verdict(machine, NUMBERS[call][machine == "aarch64"], arguments) == expected


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_files_are_not_read_past_the_cache(machine):
    column, flag = machine == "aarch64", O_DIRECT[machine]
    for number, before in ((NUMBERS["openat"][column], (0, 0)), (NUMBERS["fcntl"][column], (3, 4))):
        assert verdict(machine, number, (*before, 0)) == ALLOWED
        assert verdict(machine, number, (*before, flag | 1)) == errno.EINVAL
    assert verdict(machine, NUMBERS["fcntl"][column], (3, 3, flag)) == ALLOWED  # F_GETFL, whose argument is anything


def test_what_this_list_does_not_know_is_missing():
    assert verdict("x86_64", 463) == verdict("aarch64", 463) == verdict("x86_64", 10_000) == errno.ENOSYS
    assert verdict("x86_64", X32 + 1) == errno.EPERM
    assert verdict("x86_64", 0, audit=0x40000003) == KILLED  # the numbers of 32-bit programs


def test_another_machine_is_an_error_that_names_it():
    with pytest.raises(SandboxError, match="riscv64"):
        seccomp.program("riscv64")
