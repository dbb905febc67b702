"""The house rules: who imports whom, how long a file may be, what lies at the top, what README lists."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

TOP_LEVEL = {
    "app.py", "pages", "ppo_engine", "tests",
    "requirements.txt", "README.md", "Makefile", "pyproject.toml", "LICENSE", "CONTRIBUTING.md",
}  # fmt: skip

MAX_LINES = 220
LONGER = {
    "tests/test_house.py": "one list of rules, read top to bottom",
}

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "tools"}

# Import name -> the requirement that brings it.
THIRD_PARTY = {
    "streamlit": "streamlit",
    "torch": "torch",
    "gymnasium": "gymnasium[box2d]",
    "Box2D": "gymnasium[box2d]",
    "pygame": "gymnasium[box2d]",
    "plotly": "plotly",
    "imageio": "imageio",
    "imageio_ffmpeg": "imageio-ffmpeg",
    "filelock": "filelock",
    "psutil": "psutil",
    "numpy": "numpy",
    "PIL": "pillow",
    "scipy": "scipy",
    "pyarrow": "pyarrow",
    "onnx": "onnx",
    "tensorboardX": "tensorboardX",
    "segno": "segno",
}
# What brings an optional package, and where alone it may be imported, inside functions.
OPTIONAL = {"ray": ("ppo_engine/jobs/cluster/requirements-cluster.txt", "ppo_engine/jobs/cluster/")}
ONLY_FOR_TESTS_AND_BENCH = {"stable_baselines3"}
TORCH_FILES = {"ppo_engine/reference.py", "ppo_engine/torch_networks.py"}

# Calls by which a module would write a file, as the last part of the called name.
WRITES = {
    "write_text", "write_bytes", "mkdir", "makedirs", "touch", "unlink", "rmdir", "rmtree", "symlink_to",
    "save", "savez", "savez_compressed", "savetxt", "tofile", "memmap", "copyfile", "copytree", "mkstemp",
    "NamedTemporaryFile", "TemporaryDirectory",
}  # fmt: skip
WRITING_MODULES = {"sqlite3", "shutil", "tempfile", "pickle", "shelve", "dbm"}


def committed_files() -> list[str]:
    """Every file that git tracks or would add, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    return sorted(name for name in set(listed.stdout.splitlines()) if (ROOT / name).exists())


def python_files(*prefixes: str) -> list[str]:
    found = [path.relative_to(ROOT).as_posix() for path in [ROOT / "app.py", *product_folder_files()]]
    return [name for name in found if (ROOT / name).exists() and (not prefixes or name.startswith(prefixes))]


def product_folder_files() -> list[Path]:
    return [path for folder in ("pages", "ppo_engine", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]


def layer(name: str) -> str:
    """The layer a file belongs to, by its path."""
    for prefix, title in (
        ("app.py", "app"), ("pages/shared/", "shared"), ("pages/", "pages"), ("tests/", "tests"),
        ("ppo_engine/jobs/", "jobs"), ("ppo_engine/plots/", "plots"), ("ppo_engine/recordings/", "recordings"),
        ("ppo_engine/__main__.py", "cli"), ("ppo_engine/cli", "cli"), ("ppo_engine/bench.py", "cli"),
        ("ppo_engine/replay_page.py", "cli"),
        ("ppo_engine/", "engine"),
    ):  # fmt: skip
        if name.startswith(prefix):
            return title
    raise AssertionError(f"{name} belongs to no layer")


def syntax(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), filename=name)


def imports(name: str) -> set[str]:
    """Dotted names of every module that a file imports, anywhere in it; relative ones resolved."""
    found: set[str] = set()
    package = name.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(syntax(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, node.module or ""]).strip(".")
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def importing(names: set[str], *modules: str) -> set[str]:
    return {name for name in names if name.startswith(tuple(f"{m}." for m in modules)) or name in modules}


PRODUCT = [name for name in python_files() if not name.startswith("tests/")]
PACKAGE = [name for name in PRODUCT if name.startswith("ppo_engine/")]


# --- imports -----------------------------------------------------------------------------------------------

FORBIDDEN_IMPORTS = {
    "engine": (
        "streamlit", "plotly", "pages", "ppo_engine.jobs", "ppo_engine.plots", "ppo_engine.bench",
        *WRITING_MODULES,
    ),
    "jobs": ("streamlit", "plotly", "pages", "ppo_engine.plots"),
    "recordings": ("streamlit", "plotly", "pages", "ppo_engine.plots"),
    "plots": ("streamlit", "pages", "ppo_engine.jobs", "sqlite3"),
    "cli": ("streamlit", "pages"),
    "shared": ("torch", "multiprocessing", "sqlite3", "pages.lab", "pages.learn", "pages.present"),
    "pages": ("torch", "multiprocessing", "sqlite3", "pathlib", "os", "shutil", "subprocess"),
    "app": ("torch", "multiprocessing", "sqlite3", "ppo_engine.jobs", "ppo_engine.plots"),
}  # fmt: skip


@pytest.mark.parametrize("name", PRODUCT)
def test_imports_go_one_way(name):
    wrong = importing(imports(name), *FORBIDDEN_IMPORTS[layer(name)])
    assert not wrong, f"{name} ({layer(name)}) must not import {sorted(wrong)}"


@pytest.mark.parametrize("name", PRODUCT)
def test_torch_is_imported_only_where_it_is_read(name):
    if name not in TORCH_FILES:
        assert not importing(imports(name), "torch"), f"{name} must not import torch"


@pytest.mark.parametrize("name", PRODUCT)
def test_every_import_is_in_requirements(name):
    required = (ROOT / "requirements.txt").read_text()
    for module in {found.split(".")[0] for found in imports(name)}:
        if module in sys.stdlib_module_names or module in ("ppo_engine", "pages", "__future__"):
            continue
        if module in ONLY_FOR_TESTS_AND_BENCH:
            assert name == "ppo_engine/bench.py", f"{name} must not import {module}"
            continue
        if module in OPTIONAL:
            file, place = OPTIONAL[module]
            assert name.startswith(place), f"{name} must not import {module}"
            assert f"\n{module}==" in (ROOT / file).read_text()
            at_once = [node for node in syntax(name).body if isinstance(node, (ast.Import, ast.ImportFrom))]
            loaded = {getattr(node, "module", None) or alias.name for node in at_once for alias in node.names}
            assert not importing(loaded, module), f"{name} imports {module} when it loads"
            continue
        assert module in THIRD_PARTY, f"{name} imports {module}, which requirements.txt does not bring"
        assert f"\n{THIRD_PARTY[module]}==" in required


def test_requirements_are_exact():
    for file in ("requirements.txt", "tests/requirements.txt", *(file for file, _ in OPTIONAL.values())):
        for line in (ROOT / file).read_text().splitlines():
            if line and not line.startswith("#"):
                assert re.fullmatch(r'[\w\-\[\]]+==[\w.]+(; python_version (>=|<) "3\.\d+")?', line), line


@pytest.mark.parametrize("name", [name for name in PACKAGE if layer(name) == "engine"])
def test_the_engine_writes_no_files(name):
    for node in ast.walk(syntax(name)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        assert called not in WRITES, f"{name}:{node.lineno} calls {called}"
        if called == "open":
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            modes = [a.value for a in given if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            wrong = [mode for mode in modes if re.fullmatch(r"[rwxabt+]{1,3}", mode) and set(mode) & set("wxa+")]
            assert not wrong, f"{name}:{node.lineno} opens a file to write"


def in_a_fresh_process(code: str) -> set[str]:
    """Names of the modules loaded after running the code in a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


def app_side_imports() -> set[str]:
    """Modules of ppo_engine that the app and its pages import."""
    found = set().union(set(), *(imports(name) for name in PRODUCT if layer(name) in ("app", "pages", "shared")))
    return {name for name in found if (ROOT / f"{name.replace('.', '/')}.py").exists() and "ppo_engine" in name}


def test_the_server_never_imports_torch():
    modules = app_side_imports()
    if not modules:
        pytest.skip("no pages yet")
    loaded = in_a_fresh_process("import " + ", ".join(sorted(modules)))
    assert "torch" not in loaded


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("ppo_engine.trainer", {"streamlit", "plotly", "torch", "imageio", "sqlite3"}),
        ("ppo_engine.jobs.worker", {"streamlit", "plotly", "torch"}),
        ("ppo_engine.jobs.supervisor", {"streamlit", "plotly", "torch", "gymnasium", "numpy", "ray"}),
        ("ppo_engine.jobs.cluster.driver", {"streamlit", "plotly", "torch", "ray"}),
        ("ppo_engine.jobs.view", {"streamlit", "plotly", "torch"}),
        ("ppo_engine.plots", {"streamlit", "torch"}),
        ("ppo_engine.__main__", {"streamlit", "plotly", "torch"}),
    ],
)
def test_what_a_process_loads(module, unwanted):
    path = ROOT / module.replace(".", "/")
    if not (path.with_suffix(".py").exists() or path.is_dir()):
        pytest.skip(f"{module} does not exist yet")
    assert not in_a_fresh_process(f"import {module}") & unwanted


# --- pages -------------------------------------------------------------------------------------------------


def test_pages_live_one_folder_down():
    flat = sorted(path.name for path in (ROOT / "pages").glob("*.py"))
    assert flat == [], "flat pages make the first deep link bypass app.py"


@pytest.mark.parametrize("name", [name for name in PRODUCT if layer(name) in ("app", "pages", "shared")])
def test_no_endless_loop_on_a_page(name):
    for node in ast.walk(syntax(name)):
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value
        assert not endless, f"{name}:{node.lineno} loops for ever: use a fragment's run_every"


# --- files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", python_files())
def test_a_file_is_short_and_says_what_it_is(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MAX_LINES or name in LONGER, f"{name} has {len(lines)} lines"
    docstring = ast.get_docstring(syntax(name))
    assert docstring, f"{name} has no docstring"
    first = docstring.splitlines()[0]
    assert first.endswith((".", "!", "?")), f"{name}: its first docstring line is not one sentence: {first!r}"


@pytest.mark.parametrize("name", python_files())
def test_names_come_from_the_textbook(name):
    parts = set(Path(name).with_suffix("").parts)
    assert not parts & FORBIDDEN_NAMES, name


@pytest.mark.parametrize("name", PACKAGE)
def test_public_functions_and_classes_say_what_they_do(name):
    public = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    silent = [
        node.name
        for node in syntax(name).body
        if isinstance(node, public) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent, f"{name}: no docstring on {silent}"


@pytest.mark.parametrize("name", PACKAGE)
def test_public_functions_are_typed(name):
    for node in syntax(name).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            untyped = [a.arg for a in node.args.args + node.args.kwonlyargs if a.annotation is None]
            assert not untyped and node.returns is not None, f"{name}: {node.name} lacks types {untyped}"


def test_only_the_agreed_entries_at_the_top():
    top = {name.split("/")[0] for name in committed_files()}
    assert not {name for name in top if not name.startswith(".")} - TOP_LEVEL


UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "coming " + "soon")))
MACHINE_PATHS = re.compile(r"(?<![\w.])/(ho{}me|Us{}ers|ro{}ot|wo{}rk)/".replace("{}", ""))


def test_nothing_unfinished_and_no_machine_paths():
    for name in committed_files():
        if Path(name).suffix in {".py", ".md", ".toml", ".txt", ".js", ".css", ".html", ""}:
            text = (ROOT / name).read_text(encoding="utf-8")
            for pattern in (UNFINISHED, MACHINE_PATHS):
                found = pattern.search(text)
                assert not found, f"{name}: {found and found.group()!r}"


# --- README ------------------------------------------------------------------------------------------------


def readme_tree() -> dict[str, str]:
    """Path -> sentence, from the indented tree in README's code block that begins with app.py."""
    block = re.search(r"```\w*\n(app\.py.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block, "README has no tree that begins with app.py"
    found, folders = {}, []
    for line in block.group(1).splitlines():
        indent, name, sentence = re.fullmatch(r"( *)(\S+) *(.*)", line).groups()
        folders = folders[: len(indent) // 2]
        if name.endswith("/"):
            folders.append(name)
        found["".join(folders if name.endswith("/") else [*folders, name])] = sentence
    return found


def test_readme_has_one_line_for_every_file():
    tree = readme_tree()
    wanted = [name for name in PRODUCT if not name.endswith("__init__.py")]
    missing = [f"{name}  {ast.get_docstring(syntax(name)).splitlines()[0]}" for name in wanted if name not in tree]
    assert not missing, "README's tree lacks:\n" + "\n".join(missing)
    gone = [name for name in tree if not (ROOT / name).exists()]
    assert not gone, f"README's tree names what does not exist: {gone}"
    assert all(tree.values()), f"no sentence: {[name for name, sentence in tree.items() if not sentence]}"


def test_readme_names_only_pictures_that_exist():
    for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / target).is_file(), target


# --- tools -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["ruff check .", "mypy"])
def test_lint_and_types(tool):
    done = subprocess.run([sys.executable, "-m", *tool.split()], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
