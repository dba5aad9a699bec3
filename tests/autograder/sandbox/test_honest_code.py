"""What honest code may need keeps working: the filter refuses only what nobody needs who learns."""

import pytest

pytestmark = pytest.mark.sandbox

HONEST = {
    "asyncio": "import asyncio, sys\n"
    "async def run():\n"
    "    child = await asyncio.create_subprocess_exec(sys.executable, '-c', 'print(3)', stdout=-1)\n"
    "    return (await child.communicate())[0]\n"
    "print(asyncio.run(run()))",
    "a program in a session of its own": "import subprocess, sys\n"
    "print(subprocess.run([sys.executable, '-c', 'print(3)'], start_new_session=True).returncode)",
    "processes": "import multiprocessing\nwith multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))",
    "processes that start anew": "import multiprocessing\n"
    "with multiprocessing.get_context('spawn').Pool(1) as pool: print(pool.map(abs, [-1, -2]))",
    "queues and shared arrays": "import multiprocessing as m\nqueue = m.Queue()\nqueue.put(1)\n"
    "shared = m.Array('d', 100)\nshared[0] = 2\nprint(queue.get(), shared[0], m.Value('i', 3).value)",
    "a manager": "import multiprocessing\nprint(multiprocessing.Manager().dict({1: 2}))",
    "shared memory": "from multiprocessing import shared_memory\n"
    "memory = shared_memory.SharedMemory(create=True, size=10_000)\nmemory.close()\nmemory.unlink()\nprint('ok')",
    "files": "import os, shutil, tempfile\nimport numpy as np\nfile = tempfile.NamedTemporaryFile()\nfile.write(b'x')\n"
    "file.flush()\nos.fsync(file.fileno())\nshutil.copy2(file.name, '/tmp/copy')\nnp.save('/tmp/a.npy', np.ones(3))\n"
    "print(np.load('/tmp/a.npy', mmap_mode='r+')[0])",
    "timers": "import signal, time\nsignal.signal(signal.SIGALRM, lambda *_: print('alarm'))\n"
    "signal.setitimer(signal.ITIMER_REAL, 0.01)\nsignal.pause()",
}


@pytest.mark.parametrize("name", HONEST)
def test_what_honest_code_may_need_works(name, opened):
    with opened(seconds=60, processes=64) as sandbox:
        assert sandbox.run(name, HONEST[name]).printed
