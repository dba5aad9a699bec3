import json

import pytest
from nbformat import v4

from d2l_authoring.lint import lint_notebook
from d2l_authoring.notebook_file import to_bytes


def title(chapter):
    return chapter.cells[0]


def code(chapter):
    return chapter.cells[2]


IMAGE = '<img src="data:image/png;base64,iVBORw0KGgo=" alt="A boot"/>'


def show(chapter, **data):
    code(chapter).outputs.append(v4.new_output("display_data", {k.replace("_", "/", 1): v for k, v in data.items()}))


def swap_sections(chapter):
    chapter.cells[4], chapter.cells[5] = chapter.cells[5], chapter.cells[4]


FAULTS = {
    "chapter.ipynb: its first cell is not a title: markdown that starts with '# '": lambda c: title(c).update(
        source="Softmax"
    ),
    "chapter.ipynb: its first code cell is not a setup of at most 8 lines": lambda c: c.cells[1].update(
        source="x\n" * 9
    ),
    "chapter.ipynb: has no heading '## Summary'": lambda c: c.cells[5].update(source="Summary"),
    "chapter.ipynb: has no heading '## Sources'": lambda c: c.cells[6].update(source="```\n## Sources\n```"),
    "chapter.ipynb: has its last sections out of order: expected Exercises, Summary, Sources": swap_sections,
    "chapter.ipynb: has 2 cells with the id title": lambda c: c.cells[6].update(id="title"),
    "chapter.ipynb: cell train-the-model was never run, not as number 2; record the notebook again": lambda c: code(
        c
    ).update(execution_count=None),
    "chapter.ipynb: cell setup was run as number 3, not as number 1; record the notebook again": lambda c: c.cells[
        1
    ].update(execution_count=3),
    "chapter.ipynb:3fa85f64: its id is not made of words, such as train-the-model": lambda c: title(c).update(
        id="3fa85f64"
    ),
    "chapter.ipynb:Title: its id is not made of words, such as train-the-model": lambda c: title(c).update(id="Title"),
    "chapter.ipynb:train-the-model: has 21 lines, more than 20": lambda c: code(c).update(source="x\n" * 21),
    "chapter.ipynb:train-the-model: line 2 has 79 columns, more than 78": lambda c: code(c).update(
        source="x\n" + "y" * 79
    ),
    "chapter.ipynb:train-the-model: imports pyplot; let a figure or panel of d2l_helpers draw instead": lambda c: code(
        c
    ).update(source="from matplotlib import pyplot"),
    "chapter.ipynb:train-the-model: imports ipywidgets; let a figure or panel of d2l_helpers draw instead": lambda c: (
        code(c).update(source="x = 1\nimport math, ipywidgets")
    ),
    "chapter.ipynb:train-the-model: names a path of one machine, /home/ada/data": lambda c: code(c).update(
        source="load('/home/ada/data')"
    ),
    "chapter.ipynb:train-the-model: names a path of one machine, C:\\Users\\ada": lambda c: show(
        c, text_plain="C:\\Users\\ada"
    ),
    "chapter.ipynb:title: names a path of one machine, /tmp/x": lambda c: title(c).update(source="# Title\n/tmp/x"),
    "chapter.ipynb:train-the-model: writes to stderr: a warning": lambda c: code(c).outputs.append(
        v4.new_output("stream", name="stderr", text="a warning\n")
    ),
    "chapter.ipynb:train-the-model: ends in ValueError: no": lambda c: code(c).outputs.append(
        v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
    ),
    "chapter.ipynb:train-the-model: has an output of 300 KB, more than 300 KB": lambda c: show(
        c, text_plain="x" * 300_000
    ),
    "chapter.ipynb: is 1.0 MB, more than 1 MB": lambda c: c.metadata.update(padding="x" * 1_000_000),
    "chapter.ipynb:train-the-model: shows a picture without a description in text/plain": lambda c: show(
        c, image_png="iVBORw0KGgo=", text_html=IMAGE, text_plain="<Figure size 640x480 with 1 Axes>"
    ),
    "chapter.ipynb:train-the-model: shows a picture without an <img> with alt text in text/html": (
        lambda c: show(c, image_png="iVBORw0KGgo=", text_html="<p>A boot</p>", text_plain="A boot.")
    ),
    "chapter.ipynb:train-the-model: shows an image without an alt text": lambda c: show(
        c, text_html=f'{IMAGE}<img src="a.png"/>', text_plain="A boot."
    ),
    'chapter.ipynb:train-the-model: keeps a widget view, which shows "model not found" without a kernel': lambda c: (
        show(c, text_plain="A panel.", **{"application/vnd.jupyter.widget-view+json": {"model_id": "0"}})
    ),
    "chapter.ipynb:title: has a picture without alt text: ![](garments.svg)": lambda c: title(c).update(
        source="# Title\n![](garments.svg)"
    ),
    "chapter.ipynb:title: has a picture without alt text: <img alt='' src='a.svg'>": lambda c: title(c).update(
        source="# Title\n<img alt='' src='a.svg'>"
    ),
    "chapter.ipynb:result: has a sentence of 41 words, more than 40: " + "word " * 12: lambda c: c.cells[3].update(
        source="word " * 40 + "end. **83.0%**<!--test_acc-->"
    ),
    "chapter.ipynb:train-the-model: answers with a bare True; show the numbers that were compared": lambda c: show(
        c, text_plain="True"
    ),
    "chapter.ipynb:train-the-model: answers with a bare False; show the numbers that were compared": lambda c: code(
        c
    ).outputs.append(v4.new_output("stream", name="stdout", text="False\n")),
    "chapter.ipynb:result: prose says 84%, but test_acc is recorded as 82.98%": lambda c: c.cells[3].update(
        source="84%<!--test_acc-->"
    ),
}


def test_a_good_notebook_has_no_findings(write, chapter):
    assert lint_notebook(write(chapter)) == []


@pytest.mark.parametrize("finding", FAULTS)
def test_each_fault_is_the_only_finding(write, chapter, finding):
    FAULTS[finding](chapter)
    assert lint_notebook(write(chapter)) == [finding]


@pytest.mark.parametrize(
    "source",
    [
        "print('x:\\nfoo')",
        "url = 'https://example.org/home/page'",
        "rate = lr/tmp/2",
        "%matplotlib inline",
        "important = 1  # from pyplot's defaults",
    ],
)
def test_sources_that_resemble_a_fault_pass(write, chapter, source):
    code(chapter).source = source
    assert lint_notebook(write(chapter)) == []


@pytest.mark.parametrize(
    "value", ["True", "False", "np.True_", "array(True)", "array(False)", "array(True, dtype=bool)"]
)
def test_a_truth_value_alone_is_no_answer(write, chapter, value):
    show(chapter, text_plain=value)
    (finding,) = lint_notebook(write(chapter))
    assert "answers with a bare" in finding


@pytest.mark.parametrize(
    "value", ["[True, False]", "(True, 3)", "array([ True])", "'True'", "Trueness", "", "5 is True"]
)
def test_an_answer_with_more_than_a_truth_value_passes(write, chapter, value):
    show(chapter, text_plain=value)
    assert lint_notebook(write(chapter)) == []


def test_the_list_of_sources_may_have_long_titles(write, chapter):
    chapter.cells[6].source = "## Sources\n\n" + "word " * 50
    assert lint_notebook(write(chapter)) == []


@pytest.mark.parametrize(
    "image", ['<img src="a.svg" alt="A boot">', "![A boot][boot]", "<img alt='A boot'\nsrc='a.svg'/>"]
)
def test_pictures_with_alt_text_pass(write, chapter, image):
    title(chapter).source = f"# Title\n{image}"
    assert lint_notebook(write(chapter)) == []


def test_base64_that_contains_a_path_passes(write, chapter):
    image = '<img src="data:image/png;base64,AAAA+/tmp/AAAA" alt="A boot"/>'
    show(
        chapter,
        image_png="AAAA/tmp/AAAA",
        text_html=image,
        text_plain="The loss falls from 0.79 to 0.57 in two epochs.",
    )
    assert lint_notebook(write(chapter)) == []


def test_the_folder_of_the_repository_is_found(write, chapter, tmp_path):
    (tmp_path / "pyproject.toml").touch()
    code(chapter).source = f"load('{tmp_path}')"
    # the line may be too long, too: pytest chooses the folder
    assert f"chapter.ipynb:train-the-model: names the folder of this repository, {tmp_path}" in lint_notebook(
        write(chapter)
    )


def test_an_edit_by_hand_is_found(write, chapter):
    (finding,) = lint_notebook(write(json.dumps(json.loads(to_bytes(chapter))).encode()))
    assert finding == "chapter.ipynb: is not written as d2l-author record writes it; record it again"


def test_an_old_format_another_kernel_and_widget_state_are_found(write, chapter):
    content = json.loads(to_bytes(chapter))
    content["nbformat_minor"] = 4
    content["metadata"] |= {"widgets": {}, "kernelspec": {"name": "julia", "display_name": "Julia"}}
    for cell in content["cells"]:
        del cell["id"]
    findings = lint_notebook(write(json.dumps(content).encode()))
    assert findings[:3] == [
        "chapter.ipynb: is nbformat 4.4, not 4.5",
        "chapter.ipynb: has no kernelspec named python3",
        "chapter.ipynb: keeps widget state in metadata.widgets, with which GitHub does not show the notebook",
    ]


def test_a_file_that_is_not_a_notebook_is_one_finding(write, tmp_path):
    (finding,) = lint_notebook(write(b"not JSON"))
    assert finding.startswith("chapter.ipynb: Cannot read the notebook")
    (finding,) = lint_notebook(tmp_path / "none.ipynb")
    assert "no such file" in finding
