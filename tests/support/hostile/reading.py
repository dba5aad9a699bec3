"""Reading what is not the student's: files, other processes, the network."""

from support.hostile.attack import OK, TRY, Attack

from d2l_autograder.sandbox import Verdict

ATTACKS = {
    "read the key": Attack(
        "import os, sys\nfiles = [m.__file__ for m in [*sys.modules.values()] if getattr(m, '__file__', None)]\n"
        "places = {ROOT, os.getcwd(), *sys.path, *map(os.path.dirname, files)}\n"
        "places |= {place.rsplit('/', up)[0] for place in places for up in range(1, 4)}\n"
        "names = ('answers', 'answers/probes', 'd2l_autograder', 'd2l_authoring')\n"
        "print([found for p in places for n in names if os.path.exists(found := f'{p}/{n}/__init__.py')])",
        OK,
        r"^\[\]\n",
    ),
    "import the grader": Attack("import d2l_autograder.marking.marking", Verdict.ERROR, "ModuleNotFoundError"),
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
        r"^\[\]\n\['library', 'surroundings.py', 'worker.py', 'worker_messages.py'\] \['d2l_helpers'\]\n",
    ),
    "the boot id": Attack("open('/proc/sys/kernel/random/boot_id')", Verdict.ERROR, "FileNotFoundError"),
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
    "TCP to the world": Attack(
        "import socket\nsocket.create_connection(('1.1.1.1', 53), 3)", Verdict.ERROR, "unreachable"
    ),
    "TCP to a server on this machine": Attack(
        "import socket\nsocket.create_connection(('127.0.0.1', PORT), 3)", Verdict.ERROR, "unreachable"
    ),
    "UDP": Attack(
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53))",
        Verdict.ERROR,
        "unreachable",
    ),
    "DNS": Attack("import socket\nsocket.getaddrinfo('example.org', 80)", Verdict.ERROR, "gaierror"),
    "abstract sockets": Attack(
        TRY + "import socket\nfor name in ('\\0d2l-hostile-test', '\\0d2l-sandbox-user-61184'):\n"
        "    print(attempt(socket.socket(socket.AF_UNIX).connect, name))\n"
        "print(attempt(socket.socket, socket.AF_NETLINK), attempt(socket.socket, socket.AF_UNIX, socket.SOCK_DGRAM))",
        OK,
        "^(ConnectionRefusedError\n){2}OSError OSError\n",
    ),
    "a pair of sockets for asyncio": Attack("import asyncio\nasyncio.run(asyncio.sleep(0))\nprint('ran')", OK, "^ran"),
    "vsock": Attack("import socket\nsocket.socket(40, socket.SOCK_STREAM)", Verdict.ERROR, "not supported"),
    "raw sockets": Attack("import socket\nsocket.socket(17, socket.SOCK_RAW)", Verdict.ERROR, "not supported"),
}
