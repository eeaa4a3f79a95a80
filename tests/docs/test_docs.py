"""The documents tell the truth: their commands run, their pages are current, their links lead."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


def _sessions(page: Path) -> list[tuple[str, list[str]]]:
    """(command, lines of output it shows) of a page, in order."""
    sessions: list[tuple[str, list[str]]] = []
    for block in CONSOLE.findall(page.read_text("utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                sessions.append((line[2:], []))
            elif line.strip():
                sessions[-1][1].append(line)
    return sessions


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in PAGES if _sessions(page)], ids=lambda page: page.name
)
def test_the_commands_of_a_page_print_what_it_shows(page, tmp_path):
    env = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "400",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    for command, shown in _sessions(page):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        for line in shown:
            pattern = r".*".join(re.escape(" ".join(part.split())) for part in line.split("..."))
            printed = "\n".join(" ".join(one.split()) for one in done.stdout.splitlines())
            assert re.search(pattern, printed), f"{command} does not print {line!r} but {printed}"


def test_the_generated_pages_are_current():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
