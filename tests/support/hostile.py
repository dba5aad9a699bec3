"""Small hostile programs: each a cell, and what becomes of it. One that ends well says what it found."""

import sys
from dataclasses import dataclass, field

from d2l_autograder.sandbox import Verdict

MB = 1 << 20
OK = None
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


@dataclass(frozen=True)
class Case:
    source: str
    verdict: Verdict | None
    says: str = ""  # a pattern, in what it printed or what is said of its end
    limits: dict = field(default_factory=dict)


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

CASES = {
    # -------------------------------------------------------------------------- reading what it should not
    "read the key": Case(
        "for name in ('answers', 'd2l_helpers/autograder'):\n    open(f'{ROOT}/{name}/__init__.py')",
        Verdict.ERROR,
        "FileNotFoundError",
    ),
    "read the home": Case(
        TRY + "import os\nprint([attempt(os.listdir, h + s) for h in ('/root', HOST_HOME) "
        "for s in ('/.ssh', '/.cache', '/.bash_history', '/.mxnet')])",
        OK,
        r"^\[('FileNotFoundError'(, )?|'NotADirectoryError'(, )?|'PermissionError'(, )?)+\]\n",
    ),
    "walk the disk": Case(
        "import os, re, sys\nseen = [f'{f}/{n}' for f, _, names in os.walk('/') if f[:5] != '/proc' for n in names]\n"
        "ours = 'gradebook|answers/|d2l_helpers/autograder|/[.]git/'\n"
        "print([p for p in seen if re.search(ours, p) and 'packages/nbgrader/' not in p])\n"
        "private, own = ('/etc', '/home', '/var'), (sys.prefix, sys.base_prefix)\n"  # an environment may lie in a home
        "print(len(seen) > 1000, [p for p in seen if p.startswith(private) and not p.startswith(own)])",
        OK,
        r"^\[\]\nTrue \[('/etc/(ld.so.cache|alternatives/[^']*)'(, )?)*\]",
        {"seconds": 60},
    ),
    "shadow": Case("open('/etc/shadow')", Verdict.ERROR, "FileNotFoundError"),
    "other processes": Case(
        "import os\nprint(max(int(p) for p in os.listdir('/proc') if p.isdigit()) < 20)", OK, "^True"
    ),
    "the first process's environment": Case(
        TRY + "print(attempt(lambda: open('/proc/1/environ').read()) in ('', 'PermissionError'))", OK, "^True"
    ),
    "the environment": Case("import os\nprint('D2L_SECRET' in os.environ, len(os.environ) < 20)", OK, "^False True"),
    "inherited descriptors": Case(
        "import os\nfds = [f'/proc/self/fd/{f}' for f in os.listdir('/proc/self/fd')]\n"
        "print(sorted(os.readlink(f).split(':')[0] for f in fds if os.path.exists(f)))",
        OK,
        r"^\['/dev/null', '/dev/null', '/dev/null', ('/usr/lib/[^']*/libffi[^']*', )?'pipe', 'pipe'\]",
    ),
    # --------------------------------------------------------------------------------------------- network
    "TCP to the world": Case(
        "import socket\nsocket.create_connection(('1.1.1.1', 53), 3)", Verdict.ERROR, "unreachable"
    ),
    "TCP to a server on this machine": Case(
        "import socket\nsocket.create_connection(('127.0.0.1', PORT), 3)", Verdict.ERROR, "refused"
    ),
    "UDP": Case(
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53))",
        Verdict.ERROR,
        "unreachable",
    ),
    "DNS": Case("import socket\nsocket.getaddrinfo('example.org', 80)", Verdict.ERROR, "gaierror"),
    "abstract sockets": Case(
        "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0d2l-hostile-test')", Verdict.ERROR, "refused"
    ),
    "vsock": Case("import socket\nsocket.socket(40, socket.SOCK_STREAM)", Verdict.ERROR, "not supported"),
    "raw sockets": Case("import socket\nsocket.socket(17, socket.SOCK_RAW)", Verdict.ERROR, "not supported"),
    # ---------------------------------------------------------------------------------------------- memory
    "memory hog": Case("x = [bytearray(b'x' * 20_000_000) for _ in range(100)]", Verdict.MEMORY, ""),
    "one huge array": Case("import numpy\nnumpy.ones(10**10)", Verdict.MEMORY, "MemoryError"),
    "many processes, each under the limit": Case(
        "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        x = bytearray(b'x' * 80_000_000)\n"
        "        time.sleep(30)\n        os._exit(0)\n"
        "for _ in range(8):\n    if os.wait()[1] == 9: os.kill(os.getpid(), 9)",
        Verdict.MEMORY,
        "",
    ),
    "filling /tmp": Case(
        "f = open('/tmp/d2l-hostile', 'wb')\nfor _ in range(100): f.write(b'x' * 10**6)",
        Verdict.ERROR,
        "File too large|No space",
    ),
    "filling /tmp with many files": Case(
        "for i in range(100): open(f'/tmp/d2l-hostile{i}', 'wb').write(b'x' * 10**6)", Verdict.ERROR, "No space left"
    ),
    "filling /dev/shm": Case(
        "for i in range(100): open(f'/dev/shm/d2l-hostile{i}', 'wb').write(b'x' * 10**6)",
        Verdict.ERROR,
        "No space left",
    ),
    "memory that no limit counts": Case(
        SYSCALL
        + "print(refused(*((319, b'x', 0) if X86 else (279, b'x', 0))), refused(29 if X86 else 194, 0, 4096, 0o1600))",
        OK,
        "^EPERM EPERM",
    ),
    # ------------------------------------------------------------------------------------------- processes
    "fork bomb": Case(
        "import os, time\nwhile True:\n    if os.fork() == 0:\n        time.sleep(60)\n        os._exit(0)",
        Verdict.ERROR,
        "BlockingIOError|Resource temporarily unavailable",
    ),
    "thread bomb": Case(
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
        Verdict.ERROR,
        "can't start new thread",
    ),
    "kill them all": Case(
        TRY + "import os, signal\nprint(attempt(os.kill, -1, signal.SIGKILL))", OK, "^None|ProcessLookupError"
    ),
    "kill the first": Case(
        TRY + "import os, signal\nprint(attempt(os.kill, 1, signal.SIGKILL))\nprint('still here')", OK, "still here"
    ),
    "a daemon that outlives its cell": Case(
        "import os, signal, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n"
        "        for s in set(signal.Signals) - {9, 19}:\n            signal.signal(s, signal.SIG_IGN)\n"
        "        while True: time.sleep(1)\nprint('left')",
        OK,
        "left",
    ),
    "a fork that comes back": Case("import os\nos.fork()\nprint('one of two')", OK, "one of two"),
    # ------------------------------------------------------------------------------------------------ time
    "loop": Case("while True: pass", Verdict.TIMEOUT, "1 seconds", {"seconds": 1}),
    "sleep": Case("import time\ntime.sleep(100)", Verdict.TIMEOUT, "", {"seconds": 1}),
    "signals ignored": Case(
        "import signal, time\nfor s in set(signal.Signals) - {9, 19}: signal.signal(s, signal.SIG_IGN)\n"
        "while True:\n    try: time.sleep(1)\n    except BaseException: pass",
        Verdict.TIMEOUT,
        "",
        {"seconds": 1},
    ),
    "stopping itself": Case(
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", Verdict.TIMEOUT, "", {"seconds": 1}
    ),
    "more computing than allowed": Case(
        "import threading\ndef spin():\n    while True: sum(range(10**5))\n"
        "import os\nfor _ in range(4):\n    if os.fork() == 0: spin()\nspin()",
        Verdict.TIMEOUT,
        "",
        {"seconds": 30, "total_seconds": 2},
    ),
    # ---------------------------------------------------------------------------------------------- output
    "a gigabyte on stdout": Case("for _ in range(1000): print('x' * 10**6)", Verdict.OUTPUT, "", {"memory": 600 * MB}),
    "a gigabyte on the raw descriptor": Case(
        "import os\nfor _ in range(1000): os.write(1, b'x' * 10**6); os.write(2, b'x' * 10**6)\nprint('done')",
        OK,
        "^done",
    ),
    "output that swallows its end": Case(
        "while True:\n    try: print('x' * 10**6)\n    except BaseException: pass", Verdict.TIMEOUT, "", {"seconds": 2}
    ),
    "one huge display": Case("display('x' * 10**8)", OK, "^'xxx"),
    "one huge repr": Case("class A:\n    def __repr__(self): return 'x' * 10**8\nA()", OK, "^xxx"),
    "one huge message": Case("raise ValueError('x' * 10**8)", Verdict.ERROR, "^ValueError: x{1000,3000}$"),
    # ----------------------------------------------------------------------------------------------- death
    "exit": Case("import os\nos._exit(0)", Verdict.DIED, "status 0"),
    "SystemExit": Case("import sys\nsys.exit(0)", Verdict.ERROR, "SystemExit"),
    "segmentation fault": Case("import ctypes\nctypes.string_at(0)", Verdict.DIED, "SIGSEGV"),
    "deep recursion": Case("def f(): f()\nf()", Verdict.ERROR, "RecursionError"),
    "deeper recursion": Case(
        "import sys\nsys.setrecursionlimit(10**9)\n"
        "class A:\n    def __getattr__(self, name): return getattr(self, name)\nA().x",
        *((Verdict.ERROR, "RecursionError") if COUNTS_ITS_STACK else (Verdict.DIED, "SIGSEGV")),
    ),
    "abort": Case("import os\nos.abort()", Verdict.DIED, "SIGABRT"),
    "an error that cannot be shown": Case(
        "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", Verdict.ERROR, "cannot be shown"
    ),
    "an error without a name": Case("raise type('x' * 10**6, (BaseException,), {})", Verdict.ERROR, "^x{100}$"),
    # --------------------------------------------------------------------------------------------- writing
    "write to the system": Case(
        TRY + "import sys, os\nprint({attempt(open, f'{p}/d2l-hostile', 'w') for p in "
        "('/', '/usr/lib', '/etc', '/dev', '/sandbox', '/sandbox/library/d2l_helpers', '/proc', '/proc/sys/kernel',"
        " sys.prefix, os.path.dirname(os.__file__))})",
        OK,
        r"^\{(, |'OSError'|'PermissionError'|'FileNotFoundError')*\}\n",
    ),
    "change what others import": Case(
        TRY + "import d2l_helpers\nprint(attempt(open, d2l_helpers.__file__, 'a'))", OK, "OSError|PermissionError"
    ),
    "a symlink and a FIFO where output might go": Case(
        "import os\nos.mkfifo('/tmp/d2l-hostile-1')\nos.symlink('/etc/passwd', '/tmp/d2l-hostile-2')\nprint('made')",
        OK,
        "made",
    ),
    "a setuid file": Case(
        "import os, shutil\nshutil.copy('/usr/bin/prlimit', '/tmp/d2l-hostile')\n"
        "os.chmod('/tmp/d2l-hostile', 0o4755)\n"
        "print(open('/proc/self/status').read().split('NoNewPrivs:')[1].split()[0])",
        OK,
        "^1",
    ),
    # ---------------------------------------------------------------------------------------------- powers
    "capabilities": Case(
        "import re\nprint(set(re.findall(r'Cap\\w+:\\s*(\\w+)', open('/proc/self/status').read())))",
        OK,
        "^{'0000000000000000'}",
    ),
    "become root": Case("import os\nos.setuid(0)", Verdict.ERROR, "PermissionError|OSError"),
    "new namespaces": Case(
        SYSCALL + "print([refused(272 if X86 else 97, f) for f in (0x10000000, 0x20000, 0x40000000)], "
        "refused(56 if X86 else 220, 0x10000011, 0, 0, 0, 0), refused(435, 0, 0))",
        OK,
        r"^\['EPERM', 'EPERM', 'EPERM'\] EPERM ENOSYS",
    ),
    "mount, ptrace, bpf, io_uring": Case(
        SYSCALL
        + "print({refused(n, 0, 0, 0, 0, 0) for n in ((165, 101, 321, 425, 310, 323, 250, 298, 304, 438) if X86 "
        "else (40, 117, 280, 425, 270, 282, 219, 241, 265, 438))})",
        OK,
        r"^\{'EPERM'\}",
    ),
    "letters into a terminal": Case(
        SYSCALL + "print(refused(16 if X86 else 29, 0, 0x5412 + 2**32, b'x'))", OK, "^EPERM"
    ),
    "the other ABI": Case(SYSCALL + "print(refused(0x40000000 + 39) if X86 else 'EPERM')", OK, "^EPERM"),
    # ------------------------------------------------------------------------------------------------ wire
    "a forged reply": Case(
        PIPE
        + "os.write(fd, packed(json.dumps({'status': 'ok', 'id': 99, 'arrays': [], 'mark': 10}).encode()))\nforever()",
        Verdict.BAD_ANSWER,
    ),
    "an oversize frame": Case(PIPE + "os.write(fd, b'\\xff' * 100)\nforever()", Verdict.BAD_ANSWER),
    "a truncated frame": Case(PIPE + "os.write(fd, frame(b'x' * 1000)[:500])\nos._exit(0)", Verdict.DIED),
    "a frame that stops": Case(
        PIPE + "os.write(fd, frame(b'x' * 1000)[:500])\nforever()", Verdict.TIMEOUT, "", {"seconds": 1}
    ),
    "a dripped frame": Case(
        PIPE + "import time\nfor byte in frame(b'x' * 1000):\n    os.write(fd, bytes([byte])); time.sleep(0.05)",
        Verdict.TIMEOUT,
        "",
        {"seconds": 1},
    ),
    "a JSON bomb": Case(PIPE + "os.write(fd, packed(b'[' * 60000))\nforever()", Verdict.BAD_ANSWER),
    "a huge integer": Case(
        PIPE + "os.write(fd, packed(b'{\"id\":' + b'9' * 60000 + b'}'))\nforever()", Verdict.BAD_ANSWER
    ),
    "a pickle": Case(
        PIPE + "import pickle\nbody = pickle.dumps(print)\n"
        "text = json.dumps({'status': 'ok', 'id': IDENT, 'value': {'array': 0}, 'arrays': [len(body)]}).encode()\n"
        "os.write(fd, packed(text, body))\nforever()",
        Verdict.BAD_ANSWER,
    ),
    "a closed connection": Case(PIPE + "os.close(fd)\nforever()", Verdict.DIED, "closed the connection"),
    "nothing but noise": Case(PIPE + "\nwhile True: os.write(fd, os.urandom(4096))", Verdict.BAD_ANSWER),
    # -------------------------------------------------------------------------------------------- notebook
    "a cell of bash": Case("%%bash\nrm -rf /", OK, "^$"),
    "installing": Case("!pip install torch\n%matplotlib inline\n%time x = 3\nprint(x)", OK, "^3"),
    "help": Case("print?\n?print\nprint('read')", OK, "^read"),
    "input": Case("input()", Verdict.ERROR, "EOFError"),
    "no Python": Case("def f(:\n  pass", Verdict.ERROR, "SyntaxError"),
    "null bytes": Case("x = 1\0", Verdict.ERROR, "SyntaxError|ValueError"),
    "half a character": Case("print('\\ud800 é')", OK, "é"),
}
