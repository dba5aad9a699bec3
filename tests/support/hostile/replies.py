"""Replies: floods of output, deaths, and frames that are none."""

from support.hostile.attack import COUNTS_ITS_STACK, MB, OK, PIPE, SHORT, Attack

from d2l_autograder.sandbox import Verdict

ATTACKS = {
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
}
