"""The program that runs inside the sandbox: it reads requests from one pipe and replies on another.

This file, ``worker_messages.py`` and ``surroundings.py`` are bound into the sandbox by themselves, so they import
nothing of ours. From the first cell on, student code can change everything in this process: the grader believes nothing
that the process says, and the limits in these files only give honest mistakes a clear message.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
import io
import linecache
import os
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

_TEXT = 64 << 10  # characters of printed text that are kept
_MESSAGE = 2000  # characters of an error's message
# Where the files beside this one are read; the template, which runs where `__file__` is not to be seen, sets it
SOURCES = globals().get("SOURCES") or Path(__file__).parent
_FUTURE = __future__.annotations.compiler_flag  # once a cell has imported it, it holds for the cells below, too


def load(name: str) -> types.ModuleType:
    """Load a module beside this file; Python's own path does not lead there."""
    source = (SOURCES / f"{name}.py").read_bytes()
    module = types.ModuleType(name)
    exec(compile(source, str(Path(__file__).with_name(f"{name}.py")), "exec", dont_inherit=True), vars(module))
    return module


messages, surroundings = load("worker_messages"), load("surroundings")


class OutputLimit(BaseException):
    """The code prints more than one request may; not an Exception, so that ``except Exception`` does not catch it."""


class Missing(Exception):
    """A name that the student's code does not define."""


class CappedOutput(io.TextIOBase):
    """Standard output and error of a request."""

    def __init__(self, most: int) -> None:
        self.most, self.total, self.kept = most, 0, 0
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        """Keep the beginning of what is printed, and raise OutputLimit in code that prints without end."""
        self.total += len(text)
        part = str(text)[: max(0, _TEXT - self.kept)]
        self.kept += len(part)
        self.parts.append(part)
        if self.total > self.most:
            raise OutputLimit
        return len(text)


class Interpreter:
    """One namespace, and the requests that use it."""

    def __init__(self, requests: Any, replies: Any, options: dict[str, Any]) -> None:
        self.requests, self.replies, self.options = requests, replies, options
        sys.modules["__main__"] = types.ModuleType("__main__")  # where pickle looks for the student's classes
        if "__mp_main__" in sys.modules:  # multiprocessing is imported already, and names the module that was here
            sys.modules["__mp_main__"] = sys.modules["__main__"]
        self.namespace = sys.modules["__main__"].__dict__
        self.namespace.update(__builtins__=builtins, display=show)
        self.pid = os.getpid()
        self.cell, self.flags, self.shown = "", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, ""
        self.loop: Any = None

    def serve(self) -> None:
        """Answer requests until the grader closes its end."""
        while (message := messages.receive(self.requests)) is not None:
            request, arrays = message
            answer, results = self.answer(request, arrays)
            if os.getpid() != self.pid:  # the student's code forked and the child returned: both would reply
                os._exit(0)
            messages.send(self.replies, answer | {"id": request["id"]}, results)

    def answer(self, request: dict[str, Any], arrays: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        """Return the reply to a request, whatever the student's code raises, and the reply's arrays."""
        printed = sys.stdout = sys.stderr = CappedOutput(self.options["output"])
        results: list[Any] = []
        try:
            answer = getattr(self, f"do_{request['do']}")(request, arrays, results)
        except OutputLimit:
            answer = {"status": "output"}
        except Missing:
            answer = {"status": "missing"}
        except messages.Unsupported as error:
            answer = {"status": "unsupported", "type": str(error)}
        except BaseException as error:  # also SystemExit and KeyboardInterrupt
            answer = {"status": "error", "error": describe(error)}
        if answer["status"] != "ok":
            results.clear()
        close_figures()
        return answer | {"printed": "".join(printed.parts)}, results

    def do_run(self, request: dict[str, Any], arrays: list[Any], results: list[Any]) -> dict[str, Any]:
        """Run a cell, and show the value of its last line."""
        self.cell, source = f"<cell {request['cell']}>", request["source"]
        linecache.cache[self.cell] = (len(source), None, source.splitlines(keepends=True), self.cell)
        value = self.execute(source, begin=partial(self.begin, request["id"]))
        if value is not None and not source.rstrip().endswith(";"):
            show(value)
            if self.namespace.get("_") is self.shown:  # the student's code does not use the name for something else
                self.namespace["_"] = self.shown = value
        return {"status": "ok"}

    def begin(self, ident: int, number: int) -> None:
        """Tell the grader which statement of a cell begins: where a loop has no end, no reply will say it."""
        if number and os.getpid() == self.pid:  # not a child that the student's code forked
            with suppress(OSError):  # the student's code may have closed the pipe
                messages.send(self.replies, {"id": ident, "place": number}, [])

    def execute(self, source: str, is_apart: bool = False, begin: Callable[[int], None] = lambda _: None) -> Any:
        """Run statements one at a time, and return the last one's value; what runs apart binds no names outside."""
        namespace = {**self.namespace} if is_apart else self.namespace
        value = None
        for number, statement in enumerate(ast.parse(source, self.cell).body):
            begin(number)
            is_last = isinstance(statement, ast.Expr)
            unit = ast.Expression(statement.value) if isinstance(statement, ast.Expr) else ast.Module([statement], [])
            code = compile(unit, self.cell, "eval" if is_last else "exec", self.flags, dont_inherit=True)
            self.flags |= code.co_flags & _FUTURE
            value = eval(code, namespace)
            if code.co_flags & inspect.CO_COROUTINE:  # it awaits
                value = self.wait_for(value)
            value = value if is_last else None
        return value

    def wait_for(self, coroutine: Any) -> Any:
        """Run a coroutine in the loop that all cells share."""
        import asyncio

        self.loop = self.loop or asyncio.new_event_loop()
        return self.loop.run_until_complete(coroutine)

    def do_call(self, request: dict[str, Any], arrays: list[Any], results: list[Any]) -> dict[str, Any]:
        """Call the function of this name."""
        args = [self.decode(spec, arrays) for spec in request["args"]]
        with warnings.catch_warnings(), np.errstate(all="ignore"):  # as the notebook's check calls it
            warnings.simplefilter("ignore")
            if "mxnet" in sys.modules:
                sys.modules["mxnet"].npx.set_np()
            value = self.look_up(request["name"])(*args)
        return {"status": "ok", "value": messages.encode(value, results)}

    def do_get(self, request: dict[str, Any], arrays: list[Any], results: list[Any]) -> dict[str, Any]:
        """Return the value of the variable of this name."""
        return {"status": "ok", "value": messages.encode(self.look_up(request["name"]), results)}

    def look_up(self, name: str) -> Any:
        """Return the value of a variable; raise Missing if there is none."""
        if name not in self.namespace:
            raise Missing
        return self.namespace[name]

    def decode(self, spec: dict[str, Any], arrays: list[Any]) -> Any:
        """Read a value that the grader sent."""
        ((kind, content),) = spec.items()
        if kind == "array":
            return messages.as_mxnet(arrays[content]) if self.options["mxnet"] else arrays[content]
        if kind == "name":
            return self.look_up(content)
        if kind == "float":
            return float(content)
        if kind == "dict":
            return {key: self.decode(item, arrays) for key, item in content}
        if kind in ("tuple", "list"):
            return {"tuple": tuple, "list": list}[kind](self.decode(item, arrays) for item in content)
        return content


def show(*values: Any, **_: Any) -> None:
    """Print values as IPython does where there is no notebook."""
    for value in values:
        if value is not None:
            print(repr(value)[:_TEXT])


def close_figures() -> None:
    """Close pyplot's figures, as a notebook does at the end of a cell."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        with suppress(BaseException):  # the student's code may have replaced pyplot
            pyplot.close("all")


def describe(error: BaseException) -> dict[str, str]:
    """Return an error's type, its message, and the student's line."""
    try:
        message = str(error)
        if "Traceback (most recent call last)" in message:  # MXNet's C++ traceback; the error is its last line
            message = message.strip().splitlines()[-1]
        message = message.removeprefix(f"{type(error).__name__}: ")
    except BaseException:  # an exception class of the student's may itself raise
        message = "an error that cannot be shown"
    line = ""
    if isinstance(error, SyntaxError):
        line = f"line {error.lineno}: {(error.text or '').strip()}"
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith("<cell ") and not frame.filename.startswith("<cell probe "):  # not the grader's
            line = f"line {frame.lineno}: {frame.line}"
    return {"type": type(error).__name__[:100], "message": message[:_MESSAGE], "line": line[:500]}


def prepare(options: dict[str, Any]) -> None:
    """Import what the cells will import anyway, and accept the stand-in for the withheld test labels."""
    os.environ.update(options["variables"])
    if options["mxnet"]:  # or code that imports MXNet first would depend on the environment's d2l_helpers_mxnet.pth
        import d2l_helpers  # noqa: F401
    for statement in options["imports"]:
        exec(statement, {})
    if options["checksums"]:
        from d2l_helpers.data import idx

        idx.CHECKSUMS.update(options["checksums"])
    if "mxnet" in sys.modules:
        sys.modules["mxnet"].npx.set_np()


def main() -> None:
    """Report that the process is ready, and answer requests."""
    os.dup2(1, 2)  # until here, stderr is the pipe from which the grader reads bubblewrap's messages
    fds = [int(argument) for argument in sys.argv[1:]]
    for fd in fds:
        os.set_inheritable(fd, False)
    requests, replies = os.fdopen(fds[0], "rb"), os.fdopen(fds[1], "wb")
    message = messages.receive(requests)
    if message is None:
        return
    options = message[0]
    surroundings.hide_exercises()
    interpreter = Interpreter(requests, replies, options)
    surroundings.install(surroundings.Shell(interpreter.namespace, interpreter.execute))
    sys.path.append(str(Path.cwd()))  # where a teacher's modules lie, and where %%writefile writes others
    try:
        prepare(options)
    except Exception as error:  # a package that is missing here; no student's code has run yet
        messages.send(replies, {"status": "unprepared", "id": options["id"], "error": describe(error)}, [])
        return
    sys.argv = ["student"]
    messages.send(replies, {"status": "ready", "id": options["id"]}, [])
    interpreter.serve()


if __name__ == "__main__":
    main()
