"""The built site: complete, the same each time, replaced as a whole, with links that lead somewhere."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from nbformat import v4
from support.sites import PAGES, ROOT, require_sphinx, small_project

from d2l_authoring.notebook_file import read_notebook, to_bytes
from d2l_authoring.site import build, settings
from d2l_authoring.site.build import build_site
from d2l_helpers.chapter import CHAPTER
from d2l_helpers.errors import ArgumentError, LibraryUnusable, NotebookError

pytestmark = pytest.mark.sphinx

MOST_BYTES = 15_000_000
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # a pixel
EXTERNAL = re.compile(r"https://[a-z0-9.-]+\.[a-z]{2,}(/[^\s<>\"]*)?")


class Links(HTMLParser):
    """The ids of a page, where its links lead, what it loads, and the levels of its headings."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids, self.links, self.loaded, self.levels, self.metas = set(), [], [], [], {}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids.add(found.get("id"))
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if found.get("src") or (tag == "link" and "href" in found):
            self.loaded.append(found.get("src") or found["href"])
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "meta" and "name" in found:
            self.metas[found["name"]] = found["content"]
        if tag == "html":
            self.metas["lang"] = found.get("lang")


@pytest.fixture(scope="session")
def pages(site):
    return {name: Links(site / f"{name}.html") for name in PAGES}


@pytest.fixture
def small(tmp_path):
    require_sphinx()
    return lambda *cells: small_project(tmp_path / "project", *cells)


def files_of(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_site_has_a_page_and_a_file_of_each_notebook_and_is_small(site):
    assert {path.stem for path in site.glob("*.html")} == set(PAGES)
    assert {path.stem for path in (site / "notebooks").iterdir()} == set(CHAPTER)
    for name in CHAPTER:
        assert (site / "notebooks" / f"{name}.ipynb").read_bytes() == (
            ROOT / "notebooks" / f"{name}.ipynb"
        ).read_bytes()
    assert sum(path.stat().st_size for path in site.rglob("*")) < MOST_BYTES
    assert {path.name for path in site.iterdir() if path.suffix != ".html"} == {
        ".nojekyll",
        "_static",
        "notebooks",
        "searchindex.js",
    }  # neither Sphinx's own files nor the sources


def test_links_lead_to_pages_places_and_files_that_exist(site, pages):
    for name, page in pages.items():
        for link in page.links + page.loaded:
            if link.startswith("data:"):
                continue
            if ":" in link.partition("#")[0]:
                assert EXTERNAL.fullmatch(link), (name, link)
                assert link in page.links, (name, link)  # a page loads nothing from elsewhere
                continue
            path, place = urldefrag(link.partition("?")[0])
            target = site / unquote(path) if path else site / f"{name}.html"
            assert target.is_file(), (name, link)
            if place:
                assert place in pages[target.stem].ids, (name, link)


def test_pages_have_a_language_a_title_a_description_and_headings_without_jumps(site, pages):
    titles = [re.search("<title>(.*?)</title>", (site / f"{name}.html").read_text())[1] for name in PAGES]
    assert len(set(titles)) == len(PAGES)
    assert len({pages[name].metas["description"] for name in CHAPTER}) == len(CHAPTER)
    for name, page in pages.items():
        assert page.metas["lang"] == "en"
        assert page.levels.count(1) == 1, name
        assert page.levels[0] == 1, name
        assert all(after <= before + 1 for before, after in zip(page.levels, page.levels[1:], strict=False)), name


def test_pages_know_nothing_of_the_machine_and_the_day(site):
    text = b"".join(path.read_bytes() for path in site.rglob("*") if path.suffix in {".html", ".js"})
    for word in (str(ROOT), str(site.parents[1]), tempfile.gettempdir(), "Last updated", str(date.today())):
        assert word.encode() not in text, word


@pytest.mark.nightly  # as long as all other tests of the build together
def test_a_second_build_writes_the_same_bytes_from_elsewhere_and_removes_what_is_stale(site, tmp_path):
    output = tmp_path / "ein Ordner für Bücher" / "site"
    command = [sys.executable, "-m", "d2l_authoring", "site", "--project", str(ROOT), "--output", str(output)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    output.mkdir(parents=True)
    for name in (".nojekyll", "stale.html"):
        (output / name).write_bytes((site / ".nojekyll").read_bytes())
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"wrote {output / 'index.html'}\n"
    assert files_of(output) == files_of(site)
    assert [path.name for path in output.parent.iterdir()] == ["site"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# T\n\nSee [this](nowhere.ipynb).", "nowhere"),
        ("# T\n\nSee $\\undefined x$.", "undefined"),
        ("No title.", "no title, which is a line '# Title'"),
        ("# T\n\n</div>\n\nText.", "</div>, that it did not begin"),
    ],
    ids=["link", "formula", "title", "frame"],
)
def test_a_warning_ends_the_build_and_the_old_site_stays(small, tmp_path, text, said):
    project, output = small("# Old\n\nText."), tmp_path / "site"
    build_site(project, output)
    before = files_of(output)
    (project / "notebooks" / "01_small.ipynb").unlink()
    project.joinpath("notebooks").rmdir()
    small_project(project.parent / "new", text)
    with pytest.raises(NotebookError, match=f"(?s)01_small.*{said}|{said}.*01_small"):
        build_site(project.parent / "new", output)
    assert files_of(output) == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_warning_says_with_which_words_its_cell_begins(small, tmp_path):
    with pytest.raises(NotebookError) as raised:
        build_site(small("# T", "**Softly**, by degrees.\n\n$\\undefined x$"), tmp_path / "site")
    assert "01_small.ipynb, the cell that begins with '**Softly**, by degrees.': WARNING" in str(raised.value)


def test_cells_of_another_author_are_shown(tmp_path):
    require_sphinx()
    project = small_project(
        tmp_path / "project", "# T | U\n\nSee [below](#Own-part), [there](02_more.ipynb#A-Heading!).", "## Own part"
    )
    cells = [
        v4.new_markdown_cell(
            "# More\n\n## A Heading!\n\n![a dot](attachment:dot.png)",
            id="text",
            attachments={"dot.png": {"image/png": DOT}},
        ),
        v4.new_code_cell("!ls\n%time x", id="magic"),
        v4.new_code_cell(
            "1 / 0", id="error", outputs=[v4.new_output("error", ename="E", traceback=["\x1b[31mE\x1b[0m: <b>"])]
        ),
        v4.new_code_cell("y", id="long", outputs=[v4.new_output("stream", name="stdout", text="y" * 3_000_000)]),
    ]
    (project / "notebooks" / "02_more.ipynb").write_bytes(to_bytes(v4.new_notebook(cells=cells)))
    build_site(project, tmp_path / "site")
    assert {"#own-part", "02_more.html#a-heading"} < set(Links(tmp_path / "site" / "01_small.html").links)
    shown = (tmp_path / "site" / "02_more.html").read_text()
    assert f'<img alt="a dot" src="data:image/png;base64,{DOT}"' in shown
    assert "E</span>: &lt;b&gt;" in shown
    assert "[2,980,000 more characters in the notebook]" in shown
    assert len(shown) < 100_000
    assert "1 T | U</a></p></td>" in (tmp_path / "site" / "index.html").read_text().replace("</span>", "")


def test_a_damaged_notebook_and_a_missing_one_are_named(small, tmp_path):
    project = small("# T")
    notebook = project / "notebooks" / "01_small.ipynb"
    notebook.write_text("{")
    with pytest.raises(NotebookError, match="01_small"):
        build_site(project, tmp_path / "site")
    notebook.unlink()
    with pytest.raises(NotebookError, match="no notebook in"):
        build_site(project, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_damaged_picture_is_an_error_that_names_its_notebook(small, tmp_path):
    project = small("# T")
    notebook = read_notebook(project / "notebooks" / "01_small.ipynb")
    picture = v4.new_output("display_data", data={"image/png": "!not base64"})
    notebook.cells.append(v4.new_code_cell("plot()", id="plot", outputs=[picture]))
    (project / "notebooks" / "01_small.ipynb").write_bytes(to_bytes(notebook))
    with pytest.raises(NotebookError, match=r"01_small: .*base64"):
        build_site(project, tmp_path / "site")


def test_a_relative_folder_is_one_of_the_working_directory(small, tmp_path, monkeypatch):
    project = small("# T")
    monkeypatch.chdir(project)
    build_site(Path(), Path("build", "site"))
    assert (project / "build" / "site" / "01_small.html").is_file()


def test_a_folder_of_somebody_is_not_replaced(small, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    for name in ("thesis", "file", "project"):
        with pytest.raises(ArgumentError, match="something else than a site"):
            build_site(small() if name == "thesis" else tmp_path / "project", tmp_path / name)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def test_a_site_that_cannot_be_put_in_place_leaves_the_old_one(small, tmp_path, monkeypatch):
    project, output = small("# T"), tmp_path / "site"
    build_site(project, output)
    before = files_of(output)

    def without_new(folder, work):
        (work / "new").rename(work / "elsewhere")
        replace(folder, work)

    replace = build._replace
    monkeypatch.setattr(build, "_replace", without_new)
    with pytest.raises(NotebookError, match="Cannot write the site"):
        build_site(project, output)
    assert files_of(output) == before


def test_a_missing_package_is_named_with_the_remedy(small, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_NEEDED", ("sphinx", "no_such_package"))
    with pytest.raises(LibraryUnusable, match=r"(?s)no no_such_package.*run make site"):
        build_site(small("# T"), tmp_path / "site")


def test_with_an_address_each_page_has_buttons_to_where_it_runs(tmp_path):
    require_sphinx()
    project = small_project(tmp_path / "project", "# T", address="https://github.com/owner/name")
    build_site(project, tmp_path / "site")
    page = Links(tmp_path / "site" / "01_small.html")
    assert [link.split("/")[2] for link in page.links if link.startswith("https:")] == [
        "colab.research.google.com",
        "mybinder.org",
    ]


def test_a_link_to_a_folder_stays_a_link(small, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "disk")
    build_site(small("# T"), tmp_path / "site")
    assert (tmp_path / "disk" / "index.html").is_file()
    assert (tmp_path / "site").is_symlink()
