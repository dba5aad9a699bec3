"""Attacks on the sandbox: each is a cell, and the verdict on it. A cell without a verdict prints what it found."""

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


@dataclass(frozen=True)
class Attack:
    source: str
    verdict: Verdict | None
    says: str = ""  # a pattern in what the cell printed, or in the message about its end
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

ATTACKS = {
    # -------------------------------------------------------------------------- reading what it should not
    "read the key": Attack(
        "import os, sys\nfiles = [m.__file__ for m in [*sys.modules.values()] if getattr(m, '__file__', None)]\n"
        "places = {ROOT, os.getcwd(), *sys.path, *map(os.path.dirname, files)}\n"
        "places |= {place.rsplit('/', up)[0] for place in places for up in range(1, 4)}\n"
        "names = ('answers', 'answers/probes', 'd2l_autograder', 'd2l_authoring')\n"
        "print([found for p in places for n in names if os.path.exists(found := f'{p}/{n}/__init__.py')])",
        OK,
        r"^\[\]\n",
    ),
    "import the grader": Attack("import d2l_autograder.marking", Verdict.ERROR, "ModuleNotFoundError"),
    "import the authors' package": Attack("import d2l_authoring", Verdict.ERROR, "ModuleNotFoundError"),
    "read the home": Attack(
        TRY + "import os\nprint([attempt(os.listdir, h + s) for h in ('/root', HOST_HOME) "
        "for s in ('/.ssh', '/.cache', '/.bash_history', '/.mxnet')])",
        OK,
        r"^\[('FileNotFoundError'(, )?|'NotADirectoryError'(, )?|'PermissionError'(, )?)+\]\n",
    ),
    # Everything but the system's libraries and Python's folders, in which only our packages would be out of place
    "walk the disk": Attack(
        "import os, sys\nknown = {'/proc', '/usr', '/sandbox', sys.prefix, sys.base_prefix}\n"
        "known |= {f'/lib{n}' for n in ('', 32, 64, 'x32')} | {p for p in sys.path if p.endswith('-packages')}\n"
        "found = []\n"
        "for folder, folders, files in os.walk('/'):\n"
        "    folders[:] = [name for name in folders if os.path.join(folder, name) not in known]\n"
        "    found += [os.path.join(folder, name) for name in files]\n"
        "print([p for p in found if not p.startswith(('/etc/ld.so.cache', '/etc/alternatives/', '/dev/'))])\n"
        "print(sorted(os.listdir('/sandbox')), os.listdir('/sandbox/library'))",
        OK,
        r"^\[\]\n\['library', 'worker.py'\] \['d2l_helpers'\]\n",
    ),
    "shadow": Attack("open('/etc/shadow')", Verdict.ERROR, "FileNotFoundError"),
    "other processes": Attack(
        "import os\nprint(max(int(p) for p in os.listdir('/proc') if p.isdigit()) < 20)", OK, "^True"
    ),
    "the first process's environment": Attack(
        TRY + "print(attempt(lambda: open('/proc/1/environ').read()) in ('', 'PermissionError'))", OK, "^True"
    ),
    "the environment": Attack("import os\nprint('D2L_SECRET' in os.environ, len(os.environ) < 20)", OK, "^False True"),
    "inherited descriptors": Attack(
        "import os\nfds = [f'/proc/self/fd/{f}' for f in os.listdir('/proc/self/fd')]\n"
        "print(sorted(os.readlink(f).split(':')[0] for f in fds if os.path.exists(f)))",
        OK,
        r"^\['/dev/null', '/dev/null', '/dev/null', ('/usr/lib/[^']*/libffi[^']*', )?'pipe', 'pipe'\]",
    ),
    # --------------------------------------------------------------------------------------------- network
    "TCP to the world": Attack(
        "import socket\nsocket.create_connection(('1.1.1.1', 53), 3)", Verdict.ERROR, "unreachable"
    ),
    "TCP to a server on this machine": Attack(
        "import socket\nsocket.create_connection(('127.0.0.1', PORT), 3)", Verdict.ERROR, "refused"
    ),
    "UDP": Attack(
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53))",
        Verdict.ERROR,
        "unreachable",
    ),
    "DNS": Attack("import socket\nsocket.getaddrinfo('example.org', 80)", Verdict.ERROR, "gaierror"),
    "abstract sockets": Attack(
        TRY + "import socket\nfor name in ('\\0d2l-hostile-test', '\\0d2l-sandbox-user-61184'):\n"
        "    print(attempt(socket.socket(socket.AF_UNIX).connect, name))",
        OK,
        "^(ConnectionRefusedError\n){2}",
    ),
    "vsock": Attack("import socket\nsocket.socket(40, socket.SOCK_STREAM)", Verdict.ERROR, "not supported"),
    "raw sockets": Attack("import socket\nsocket.socket(17, socket.SOCK_RAW)", Verdict.ERROR, "not supported"),
    # ---------------------------------------------------------------------------------------------- memory
    "memory hog": Attack("x = [bytearray(b'x' * 20_000_000) for _ in range(100)]", Verdict.MEMORY, ""),
    "one huge array": Attack("import numpy\nnumpy.ones(10**10)", Verdict.MEMORY, "MemoryError"),
    "many processes, each under the limit": Attack(
        "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        x = bytearray(b'x' * 80_000_000)\n"
        "        time.sleep(30)\n        os._exit(0)\n"
        "for _ in range(8):\n    if os.wait()[1] == 9: os.kill(os.getpid(), 9)",
        Verdict.MEMORY,
        "",
    ),
    "fill /tmp": Attack(
        "f = open('/tmp/d2l-hostile', 'wb')\nfor _ in range(100): f.write(b'x' * 10**6)",
        Verdict.ERROR,
        "File too large|No space",
    ),
    "fill /tmp with many files": Attack(
        "for i in range(100): open(f'/tmp/d2l-hostile{i}', 'wb').write(b'x' * 10**6)", Verdict.ERROR, "No space left"
    ),
    "fill /dev/shm": Attack(
        "for i in range(100): open(f'/dev/shm/d2l-hostile{i}', 'wb').write(b'x' * 10**6)",
        Verdict.ERROR,
        "No space left",
    ),
    "memory that no limit counts": Attack(
        SYSCALL
        + "print(refused(*((319, b'x', 0) if X86 else (279, b'x', 0))), refused(29 if X86 else 194, 0, 4096, 0o1600))",
        OK,
        "^EPERM EPERM",
    ),
    # ------------------------------------------------------------------------------------------- processes
    "fork bomb": Attack(
        "import os, time\nwhile True:\n    if os.fork() == 0:\n        time.sleep(60)\n        os._exit(0)",
        Verdict.ERROR,
        "BlockingIOError|Resource temporarily unavailable",
    ),
    "thread bomb": Attack(
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
        Verdict.ERROR,
        "can't start new thread",
    ),
    "kill every process": Attack(
        TRY + "import os, signal\nprint(attempt(os.kill, -1, signal.SIGKILL))", OK, "^None|ProcessLookupError"
    ),
    "kill the first process": Attack(
        TRY + "import os, signal\nprint(attempt(os.kill, 1, signal.SIGKILL))\nprint('still here')", OK, "still here"
    ),
    "a daemon that outlives its cell": Attack(
        "import os, signal, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n"
        "        for s in set(signal.Signals) - {9, 19}:\n            signal.signal(s, signal.SIG_IGN)\n"
        "        while True: time.sleep(1)\nprint('left')",
        OK,
        "left",
    ),
    "a fork that comes back": Attack("import os\nos.fork()\nprint('one of two')", OK, "one of two"),
    # ------------------------------------------------------------------------------------------------ time
    "loop": Attack("while True: pass", Verdict.TIMEOUT, "0.5 seconds", SHORT),
    "loop in a library": Attack("import re\nre.match('(a+)+$', 'a' * 64 + 'b')", Verdict.TIMEOUT, "", SHORT),
    "sleep": Attack("import time\ntime.sleep(100)", Verdict.TIMEOUT, "", SHORT),
    "clocks that stand still": Attack(
        "import time\ntime.time = time.monotonic = lambda: 0.0\nwhile time.time() < 1: pass", Verdict.TIMEOUT, "", SHORT
    ),
    "its own limits raised": Attack(
        "import resource, threading\nfor name in dir(resource):\n    if name.startswith('RLIMIT_'):\n"
        "        kind = getattr(resource, name)\n        resource.setrlimit(kind, resource.getrlimit(kind)[1:] * 2)\n"
        "def spin():\n    while True: pass\n"
        "for _ in range(10): threading.Thread(target=spin, daemon=True).start()\nspin()",
        Verdict.TIMEOUT,
        "",
        SHORT,
    ),
    "signals ignored": Attack(
        "import signal, time\nfor s in set(signal.Signals) - {9, 19}: signal.signal(s, signal.SIG_IGN)\n"
        "while True:\n    try: time.sleep(1)\n    except BaseException: pass",
        Verdict.TIMEOUT,
        "",
        SHORT,
    ),
    "stopping itself": Attack("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", Verdict.TIMEOUT, "", SHORT),
    "more computing than allowed": Attack(
        "import threading\ndef spin():\n    while True: sum(range(10**5))\n"
        "import os\nfor _ in range(4):\n    if os.fork() == 0: spin()\nspin()",
        Verdict.TIMEOUT,
        "",
        {"seconds": 30, "total_seconds": 1},
    ),
    # ---------------------------------------------------------------------------------------------- output
    "a gigabyte on stdout": Attack(
        "for _ in range(1000): print('x' * 10**6)", Verdict.OUTPUT, "", {"memory": 600 * MB}
    ),
    "a gigabyte on the raw descriptor": Attack(
        "import os\nfor _ in range(1000): os.write(1, b'x' * 10**6); os.write(2, b'x' * 10**6)\nprint('done')",
        OK,
        "^done",
    ),
    "output that swallows its end": Attack(
        "while True:\n    try: print('x' * 10**6)\n    except BaseException: pass", Verdict.TIMEOUT, "", SHORT
    ),
    "one huge display": Attack("display('x' * 10**8)", OK, "^'xxx"),
    "one huge repr": Attack("class A:\n    def __repr__(self): return 'x' * 10**8\nA()", OK, "^xxx"),
    "one huge message": Attack("raise ValueError('x' * 10**8)", Verdict.ERROR, "^ValueError: x{1000,3000}$"),
    # ----------------------------------------------------------------------------------------------- death
    "exit": Attack("import os\nos._exit(0)", Verdict.DIED, "status 0"),
    "SystemExit": Attack("import sys\nsys.exit(0)", Verdict.ERROR, "SystemExit"),
    "KeyboardInterrupt": Attack("raise KeyboardInterrupt", Verdict.ERROR, "KeyboardInterrupt"),
    "errors that hold one another": Attack(
        "error = ValueError('first')\nfor _ in range(100_000):\n    later = ValueError('later')\n"
        "    later.__cause__, error = error, later\nraise error",
        Verdict.ERROR,
        "^ValueError: later",
    ),
    "segmentation fault": Attack("import ctypes\nctypes.string_at(0)", Verdict.DIED, "SIGSEGV"),
    "deep recursion": Attack("def f(): f()\nf()", Verdict.ERROR, "RecursionError"),
    "deeper recursion": Attack(
        "import sys\nsys.setrecursionlimit(10**9)\n"
        "class A:\n    def __getattr__(self, name): return getattr(self, name)\nA().x",
        *((Verdict.ERROR, "RecursionError") if COUNTS_ITS_STACK else (Verdict.DIED, "SIGSEGV")),
    ),
    "abort": Attack("import os\nos.abort()", Verdict.DIED, "SIGABRT"),
    "an error that cannot be shown": Attack(
        "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", Verdict.ERROR, "cannot be shown"
    ),
    "an error without a name": Attack("raise type('x' * 10**6, (BaseException,), {})", Verdict.ERROR, "^x{100}$"),
    # --------------------------------------------------------------------------------------------- writing
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
        "import os, shutil\nshutil.copy('/usr/bin/prlimit', '/tmp/d2l-hostile')\n"
        "os.chmod('/tmp/d2l-hostile', 0o4755)\n"
        "print(open('/proc/self/status').read().split('NoNewPrivs:')[1].split()[0])",
        OK,
        "^1",
    ),
    # ---------------------------------------------------------------------------------------- capabilities
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
    # ------------------------------------------------------------------------------------------------ wire
    "a forged reply": Attack(
        PIPE
        + "os.write(fd, packed(json.dumps({'status': 'ok', 'id': 99, 'arrays': [], 'mark': 10}).encode()))\nforever()",
        Verdict.BAD_ANSWER,
    ),
    "an oversize frame": Attack(PIPE + "os.write(fd, b'\\xff' * 100)\nforever()", Verdict.BAD_ANSWER),
    "a truncated frame": Attack(PIPE + "os.write(fd, frame(b'x' * 1000)[:500])\nos._exit(0)", Verdict.DIED),
    "a frame that stops": Attack(
        PIPE + "os.write(fd, frame(b'x' * 1000)[:500])\nforever()", Verdict.TIMEOUT, "", SHORT
    ),
    "a frame sent byte by byte": Attack(
        PIPE + "import time\nfor byte in frame(b'x' * 1000):\n    os.write(fd, bytes([byte])); time.sleep(0.05)",
        Verdict.TIMEOUT,
        "",
        SHORT,
    ),
    "a JSON bomb": Attack(PIPE + "os.write(fd, packed(b'[' * 60000))\nforever()", Verdict.BAD_ANSWER),
    "a huge integer": Attack(
        PIPE + "os.write(fd, packed(b'{\"id\":' + b'9' * 60000 + b'}'))\nforever()", Verdict.BAD_ANSWER
    ),
    "a pickle": Attack(
        PIPE + "import pickle\nbody = pickle.dumps(print)\n"
        "text = json.dumps({'status': 'ok', 'id': IDENT, 'value': {'array': 0}, 'arrays': [len(body)]}).encode()\n"
        "os.write(fd, packed(text, body))\nforever()",
        Verdict.BAD_ANSWER,
    ),
    "a closed connection": Attack(PIPE + "os.close(fd)\nforever()", Verdict.DIED, "closed the connection"),
    "nothing but noise": Attack(PIPE + "\nwhile True: os.write(fd, os.urandom(4096))", Verdict.BAD_ANSWER),
    # -------------------------------------------------------------------------------------------- notebook
    "a cell of bash": Attack("%%bash\nrm -rf /", OK, "^$"),
    "installing": Attack("!pip install torch\n%matplotlib inline\n%time x = 3\nprint(x)", OK, "^3"),
    "help": Attack("print?\n?print\nprint('read')", OK, "^read"),
    "input": Attack("input()", Verdict.ERROR, "EOFError"),
    "a cell that is no Python": Attack("def f(:\n  pass", Verdict.ERROR, "SyntaxError"),
    "null bytes": Attack("x = 1\0", Verdict.ERROR, "SyntaxError|ValueError"),
    "half a surrogate pair": Attack("print('\\ud800 é')", OK, "é"),
}
