"""Processes and time."""

from support.hostile.attack import OK, SHORT, SYSCALL, TRY, Attack

from d2l_autograder.sandbox import Verdict

ATTACKS = {
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
        TRY + "import os, signal\nprint(attempt(os.kill, -1, signal.SIGKILL))",
        OK,
        "^None|ProcessLookupError|SIGKILL",
        may_end=True,  # where the grader is not root, the process that waits inside has the same user
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
    "loop": Attack("while True: pass", Verdict.TIMEOUT, "seconds", SHORT),
    "loop in a library": Attack("import re\nre.match('(a+)+$', 'a' * 64 + 'b')", Verdict.TIMEOUT, "", SHORT),
    "sleep": Attack("import time\ntime.sleep(100)", Verdict.TIMEOUT, "", SHORT),
    "clocks that stand still": Attack(
        "import time\ntime.time = time.monotonic = lambda: 0.0\nwhile time.time() < 1: pass", Verdict.TIMEOUT, "", SHORT
    ),
    "its own limits raised": Attack(
        TRY + "import resource, threading\nfor name in dir(resource):\n    if name.startswith('RLIMIT_'):\n"
        "        kind = getattr(resource, name)\n"
        "        attempt(lambda: resource.setrlimit(kind, resource.getrlimit(kind)[1:] * 2))\n"
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
    "a session, and so a share of CPU time, of its own": Attack(
        "import os\nbefore = os.getsid(0)\nif os.fork() == 0:\n    os.setsid()\n    os._exit(os.getsid(0) != before)\n"
        "print(os.wait()[1])",
        OK,
        "^0",
    ),
    "a sibling, which would not be found below its parent": Attack(
        SYSCALL + "print(refused(56 if X86 else 220, 0x8011, 0, 0, 0, 0))", OK, "^EPERM"
    ),
    "priority over others": Attack(
        TRY
        + "import os\nprint(attempt(os.nice, -1), attempt(os.sched_setscheduler, 0, os.SCHED_RR, os.sched_param(1)))",
        OK,
        "^PermissionError PermissionError",
    ),
}
