"""Code that never ends, what is said of it at a limit of half a second, and code that hides its time."""

COMPUTES, WAITS = "it computed for more than 0.5 seconds", "it waited for 0.5 seconds without computing"
ENDLESS = {
    "a loop": ("while True: pass", COMPUTES),
    "a call in C": ("10 ** 10 ** 8", COMPUTES),
    "many processes": ("import os\nfor _ in range(6):\n    if os.fork() == 0: break\nwhile True: pass", COMPUTES),
    "many threads": (
        "import threading\ndef spin():\n    while True: pass\n"
        "for _ in range(6): threading.Thread(target=spin).start()\n"
        "threading.Event().wait()",
        COMPUTES,
    ),
    "children that have ended": (
        "import os\nwhile True:\n    if os.fork() == 0:\n        sum(range(10**6))\n        os._exit(0)\n    os.wait()",
        COMPUTES,
    ),
    "a sleep": ("import time\ntime.sleep(10**6)", WAITS),
    "a lock": ("import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()", WAITS),
    "a pipe": ("import os\nos.read(os.pipe()[0], 1)", WAITS),
    "asyncio": ("import asyncio\nawait asyncio.sleep(10**6)", WAITS),
    "a child that does not start its program": (
        "import os\nos.mkfifo('/tmp/fifo')\n"  # until it does, vfork keeps the parent as if it waited for a disk
        "os.posix_spawn('/usr/bin/cat', ['cat'], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, '/tmp/fifo', 0, 0)])",
        WAITS,
    ),
    "a stopped process": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", WAITS),
}

# The kernel adds a child's time to its parent's only if the parent waits for the child
HIDES = {
    "children that nobody waits for": (
        "import os, signal, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nwhile True:\n"
        "    try: pid = os.fork()\n    except OSError: continue\n"  # there are as many as there may be
        "    if pid == 0:\n        sum(range(10**5))\n        os._exit(0)\n    sum(range(10**4))"
    ),
    "children of children": (
        "import os\nwhile True:\n    if os.fork() == 0:\n        if os.fork() == 0: sum(range(10**6))\n"
        "        os._exit(0)\n    os.wait()"
    ),
    "statements without end": "import sys\nbegin = sys._getframe(1).f_locals['begin']\nwhile True: begin(1)",
    "a byte now and then": (
        "import itertools, os, time\nfor byte in itertools.chain(b'\\0\\x10\\0\\0', itertools.repeat(32)):\n"
        "    for fd in range(3, 20):\n        try: os.write(fd, bytes([byte]))\n        except OSError: pass\n"
        "    time.sleep(0.02)"
    ),
    "naps": "import time\nwhile True: time.sleep(0.01)",
}
