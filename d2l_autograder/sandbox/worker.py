"""What runs inside the sandbox: it reads requests from one pipe, and answers on another.

It is shown to the sandbox as a single file and imports nothing of ours. From the first cell of a student's on it is
hostile ground: the grader believes nothing that this says, and the limits here only give honest mistakes a clear end.
"""

from __future__ import annotations

import ast
import builtins
import io
import json
import linecache
import math
import os
import re
import struct
import sys
import traceback
import types
from typing import Any

import numpy as np

_TEXT = 64 << 10  # letters of printed text that are kept
_MESSAGE = 2000  # letters of an error's message
_MOST_FIGURES = 20
_DEEPEST = 8
_MAGIC = re.compile(r"^(\s*)([%!?].*|[\w.]+\?{1,2}\s*)$")
_TIMED = re.compile(r"^(\s*)%time\s+(\S.*)$")


class OutputLimit(BaseException):
    """The code prints more than one request may; no Exception, so that ``except Exception`` lets it pass."""


class Unsupported(Exception):
    """A result that cannot cross the boundary."""


class Missing(Exception):
    """A name that the student's code does not define."""


class Printed(io.TextIOBase):
    """Standard output and error."""

    def __init__(self, most: int) -> None:
        self.most, self.total, self.kept = most, 0, 0
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        """Keep the beginning, and end code that never stops printing."""
        self.total += len(text)
        part = str(text)[: max(0, _TEXT - self.kept)]
        self.kept += len(part)
        self.parts.append(part)
        if self.total > self.most:
            raise OutputLimit
        return len(text)


class Worker:
    """One namespace, and the requests that work in it."""

    def __init__(self, requests: Any, replies: Any, options: dict[str, Any]) -> None:
        self.requests, self.replies, self.options = requests, replies, options
        sys.modules["__main__"] = types.ModuleType("__main__")  # where pickle looks for the student's classes
        self.namespace = sys.modules["__main__"].__dict__
        self.namespace.update(__builtins__=builtins, display=show)
        self.printed = Printed(options["output"])
        self.figures: list[str] = []
        self.pid = os.getpid()

    def serve(self) -> None:
        """Answer until the grader closes its end."""
        while (message := receive(self.requests)) is not None:
            request, arrays = message
            answer, results = self.answer(request, arrays)
            if os.getpid() != self.pid:  # a fork of the student's code came back here: two would answer
                os._exit(0)
            send(self.replies, answer | {"id": request["id"]}, results)

    def answer(self, request: dict[str, Any], arrays: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        """Do one request and say how it went; whatever the student's code raises."""
        self.printed = sys.stdout = sys.stderr = Printed(self.options["output"])
        self.figures.clear()
        results: list[Any] = []
        try:
            answer = getattr(self, f"do_{request['do']}")(request, arrays, results)
        except OutputLimit:
            answer = {"status": "output"}
        except Missing:
            answer = {"status": "missing"}
        except Unsupported as error:
            answer = {"status": "unsupported", "type": str(error)}
        except BaseException as error:  # SystemExit and KeyboardInterrupt, too
            answer = {"status": "error", "error": describe(error)}
        if answer["status"] != "ok":
            results.clear()
        self.collect_open_figures()
        printed = "".join(self.printed.parts)
        return answer | {"printed": printed, "figures": self.figures[:_MOST_FIGURES]}, results

    def do_run(self, request: dict[str, Any], arrays: list[Any], results: list[Any]) -> dict[str, Any]:
        """Run a cell's source."""
        name = f"<cell {request['cell']}>"
        source, skipped = without_magics(request["source"])
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        tree = ast.parse(source, name)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body.pop()
        exec(compile(tree, name, "exec"), self.namespace)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), self.namespace)
            if value is not None and not source.rstrip().endswith(";"):
                show(value)
        return {"status": "ok", "skipped": skipped}

    def do_call(self, request: dict[str, Any], arrays: list[Any], results: list[Any]) -> dict[str, Any]:
        """Call a function by its name."""
        args = [self.decode(spec, arrays) for spec in request["args"]]
        keywords = {key: self.decode(spec, arrays) for key, spec in request["kwargs"]}
        value = self.look_up(request["name"])(*args, **keywords)
        return {"status": "ok", "value": encode(value, results)}

    def do_get(self, request: dict[str, Any], arrays: list[Any], results: list[Any]) -> dict[str, Any]:
        """Give what a name stands for."""
        return {"status": "ok", "value": encode(self.look_up(request["name"]), results)}

    def look_up(self, name: str) -> Any:
        """Give what a name stands for."""
        if name not in self.namespace:
            raise Missing
        return self.namespace[name]

    def decode(self, spec: dict[str, Any], arrays: list[Any]) -> Any:
        """Read a value that the grader sent."""
        ((kind, content),) = spec.items()
        if kind == "array":
            return as_mxnet(arrays[content]) if self.options["mxnet"] else arrays[content]
        if kind == "name":
            return self.look_up(content)
        if kind == "float":
            return float(content)
        if kind == "dict":
            return {key: self.decode(item, arrays) for key, item in content}
        if kind in ("tuple", "list"):
            return {"tuple": tuple, "list": list}[kind](self.decode(item, arrays) for item in content)
        return content

    def collect_open_figures(self) -> None:
        """Take note of pyplot's figures and close them, as a notebook does at a cell's end."""
        if (pyplot := sys.modules.get("matplotlib.pyplot")) is None:
            return
        try:
            self.figures += [alt_text(pyplot.figure(number)) for number in pyplot.get_fignums()]
            pyplot.close("all")
        except BaseException:
            self.figures.append("a figure that cannot be described")


def show(*values: Any, **_: Any) -> None:
    """Display values as text, as IPython does where there is no notebook; a picture by its alt text."""
    for value in values:
        if type(value).__module__ == "matplotlib.figure":
            _worker.figures.append(alt_text(value))
        elif isinstance(alt := getattr(value, "alt", None), str):
            _worker.figures.append(alt[:_MESSAGE])
        elif value is not None:
            print(repr(value)[:_TEXT])


def alt_text(figure: Any) -> str:
    """Describe a figure by what its axes say of themselves."""
    parts = [f"{axes.get_title()}: {axes.get_ylabel() or 'y'} over {axes.get_xlabel() or 'x'}" for axes in figure.axes]
    return ("; ".join(parts) or "an empty figure")[:_MESSAGE]


def without_magics(source: str) -> tuple[str, list[str]]:
    """Blank IPython's own syntax, line by line, where Python cannot read the cell with it; say what was left out."""
    if source.lstrip().startswith("%%"):
        first, _, rest = source.lstrip().partition("\n")
        return without_magics(rest)[0] if first.startswith(("%%time", "%%capture")) else "", [first[:200]]
    try:
        ast.parse(source)
        return source, []
    except (SyntaxError, ValueError):
        pass
    lines, skipped = source.split("\n"), []
    for number, line in enumerate(lines):
        if timed := _TIMED.match(line):
            lines[number] = timed[1] + timed[2]
        elif magic := _MAGIC.match(line):
            lines[number] = f"{magic[1]}pass"
            skipped.append(line.strip()[:200])
    return "\n".join(lines), skipped[:20]


def describe(error: BaseException) -> dict[str, str]:
    """Say what was raised: its type, its message, and the student's line."""
    try:
        message = str(error)
        if "Traceback (most recent call last)" in message:  # MXNet's, of its C++; the error is the last line
            message = message.strip().splitlines()[-1]
        message = message.removeprefix(f"{type(error).__name__}: ")
    except BaseException:  # the student's own class may fail at that, too
        message = "an error that cannot be shown"
    line = ""
    if isinstance(error, SyntaxError):
        line = f"line {error.lineno}: {(error.text or '').strip()}"
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith("<cell ") and not frame.filename.startswith("<cell probe "):  # not the grader's
            line = f"line {frame.lineno}: {frame.line}"
    return {"type": type(error).__name__[:100], "message": message[:_MESSAGE], "line": line[:500]}


def as_mxnet(array: Any) -> Any:
    """Make MXNet's array; float64 becomes float32, as all that MXNet makes itself."""
    import mxnet

    dtype = "float32" if array.dtype == "float64" else array.dtype
    return mxnet.np.array(array, dtype=dtype)


def encode(value: Any, arrays: list[Any], depth: int = 0) -> dict[str, Any]:
    """Write a result: plain values, arrays, and tuples, lists and dicts of them."""
    if hasattr(value, "asnumpy"):
        value = value.asnumpy()  # MXNet computes here at the latest, so its late errors belong to this request
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(float(value))}
    if value is None or (isinstance(value, bool | int | float | str) and len(str(value)) <= _TEXT):
        return {"value": value}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, tuple | list) and depth < _DEEPEST:
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [encode(item, arrays, depth + 1) for item in value]}
    if isinstance(value, dict) and depth < _DEEPEST and all(isinstance(key, str) for key in value):
        return {"dict": [[key, encode(item, arrays, depth + 1)] for key, item in value.items()]}
    raise Unsupported(type(value).__name__[:100])


def receive(stream: Any) -> tuple[dict[str, Any], list[Any]] | None:
    """Read one of the grader's messages; None at the end."""
    start = stream.read(8)
    if len(start) < 8:
        return None
    total, length = struct.unpack(">II", start)
    header = json.loads(stream.read(length))
    body = io.BytesIO(stream.read(total - 4 - length))
    return header, [np.load(body, allow_pickle=False) for _ in header.pop("arrays")]


def send(stream: Any, header: dict[str, Any], arrays: list[Any]) -> None:
    """Write one message, its arrays where NumPy likes them in memory."""
    parts = []
    for array in arrays:
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        buffer = io.BytesIO()
        np.save(buffer, np.require(little, requirements="C"), allow_pickle=False)
        parts.append(buffer.getvalue())
    encoded = json.dumps(header | {"arrays": [*map(len, parts)]}, ensure_ascii=False).encode(errors="replace")
    encoded += b" " * (-(4 + len(encoded)) % 64)
    payload = struct.pack(">I", len(encoded)) + encoded + b"".join(parts)
    stream.write(struct.pack(">I", len(payload)) + payload)
    stream.flush()


def prepare(options: dict[str, Any]) -> None:
    """Import what the cells will import anyway, and let the stand-in for the withheld test labels pass for them."""
    for statement in options["imports"]:
        exec(statement, {})
    if options["checksums"]:
        from d2l_helpers.data import fashion_mnist, idx

        idx.CHECKSUMS.update(options["checksums"])
        if options["data"]:
            fashion_mnist.load_data_fashion_mnist(1)  # it keeps what it has loaded
    if "mxnet" in sys.modules:
        sys.modules["mxnet"].npx.set_np()


def main() -> None:
    """Say that we are ready, and serve."""
    global _worker
    os.dup2(1, 2)  # until here bubblewrap's messages went there; from now on, nothing does
    fds = [int(argument) for argument in sys.argv[1:]]
    for fd in fds:
        os.set_inheritable(fd, False)
    requests, replies = os.fdopen(fds[0], "rb"), os.fdopen(fds[1], "wb")
    message = receive(requests)
    if message is None:
        return
    options = message[0]
    prepare(options)
    sys.argv = ["student"]
    _worker = Worker(requests, replies, options)
    send(replies, {"status": "ready", "id": options["id"]}, [])
    _worker.serve()


_worker: Worker

if __name__ == "__main__":
    main()
