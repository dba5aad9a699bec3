"""What an attack is, and what attacks are made of."""

import sys
from dataclasses import dataclass, field

from d2l_autograder.sandbox import Verdict

MB = 1 << 20
OK = None  # the cell runs to its end
COUNTS_ITS_STACK = sys.version_info >= (3, 12)  # C's, whatever limit a program sets itself
SMALL = {
    "seconds": 10,
    "memory": 300 * MB,
    "address_space": 3000 * MB,
    "processes": 24,
    "tmp": 8 * MB,
    "shared_memory": 4 * MB,
    "file": 6 * MB,
}


SHORT = {"seconds": 0.5}
LONG = {"seconds": 120}


@dataclass(frozen=True)
class Attack:
    source: str
    verdict: Verdict | None
    says: str = ""  # a pattern in what the cell printed, or in the message about its end
    limits: dict = field(default_factory=dict)
    may_end: bool = False  # whether it may also end its own sandbox


TRY = """
def attempt(function, *arguments):
    try:
        return function(*arguments)
    except BaseException as error:
        return type(error).__name__
"""
SYSCALL = (
    TRY
    + """
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
def refused(number, *arguments):
    result = libc.syscall(number, *arguments)
    return errno.errorcode.get(ctypes.get_errno()) if result == -1 else result
X86 = platform.machine() == "x86_64"
"""
)
PIPE = """
import os, struct, json
fds = [int(fd) for fd in os.listdir("/proc/self/fd") if int(fd) > 2]
fd = [fd for fd in fds if os.path.exists(f"/proc/self/fd/{fd}")
      and open(f"/proc/self/fdinfo/{fd}").read().split()[3].endswith("1")][0]
def frame(payload):
    return struct.pack(">I", len(payload)) + payload
def packed(text, body=b""):
    return frame(struct.pack(">I", len(text)) + text + body)
def forever():
    import time
    while True:
        time.sleep(1)
"""
# Without a control group, the whole sandbox ends; in one, the kernel ends one of the processes
ANY_KILLED = """
while True:
    if os.wait()[1] == 9: os.kill(os.getpid(), 9)
"""
