"""Code that nobody wrote, for properties that must hold whatever the code."""

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c", "total", "i"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "<", "==", "and", "or"])
EXPRESSIONS = st.recursive(
    NAMES | st.integers(0, 9).map(str) | st.sampled_from(["np.exp", "len", "'text'", "1.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, OPERATORS, inner).map(lambda x: f"({' '.join(x)})"),
        st.lists(inner, max_size=3).map(lambda x: f"f({', '.join(x)})"),
        st.tuples(NAMES, inner).map(lambda x: f"{x[0]}[{x[1]}]"),
        st.tuples(inner, NAMES).map(lambda x: f"[{x[1]} for {x[1]} in f({x[0]})]"),
    ),
    max_leaves=8,
)
LINES = st.one_of(
    st.tuples(NAMES, st.sampled_from(["=", "+=", "*="]), EXPRESSIONS).map(" ".join),
    EXPRESSIONS.map(lambda x: f"f({x})"),
    st.tuples(NAMES, EXPRESSIONS, EXPRESSIONS).map(lambda x: f"{x[0]}[{x[1]}] = {x[2]}"),
)


@st.composite
def statements(draw, most=12):
    """Draw a function of assignments, calls, loops and branches."""
    lines, depth = ["def answer(a, b):"], 1
    for line in draw(st.lists(LINES, min_size=1, max_size=most)):
        opening = draw(st.sampled_from(["", "", "", "for i in f(a):", "if a < b:"]))
        if opening and depth < 4:
            lines.append(f"{'    ' * depth}{opening}")
            depth += 1
            lines.append(f"{'    ' * depth}{line}")
        else:
            depth = draw(st.integers(1, depth))
            lines.append(f"{'    ' * depth}{line}")
    return "\n".join([*lines, "    return a"])
