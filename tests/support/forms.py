"""Forms that an answer can take in a notebook: the cells in the place of the stub, and what `check` says of them."""

BODY = "    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    return E / E.sum(axis=1, keepdims=True)\n"
ANSWER = f"def stable_softmax(Z):\n{BODY}"
ALONG = BODY.replace("axis=1", "axis=axis")
OTHER = f"def other(Z):\n{BODY}"
VALUE = "most_symbols = 40"
SHIFTED = "np.exp(Z - Z.max(axis=1, keepdims=True))"
LAMBDA = f"lambda Z: {SHIFTED} / {SHIFTED}.sum(axis=1, keepdims=True)"
CALL = 'helpers.check("stable_softmax", stable_softmax)'


def indented(source, by="    "):
    return "".join(f"{by}{line}" for line in source.splitlines(keepends=True))


def prompted(source, first=">>> ", more="... "):
    first_line, *lines = source.splitlines(keepends=True)
    return first + first_line + "".join(more + line for line in lines)


# IPython's own syntax
IPYTHON = {
    "a command over several lines": [f"!echo install \\\n    numpy \\\n    d2l\n{ANSWER}"],
    "files = !ls": [f"files = !ls\nprint(files)\n{ANSWER}"],
    "x = %pwd": [f"x = %pwd\n{ANSWER}"],
    "x = %env": [f"x = %env HOME\n{ANSWER}"],
    "timeit -o below": [f"{ANSWER}t = %timeit -o -n 1 -r 1 stable_softmax(np.ones((2, 2)))\nprint(t.average)"],
    "time of the answer": ["%time most_symbols = 40"],
    "time in a block": ["if True:\n    %time most_symbols = 40"],
    "x = %time": ["most_symbols = %time 4 * 10"],
    "%%time": [f"%%time\n{ANSWER}"],
    "%%time below an empty line": [f"\n\n%%time\n\n{ANSWER}"],
    "%%time and %%capture": [f"%%capture\n%%time\n{ANSWER}"],
    "%%capture out": [f"%%capture out\n{ANSWER}", "print(out.stdout)"],
    "%%timeit binds nothing": ["%%timeit -n 1 -r 1\nmost_symbols = 40"],
    "%%timeit changes a list": ["counts = []", "%%timeit -n 1 -r 1\ncounts.append(40)", "most_symbols = counts[0]"],
    "%timeit binds nothing": ["%timeit -n 1 -r 1 most_symbols = 40"],
    "%prun": ["%prun -q most_symbols = 40"],
    "%%bash defines nothing": [f"%%bash\necho '{VALUE}'"],
    "%%html": ["%%html\n<b>40</b>", ANSWER],
    "a line of magics": [
        f"%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n%config Completer.use_jedi = False\n{ANSWER}"
    ],
    "a doctest": [prompted(ANSWER)],
    "prompts of IPython": [prompted(ANSWER, "In [1]: ", "   ...: ")],
    "indented as a whole": [indented(ANSWER)],
    "indented by tabs": [indented(ANSWER, "\t")],
    "run_line_magic": [f"get_ipython().run_line_magic('matplotlib', 'inline')\n{ANSWER}"],
    "run_line_magic of a statement": ["get_ipython().run_line_magic('time', 'most_symbols = 40')"],
    "get_ipython().system": [f"get_ipython().system('true')\n{ANSWER}"],
    "interactivity": [f"get_ipython().ast_node_interactivity = 'all'\n{ANSWER}"],
    "from IPython": [
        f"from IPython import get_ipython\nipython = get_ipython()\nipython.run_line_magic('pwd', '')\n{ANSWER}"
    ],
    "IPython.get_ipython": [f"import IPython\nif IPython.get_ipython() is not None:\n{indented(ANSWER)}"],
    "run_cell": ["get_ipython().run_cell('most_symbols = 40')"],
    "ex": ["get_ipython().ex('most_symbols = 40')"],
    "push": ["get_ipython().push({'most_symbols': 40})"],
    "user_ns": ["get_ipython().user_ns['most_symbols'] = 40"],
    "help above": [f"?np.exp\n{ANSWER}"],
    "help below": [f"{ANSWER}np.exp?\nstable_softmax??"],
    "a slash": ["def f(x):\n    global most_symbols\n    most_symbols = x\n/f 40"],
    "a comma": ["def f(*texts):\n    global most_symbols\n    most_symbols = int(texts[0])\n,f 40 41"],
    "await": ["import asyncio\nawait asyncio.sleep(0)\nmost_symbols = 40"],
    "await of a function": ["async def forty():\n    return 40", "most_symbols = await forty()"],
    "async for": ["async def numbers():\n    yield 40\n\nasync for most_symbols in numbers():\n    pass"],
    "display": [f"display('x')\n{ANSWER}"],
    "from IPython.display": [
        f"from IPython.display import HTML, clear_output, display\ndisplay(HTML('x'))\n{ANSWER}clear_output()"
    ],
    "Out and In": [f"print(len(In), type(Out))\n{ANSWER}"],
    "writefile": [f"%%writefile mine_{{number}}.py\n{VALUE}", "from mine_{number} import most_symbols"],
    "pip without a sign": ["pip --version", ANSWER],
    "a magic in a string": [f"text = '''\n%time x\n!ls\n'''\n{ANSWER}"],
    "a magic in a function": [f"def stable_softmax(Z):\n    x = !true\n{BODY}"],
}

# Python's own
PYTHON = {
    "as asked": [ANSWER],
    "still the stub": ["def stable_softmax(Z):\n    ..."],
    "wrong": ["def stable_softmax(Z):\n    return Z"],
    "pass": ["def stable_softmax(Z):\n    pass"],
    "only comments": ["# stable_softmax: I do not know"],
    "nothing": [""],
    "a syntax error": ["def stable_softmax(Z)\n    return Z"],
    "an error below": [f"{ANSWER}\n1 / 0"],
    "an error above": [f"1 / 0\n{ANSWER}"],
    "return below": [f"{ANSWER}\nreturn stable_softmax"],
    "lambda": [f"stable_softmax = {LAMBDA}"],
    "assigned": [OTHER, "stable_softmax = other"],
    "assigned in one cell": [f"{OTHER}stable_softmax = other"],
    "walrus": [f"(stable_softmax := {LAMBDA})"],
    "a class with __call__": [
        f"class Softmax:\n    def __call__(self, Z):\n{indented(BODY)}\nstable_softmax = Softmax()"
    ],
    "a static method": [
        f"class Tools:\n    @staticmethod\n    def softmax(Z):\n{indented(BODY)}\nstable_softmax = Tools.softmax"
    ],
    "a class attribute": ["class Numbers:\n    forty = 40", "most_symbols = Numbers.forty"],
    "decorated": [
        f"import functools\n\ndef same(f):\n    return functools.wraps(f)(lambda *a: f(*a))\n\n@same\n{ANSWER}"
    ],
    "a decorator of another cell": ["def same(f):\n    return lambda *a: f(*a)", f"@same\n{ANSWER}"],
    "cached": ["import functools\n\n@functools.lru_cache\ndef forty():\n    return 40\n\nmost_symbols = forty()"],
    "partial": [
        f"from functools import partial\n\ndef general(Z, axis):\n{BODY}",
        "stable_softmax = partial(general, axis=1)",
    ],
    "an imported function": ["from mxnet import npx as extra\nstable_softmax = extra.softmax"],
    "conditional": [f"if True:\n{indented(ANSWER)}else:\n    stable_softmax = None"],
    "in a try": [f"try:\n    import no_such_module\nexcept ImportError:\n{indented(ANSWER)}"],
    "in a loop": [
        f"for axis in (0, 1):\n    def stable_softmax(Z):\n{indented(ALONG)}",
    ],
    "in a with": [f"import contextlib\nwith contextlib.suppress(ValueError):\n{indented(ANSWER)}"],
    "global in a function": ["def define():\n    global most_symbols\n    most_symbols = 40\n\ndefine()"],
    "global, called elsewhere": ["def define():\n    global most_symbols\n    most_symbols = 40", "define()"],
    "globals()": [f"{OTHER}globals()['stable_softmax'] = other"],
    "exec": [f"exec({ANSWER!r})"],
    "exec of joined names": ["exec('most_' + 'symbols = 40')"],
    "setattr": ["import __main__\nsetattr(__main__, 'most_' + 'symbols', 40)"],
    "nonlocal": [
        "def make():\n    calls = 0\n    def inner(Z):\n        nonlocal calls\n        calls += 1\n"
        f"{indented(BODY)}    return inner\n\nstable_softmax = make()"
    ],
    "recursion": ["def count(n):\n    return 0 if n == 0 else 1 + count(n - 1)\n\nmost_symbols = count(40)"],
    "a generator": ["def numbers():\n    yield from range(41)", "*_, most_symbols = numbers()"],
    "default arguments of another cell": [
        "AXIS = 1",
        f"def stable_softmax(Z, axis=AXIS):\n{ALONG}",
    ],
    "a helper below": ["def stable_softmax(Z):\n    return other(Z)", OTHER],
    "a helper that is deleted": ["def forty():\n    return 40", "most_symbols = forty()", "del forty"],
    "a helper that is deleted and needed": [OTHER, "def stable_softmax(Z):\n    return other(Z)", "del other"],
    "a patched module": ["import math\nmath.forty = 40", "import math\nmost_symbols = math.forty"],
    "a registry": [
        "registry = {}\ndef register(f):\n    registry[f.__name__] = f\n    return f",
        f"@register\n{OTHER}",
        "stable_softmax = registry['other']",
    ],
    "a list in another name": ["numbers = []\nalias = numbers", "alias.append(40)", "most_symbols = numbers[0]"],
    "star import": ["from math import *\nmost_symbols = floor(64 / log2(3))"],
    "import mxnet as mx": ["import mxnet as mx\n\ndef stable_softmax(Z):\n    return mx.npx.softmax(Z)"],
    "numpy as np": [
        f"import numpy as np\n\n{ANSWER}",
    ],
    "numpy under its name": ["import numpy\nmost_symbols = int(numpy.floor(64 / numpy.log2(3)))"],
    "unknown hints": ["def stable_softmax(Z: Matrix) -> Matrix:\n" + BODY],
    "unknown hints in the future": [
        "from __future__ import annotations\n\ndef stable_softmax(Z: Matrix) -> Matrix:\n" + BODY
    ],
    "the future of another cell": [
        "from __future__ import annotations",
        "def stable_softmax(Z: Matrix) -> Matrix:\n" + BODY,
    ],
    "a dataclass": [
        "from dataclasses import dataclass\n\n@dataclass\nclass Code:\n    symbols: int = 40",
        "most_symbols = Code().symbols",
    ],
    "tabs": [ANSWER.replace("    ", "\t")],
    "tabs and spaces": ["def stable_softmax(Z):\n\tE = np.exp(Z)\n        return E\n"],
    "CRLF": [ANSWER.replace("\n", "\r\n")],
    "CR": [ANSWER.replace("\n", "\r")],
    "a form feed": [f"\f\n{ANSWER}"],
    "unicode names": ["def größe(Ζ):\n    return Ζ\n\nμ = 40", "most_symbols = μ"],
    "names that normalise alike": ["ﬁ = 40", "most_symbols = fi"],
    "semicolons": ["x = 40; most_symbols = x;"],
    "a comment above": [f"# mine\n\n{ANSWER}# done"],
    "a docstring only": ["def stable_softmax(Z):\n    'The softmax.'"],
    "a docstring and the answer": [f"def stable_softmax(Z):\n    'Mine.'\n{BODY}"],
    "a named tuple": [
        "from collections import namedtuple\nCode = namedtuple('Code', 'symbols')\nmost_symbols = Code(40).symbols"
    ],
    "a value in an array": ["most_symbols = np.array(40)"],
    "a text": ["most_symbols = '40'"],
    "a value as float": ["most_symbols = 40.0"],
    "augmented": ["most_symbols = 0", "most_symbols += 40"],
    "overwritten below": [VALUE, "most_symbols = 32"],
    "unpacked": ["most_symbols, other = 40, 1"],
    "annotated": ["most_symbols: int = 40"],
    "a comprehension": ["(most_symbols,) = [n for n in range(99) if 3 ** n < 2 ** 64 < 3 ** (n + 1)]"],
    "a loop that searches": ["most_symbols = 0\nwhile 3 ** (most_symbols + 1) <= 2 ** 64:\n    most_symbols += 1"],
    "main": [f"if __name__ == '__main__':\n    {VALUE}"],
    "a match": ["match 40:\n    case most_symbols: pass"],
    "a property": ["class Code:\n    @property\n    def symbols(self): return 40\nmost_symbols = Code().symbols"],
    "a type that is a subclass": ["class Number(int): pass\nmost_symbols = Number(40)"],
    "stopped by exit": [f"{ANSWER}raise SystemExit"],
    "many lambdas": [f"f = {'lambda: ' * 40}0", ANSWER],
}

# What `check` says where it is not "right"
SAYS = {
    "%%timeit binds nothing": "not attempted",
    "%timeit binds nothing": "not attempted",
    "%%bash defines nothing": "not attempted",
    "still the stub": "not attempted",
    "pass": "not attempted",
    "only comments": "not attempted",
    "nothing": "not attempted",
    "a syntax error": "not attempted",
    "an error above": "not attempted",
    "a docstring only": "not attempted",
    "unknown hints": "not attempted",
    "tabs and spaces": "not attempted",
    "wrong": "not yet",
    "a helper that is deleted and needed": "not yet",
    "a text": "not yet",
    "overwritten below": "not yet",
}
