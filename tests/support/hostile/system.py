"""Writing, and the kernel's more dangerous calls."""

from support.hostile.attack import OK, SYSCALL, TRY, Attack

from d2l_autograder.sandbox import Verdict

ATTACKS = {
    "write to the system": Attack(
        TRY + "import sys, os\nprint({attempt(open, f'{p}/d2l-hostile', 'w') for p in "
        "('/', '/usr/lib', '/etc', '/dev', '/sandbox', '/sandbox/library', '/sandbox/library/d2l_helpers', '/proc',"
        " '/proc/sys/kernel', sys.prefix, os.path.dirname(os.__file__))})",
        OK,
        r"^\{(, |'OSError'|'PermissionError'|'FileNotFoundError')*\}\n",
    ),
    "change what others import": Attack(
        TRY + "import d2l_helpers, numpy, os\nfiles = [m.__file__ for m in (d2l_helpers, numpy, os)]\n"
        "print({attempt(open, file, 'a') for file in (*files, '/sandbox/worker.py')})",
        OK,
        r"^\{(, |'OSError'|'PermissionError')*\}\n",
    ),
    "a symlink and a FIFO where output might go": Attack(
        "import os\nos.mkfifo('/tmp/d2l-hostile-1')\nos.symlink('/etc/passwd', '/tmp/d2l-hostile-2')\nprint('made')",
        OK,
        "made",
    ),
    "a setuid file": Attack(
        "import os, shutil\nshutil.copy('/usr/bin/setpriv', '/tmp/d2l-hostile')\n"
        "os.chmod('/tmp/d2l-hostile', 0o4755)\n"
        "print(open('/proc/self/status').read().split('NoNewPrivs:')[1].split()[0])",
        OK,
        "^1",
    ),
    "capabilities": Attack(
        "import re\nprint(set(re.findall(r'Cap\\w+:\\s*(\\w+)', open('/proc/self/status').read())))",
        OK,
        "^{'0000000000000000'}",
    ),
    "become root": Attack("import os\nos.setuid(0)", Verdict.ERROR, "PermissionError|OSError"),
    "new namespaces": Attack(
        SYSCALL + "print([refused(272 if X86 else 97, f) for f in (0x10000000, 0x20000, 0x40000000)], "
        "refused(56 if X86 else 220, 0x10000011, 0, 0, 0, 0), refused(435, 0, 0))",
        OK,
        r"^\['EPERM', 'EPERM', 'EPERM'\] EPERM ENOSYS",
    ),
    "mount, ptrace, bpf, io_uring": Attack(
        SYSCALL
        + "print({refused(n, 0, 0, 0, 0, 0) for n in ((165, 101, 321, 425, 310, 323, 250, 298, 304, 438) if X86 "
        "else (40, 117, 280, 425, 270, 282, 219, 241, 265, 438))})",
        OK,
        r"^\{'EPERM'\}",
    ),
    "characters into a terminal": Attack(
        SYSCALL + "print(refused(16 if X86 else 29, 0, 0x5412 + 2**32, b'x'))", OK, "^EPERM"
    ),
    "the other ABI": Attack(SYSCALL + "print(refused(0x40000000 + 39) if X86 else 'EPERM')", OK, "^EPERM"),
    "bubblewrap's own memory": Attack(
        TRY + "print({attempt(open, f'/proc/{one}/mem', 'r+b') for one in (1, 'self')})",
        OK,
        r"^\{(, |'OSError'|'PermissionError')*\}\n",
    ),
    "being spared when memory runs out": Attack(
        "print(open('/proc/self/oom_score_adj').read())\nopen('/proc/self/oom_score_adj', 'w')",
        Verdict.ERROR,
        "Read-only file system",
    ),
    "calls that this sandbox does not know": Attack(
        SYSCALL + "print({refused(463), refused(600)})", OK, r"^\{'ENOSYS'\}"
    ),
    "a lease on what others open": Attack(
        "import fcntl, os\nfcntl.fcntl(os.open(os.__file__, os.O_RDONLY), 1024, 1)", Verdict.ERROR, "PermissionError"
    ),
    "what a user or the machine has few of": Attack(
        SYSCALL + "import fcntl, os\ncalls = (206, 294, 253, 444, 314, 251, 188) if X86 else (0, 26, 444, 314, 30, 5)\n"
        "print({refused(number, 9, 0, 0, 0, 0) for number in calls})\n"
        "print(attempt(os.openpty), attempt(fcntl.fcntl, 0, 1026, 1))",
        OK,
        r"^\{'EPERM'\}\n(OSError|FileNotFoundError) PermissionError",
    ),
    "what a process says of itself": Attack(
        SYSCALL + "print({refused(157 if X86 else 167, n, 0, 0, 0, 0) for n in (4, 22, 35, 62, 67, 78, 0x59616D61)})\n"
        "print(refused(157 if X86 else 167, 3, 0, 0, 0, 0))",
        OK,
        r"^\{'EPERM'\}\n1",
    ),
    "a thread with files of its own": Attack(
        SYSCALL + "print(refused(56 if X86 else 220, 0x10900, 0, 0, 0, 0))", OK, "^EPERM"
    ),
    "what the machine has cached": Attack(
        SYSCALL + "import ctypes, mmap, os\n"
        "calls = (74, 75, 162, 306, 277, 221) if X86 else (82, 83, 81, 267, 84, 223)\n"
        "print({refused(number, 999, 0, 0, 4) for number in calls})\n"
        "print({refused(28 if X86 else 233, 1, 1, advice) for advice in (12, 20, 21)})\n"
        "print(attempt(os.open, os.__file__, os.O_DIRECT))",
        OK,
        r"^\{0\}\n\{0\}\nOSError",
    ),
    "the machine's crash handler": Attack(
        TRY + "import resource\nprint(open('/proc/self/limits').read().split('Max core file size')[1].split()[:2])\n"
        "print(attempt(resource.setrlimit, resource.RLIMIT_CORE, (0, 0)))",
        OK,
        r"^\['1', '1'\]\n(PermissionError|ValueError)",
    ),
}
