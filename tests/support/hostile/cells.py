"""Cells that are strange as cells."""

from support.hostile.attack import OK, Attack

from d2l_autograder.sandbox import Verdict

ATTACKS = {
    "a cell of bash": Attack("%%bash\nrm -rf /", OK, "^$"),
    "installing": Attack("!pip install torch\n%matplotlib inline\n%time x = 3\nprint(x)", OK, "^3"),
    "help": Attack("print?\n?print\nprint('read')", OK, "^read"),
    "input": Attack("input()", Verdict.ERROR, "EOFError"),
    "a cell that is no Python": Attack("def f(:\n  pass", Verdict.ERROR, "SyntaxError"),
    "null bytes": Attack("x = 1\0", Verdict.ERROR, "SyntaxError|ValueError"),
    "half a surrogate pair": Attack("print('\\ud800 é')", OK, "é"),
}
