"""Memory: more of it than is allowed, or where nothing counts it."""

from support.hostile.attack import ANY_KILLED, LONG, MB, OK, PIPE, SYSCALL, TRY, Attack

from d2l_autograder.sandbox import Verdict

ATTACKS = {
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
    "memory during a reply that drips": Attack(
        PIPE + "import threading, time\nkept = []\ndef hog():\n    while True:\n"
        "        kept.append(bytearray(b'x' * 5_000_000))\n"
        "        time.sleep(0.05)\nthreading.Thread(target=hog).start()\n"
        "for byte in frame(b'x' * 10**6):\n    os.write(fd, bytes([byte])); time.sleep(0.02)",
        Verdict.MEMORY,
        "",
        LONG,
    ),
    # The kernel shows no memory of a process whose first thread has ended
    "memory after the first thread's end": Attack(
        SYSCALL + "import threading, time\nkept = []\ndef hog():\n    time.sleep(0.5)\n    while True:\n"
        "        kept.append(bytearray(b'x' * 5_000_000))\n        time.sleep(0.05)\n"
        "threading.Thread(target=hog).start()\nrefused(60 if X86 else 93, 0)",
        Verdict.MEMORY,
        "",
        LONG,
    ),
    # A process that starts the next one and ends before it can be looked at
    "memory that moves from process to process": Attack(
        "import os, select\nends = []\nfor _ in range(8):\n    read, write = os.pipe()\n    if os.fork() == 0:\n"
        "        kept = bytearray(b'x' * 60_000_000)\n        while True:\n            try:\n"
        "                if os.fork() > 0: os._exit(0)\n            except OSError: pass\n"
        "    os.close(write)\n    ends.append(read)\nselect.select(ends, [], [])\nos.kill(os.getpid(), 9)",
        Verdict.MEMORY,
        "",
        LONG,
    ),
    "shared pages that no page table shows": Attack(
        "import mmap\nkept = []\nwhile True:\n    kept.append(mmap.mmap(-1, 20_000_000))\n"
        "    kept[-1].write(b'x' * 20_000_000)\n    kept[-1].madvise(mmap.MADV_DONTNEED)",
        Verdict.ERROR,
        "PermissionError",
    ),
    "pages of /dev/zero": Attack("open('/dev/zero', 'r+b')", Verdict.ERROR, "FileNotFoundError"),
    "huge pages of the machine": Attack(
        "import mmap\nmmap.mmap(-1, 2 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)",
        Verdict.ERROR,
        "PermissionError",
    ),
    "page tables": Attack(
        "import mmap, os, time\nfor _ in range(16):\n    if os.fork() == 0:\n"
        "        area = mmap.mmap(-1, 5 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "        area.madvise(mmap.MADV_NOHUGEPAGE)\n"
        "        for place in range(0, 5 << 30, 2 << 20): area[place]\n        time.sleep(30)\n        os._exit(0)\n"
        + ANY_KILLED,
        Verdict.MEMORY,
        "",
        LONG | {"memory": 160 * MB, "address_space": 6000 * MB},
    ),
    # Each of the areas remembers each of the processes from which it was inherited
    "areas of memory, inherited again and again": Attack(
        SYSCALL + "import mmap, os, time\narea = mmap.mmap(-1, 20_000 * 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "start = ctypes.addressof(ctypes.c_char.from_buffer(area))\n"
        "for page in range(0, 20_000, 2):\n    area[page * 4096] = 1\n"
        "    libc.mprotect(ctypes.c_void_p(start + page * 4096), 4096, 1)\n"
        "libc.madvise(ctypes.c_void_p(start), 20_000 * 4096, 4)\nparent = os.getpid()\n"
        "for _ in range(20):\n    if os.fork() > 0: break\n"
        "if os.getpid() == parent: os.wait(); os.kill(parent, 9)\ntime.sleep(60)",
        Verdict.MEMORY,
        "",
        LONG | {"memory": 200 * MB},
    ),
    "queues of sockets": Attack(
        "import os, socket, time\nfor _ in range(10):\n    if os.fork() == 0:\n"
        "        pairs = [socket.socketpair() for _ in range(110)]\n        for one in sum(pairs, ()):\n"
        "            one.setblocking(False)\n            try:\n                while True: one.send(b'x' * 65536)\n"
        "            except BlockingIOError: pass\n        time.sleep(30)\n        os._exit(0)\n" + ANY_KILLED,
        Verdict.MEMORY,
        "",
        LONG,
    ),
    "connections that nobody accepts": Attack(
        "import os, socket, time\nfor number in range(12):\n    if os.fork() == 0:\n"
        "        server, path = socket.socket(socket.AF_UNIX), f'/tmp/d2l-hostile{number}'\n"
        "        server.bind(path)\n        server.listen(1000)\n        for _ in range(1000):\n"
        "            one = socket.socket(socket.AF_UNIX)\n            one.setblocking(False)\n            try:\n"
        "                one.connect(path)\n                while True: one.send(b'x' * 65536)\n"
        "            except BlockingIOError: one.close()\n        time.sleep(30)\n        os._exit(0)\n" + ANY_KILLED,
        Verdict.MEMORY,
        "",
        LONG,
    ),
    "larger queues": Attack(
        TRY + "import fcntl, os, socket\nread, write = os.pipe()\na, b = socket.socketpair()\n"
        "print(attempt(fcntl.fcntl, write, 1031, 1 << 20), attempt(a.setsockopt, 1, socket.SO_SNDBUF, 1 << 20))\n"
        "print(attempt(os.splice, read, write, 1) if hasattr(os, 'splice') else 'PermissionError')",
        OK,
        "^PermissionError OSError\nPermissionError",
    ),
    "empty files": Attack(
        "import os\nfor number in range(10**7): os.mknod(f'/tmp/d2l-hostile{number}')", Verdict.MEMORY, "", LONG
    ),
    "attributes of files": Attack(
        "import os\nopen('/tmp/a', 'w').close()\nos.setxattr('/tmp/a', 'user.a', b'x' * 60_000)",
        Verdict.ERROR,
        "PermissionError",
    ),
    "locks on a file": Attack(
        "import fcntl\nfile = open('/tmp/d2l-hostile', 'w')\n"
        "for place in range(10**7, 0, -2): fcntl.lockf(file, fcntl.LOCK_EX, 1, place)",
        Verdict.ERROR,
        "No locks available",
    ),
}
