"""The real dataset, an empty cache, and local web servers that misbehave in the ways real ones do."""

import gzip
import http.server
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from support.dataset import make_small
from support.lacking import lacking

from d2l_helpers.data import debian, obtain, sources
from d2l_helpers.data.idx import FILES
from d2l_helpers.errors import DataError


@pytest.fixture(scope="session")
def official():
    """The four files' decompressed bytes by name."""
    try:
        return {name: found.contents for name, found in obtain().items()}
    except DataError as error:
        lacking(f"needs Fashion-MNIST: {error}")


@pytest.fixture
def small(monkeypatch):
    """The bytes of four small files by name, which pass for the published ones."""
    return make_small(monkeypatch.setitem)


@pytest.fixture
def published(small, tmp_path):
    """A folder with the four small files as the mirrors have them."""
    folder = tmp_path / "published"
    folder.mkdir()
    for name, file in FILES.items():
        (folder / f"{file.filename}.gz").write_bytes(gzip.compress(small[name].data, compresslevel=1))
    return folder


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A user with an empty cache, on a machine with neither Debian's package nor apt-get."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("TQDM_DISABLE", "1")
    monkeypatch.delenv("D2L_DATA", raising=False)
    monkeypatch.setattr(debian, "INSTALLED", tmp_path / "not installed")


@pytest.fixture
def cache(alone):
    return sources.cache_folder()


@dataclass
class Behaviour:
    """How a local mirror treats those who ask.

    Parameters
    ----------
    folder : Path
        What it serves.
    ranges : bool
        Whether it can send the rest of a file.
    drops : int
        How many downloads it breaks off in the middle.
    garbage : bytes
        What it sends instead of the file, without end if `endless`.
    pause : threading.Event
        What it waits for after the first half of a file.
    silent : bool
        Whether it never answers a download.
    refuses : bool
        Whether it closes every connection without an answer.
    """

    folder: Path
    ranges: bool = True
    drops: int = 0
    garbage: bytes = b""
    endless: bool = False
    pause: threading.Event | None = None
    silent: bool = False
    refuses: bool = False
    url: str = ""
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def downloads(self):
        return [path.strip("/") for method, path, _ in self.requests if method == "GET"]


class Handler(http.server.BaseHTTPRequestHandler):
    behaviour: Behaviour

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self._note()
        if not self.behaviour.refuses:
            self._head(404, 0)

    def do_GET(self):
        self._note()
        behaviour = self.behaviour
        if behaviour.silent:
            behaviour.closing.wait(30)
        elif behaviour.garbage:
            self._send_garbage()
        elif (behaviour.folder / self.path.strip("/")).is_file():
            self._send_file((behaviour.folder / self.path.strip("/")).read_bytes())
        else:
            self._head(404, 0)

    def _note(self):
        self.behaviour.requests.append((self.command, self.path, self.headers.get("Range")))

    def _head(self, status, length, **headers):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _send_garbage(self):
        garbage = self.behaviour.garbage
        self._head(200, None if self.behaviour.endless else len(garbage))
        self.wfile.write(garbage)
        while self.behaviour.endless and not self.behaviour.closing.is_set():
            self.wfile.write(garbage)

    def _send_file(self, contents):
        behaviour, asked = self.behaviour, self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and behaviour.ranges else 0
        if start and start >= len(contents):
            return self._head(416, 0)
        rest = contents[start:]
        if start:
            self._head(206, len(rest), Content_Range=f"bytes {start}-{len(contents) - 1}/{len(contents)}")
        else:
            self._head(200, len(rest))
        half = len(rest) // 2
        self.wfile.write(rest[:half])
        if behaviour.drops:
            behaviour.drops -= 1
            return None
        if behaviour.pause:
            behaviour.pause.wait(30)
        return self.wfile.write(rest[half:])


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing: clients that hang up are what some tests are about."""


@pytest.fixture
def serve(published):
    """Start a mirror with the given behaviour; return the behaviour, with its url and the requests it got."""
    servers = []

    def start(**behaviour):
        behaviour = Behaviour(**{"folder": published} | behaviour)
        server = Server(("127.0.0.1", 0), type("ItsHandler", (Handler,), {"behaviour": behaviour}))
        behaviour.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        servers.append((server, thread, behaviour))
        return behaviour

    yield start
    for server, thread, behaviour in servers:
        behaviour.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(params=[False, True], ids=["without set_np", "with set_np"])
def numpy_interface(request):
    """Run a test with MXNet as imported, and with ``npx.set_np()`` called as the notebooks do."""
    from mxnet import npx

    (npx.set_np if request.param else npx.reset_np)()
    return request.param


@pytest.fixture(autouse=True)
def own_random_state():
    """Leave the generator that shuffling draws from as it was."""
    state = np.random.get_state()
    yield
    np.random.set_state(state)
