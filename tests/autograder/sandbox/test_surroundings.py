"""What cells find around them in a sandbox, all without effect: IPython's shell, Colab's modules, the public check."""

import re
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import d2l_helpers
from d2l_autograder.cells.ipython_syntax import to_python
from d2l_autograder.sandbox import Limits, Lost, Sandbox, Setup
from d2l_helpers.chapter import CHAPTER

ROOT = Path(__file__).parents[3]
PUBLIC = re.findall(
    r"^from \.exercises\.(\w+) import (\w+)", Path(d2l_helpers.__file__ + "i").read_text(), re.MULTILINE
)


@pytest.fixture(params=[pytest.param("confined", marks=pytest.mark.sandbox), "plain"])
def cells(request):
    """Open a sandbox, or the same process without one, and return what runs a cell and returns what it printed."""
    if request.param == "confined":
        request.getfixturevalue("working")

    @contextmanager
    def opened(**setup):
        with Sandbox(Limits(), Setup(**setup), is_confined=request.param == "confined") as sandbox:
            yield lambda source, cell="1": sandbox.run(cell, to_python(source)).printed

    return opened


def test_the_public_names_of_the_exercises_do_nothing(cells):
    assert {name for _, name in PUBLIC} == {"check", "hint", "load_exercises", "progress", "question", "solution"}
    with cells() as run:
        for module, name in PUBLIC:
            calls = f"{name}(), {name}('softmax', 5), {name}(1, 2, 3, answer=4)"
            for source in (f"from d2l_helpers import {name}", f"from d2l_helpers.exercises.{module} import {name}"):
                assert run(f"{source}\nprint(({calls}))") == "(None, None, None)\n"
            assert run(f"import d2l_helpers as helpers\nhelpers.{name}('x', 1)") == ""


ORACLES = {
    "judge": "from d2l_helpers.exercises.checking import judge",
    "the catalogue": "import d2l_helpers.exercises.catalogue",
    "an exercise": "import d2l_helpers.exercises.chapter.softmax_regression",
    "expectations": "from d2l_helpers.exercises import expectations",
    "importlib": "import importlib\nimportlib.import_module('d2l_helpers.exercises.catalogue')",
    "once the stand-ins are gone": "import sys\nfor name in [*sys.modules]:\n"
    "    if 'exercises' in name: del sys.modules[name]\n"
    "from d2l_helpers.exercises.checking import judge",
    "reloaded": "import importlib, d2l_helpers.exercises.checking as c\nimportlib.reload(c)\nc.judge",
    "its source": "import inspect, d2l_helpers\ninspect.getsource(d2l_helpers.check).index('judge')",
    "a loader": "import importlib.util, d2l_helpers, os\n"
    "path = os.path.join(os.path.dirname(d2l_helpers.__file__), 'exercises', 'catalogue.py')\n"
    "spec = importlib.util.spec_from_file_location('c', path)\n"
    "spec.loader.exec_module(importlib.util.module_from_spec(spec))",
}
ONLY_CONFINED = {"once the stand-ins are gone", "a loader"}  # without a sandbox the files can be read


@pytest.mark.parametrize("way", ORACLES)
def test_no_way_leads_to_the_public_check(way, cells, request):
    if way in ONLY_CONFINED and "plain" in request.node.name:
        pytest.skip("without a sandbox the package's files can be read")
    with cells() as run, pytest.raises(Lost) as lost:
        run(ORACLES[way])
    assert lost.value.message.partition(":")[0] in (
        "ImportError", "ModuleNotFoundError", "ValueError", "AttributeError", "FileNotFoundError",
    )  # fmt: skip


@pytest.mark.sandbox
def test_no_file_of_a_sandbox_holds_a_check(opened):
    look = (
        "import os\nfound = []\nfor root in ('/sandbox', *__import__('sys').path):\n"
        "    for folder, _, files in os.walk(root):\n"
        "        found += [folder for name in files if 'd2l' in folder and 'exercises' in folder]\nprint(found)"
    )
    with opened() as sandbox:
        assert sandbox.run("look", look).printed == "[]\n"


@pytest.mark.parametrize("name", [name for name in CHAPTER if "keras" not in name])
def test_the_setup_of_each_notebook_runs_and_panels_can_be_imported(name, cells):
    import nbformat

    release = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4)
    setup = next(cell.source for cell in release.cells if cell.id == "setup")
    with cells() as run:
        assert run(setup) == ""
        assert run("import d2l_helpers.panels.retrain\nprint(callable(helpers.retrain))") == "True\n"


SHELL = {
    "get_ipython().run_line_magic('time', 'x = 5')\nx": "5\n",
    "y = %time 2 + 3\ny": "5\n",
    "%timeit -n 1 z = 5\n'z' in globals()": "False\n",
    "t = %timeit -o -n 1 -r 1 2 + 3\nt.average, t.loops": "(0.0, 1)\n",
    "%%timeit\nw = 5": "",
    "files = !ls\nfiles, files.n, list(files)": "([], '', [])\n",
    "!false": "",
    "x = %pwd\nprint(x == __import__('os').getcwd())": "True\n",
    "%%bash\nexit 1": "",
    "%%writefile mine.py\nforty = 40": "",
    "%%capture out\nprint(1)": "1\n",
    "out.show()\nout.stdout": "''\n",
    "import mine\nmine.forty": "40\n",
    "get_ipython().kernel if hasattr(get_ipython(), 'kernel') else 0": "0\n",
    "type(get_ipython()).__name__, 'google.colab' in str(get_ipython())": "('ZMQInteractiveShell', False)\n",
    "get_ipython().ast_node_interactivity = 'all'": "",
    "get_ipython().run_cell('1 / 0'); get_ipython().run_cell('v = 1'); v": "1\n",
    "get_ipython().ex('v = 2'); get_ipython().ev('v')": "2\n",
    "get_ipython().events.register('post_run_cell', print)": "''\n",
    "%run missing.py" : None,
    "from IPython import get_ipython as g\ng() is get_ipython()": "True\n",
    "import IPython\nIPython.get_ipython() is get_ipython()": "True\n",
    "exit()\nquit()": "",
    "4 * 10": "40\n",
    "_ + 2": "42\n",
    "for _ in 'ab': pass": "",
    "7": "7\n",
    "_": "'b'\n",
    "import asyncio\nawait asyncio.sleep(0)\nawait asyncio.sleep(0, 3)": "3\n",
    "async def f():\n    return 6\nawait f()": "6\n",
    "def g():\n    return 8\nreturn": None,
    "g()": "8\n",
    "def h(x: Unknown): pass": None,
    "from __future__ import annotations": "",
    "def h(x: Unknown): return 9\nh(0)": "9\n",
    "from IPython.display import HTML, display\ndisplay(HTML('x'))": "<IPython.core.display.HTML object>\n",
    "from IPython.display import clear_output\nclear_output(wait=True)": "\x1b[2K\r\x1b[2K\r",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()": "",
    "1;": "",
}  # fmt: skip


def printed_by(run, source, cell):
    """Return what a cell printed; None if it was lost."""
    with suppress(Lost):
        return run(source, cell)
    return None


def test_cells_run_as_in_a_notebook(cells):
    with cells() as run:
        for number, (source, printed) in enumerate(SHELL.items()):
            assert printed_by(run, source, str(number)) == printed, source


COLAB = {
    "from google.colab import drive\ndrive.mount('/content/drive')": "''\n",
    "import google.colab\ngoogle.colab.files.upload()": "''\n",
    "from google.colab.patches import cv2_imshow\ncv2_imshow(5)": "''\n",
    "from google.colab import userdata\nimport os\nos.environ['KEY'] = userdata.get('KEY')": "",
    "from google.colab import files\nfor name in files.upload().keys(): print(name)": "",
    "from google.colab import output\noutput.enable_custom_widget_manager()": "''\n",
}
ASKS = {
    "a try": "try:\n    import google.colab\n    print('Colab')\nexcept ImportError:\n    print('elsewhere')",
    "a try with more": "try:\n    x = 1\n    from google.colab import drive\n    print('Colab')\nexcept Exception:\n"
    "    print('elsewhere')",
    "sys.modules": "import sys\nprint('Colab' if 'google.colab' in sys.modules else 'elsewhere')",
    "the shell": "print('Colab' if 'google.colab' in str(get_ipython()) else 'elsewhere')",
    "a library": "import importlib\nwith __import__('contextlib').suppress(ImportError):\n"
    "    importlib.import_module('google.colab')\n    print('Colab')\nprint('elsewhere')",
}


def test_colabs_modules_can_be_imported_and_do_nothing(cells):
    with cells() as run:
        for source, printed in COLAB.items():
            assert run(source) == printed, source


def test_code_that_asks_for_colab_finds_that_it_runs_elsewhere(cells):
    with cells() as run:
        for source in ASKS.values():
            assert run(source) == "elsewhere\n", source


LINES = {
    "x = 1\n!pip install \\\n  a \\\n  b\n\n1 / 0": "line 6: 1 / 0",
    "\n\n%%time\n\nx = 1\n1 / 0": "line 6: 1 / 0",
    "    x = 1\n    1 / 0": "line 2: 1 / 0",
    ">>> x = 1\n>>> 1 / 0": "line 2: 1 / 0",
    "%%timeit\n\n1 / 0": "line 3",
    "%matplotlib inline\nf?\n1 / 0": "line 3: 1 / 0",
    "from google.colab import drive\nimport no_such_module": "line 2: import no_such_module",
}


def test_an_error_names_the_line_of_the_students_cell(cells):
    with cells() as run:
        for number, (source, line) in enumerate(LINES.items()):
            with pytest.raises(Lost) as lost:
                run(source, str(number))
            assert lost.value.line.startswith(line), source
