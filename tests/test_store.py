"""Compiled plans between runs: used when they are of exactly these sources, else ignored."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onexgen.diagnostics import ConfigError, render
from onexgen.plan import Plan
from onexgen.resources import Pack, engine_fingerprint
from onexgen.session import Session, drain
from onexgen.source import Source
from onexgen.store import PlanStore, cache_directory

RECIPE = "pipelines/recipe.yaml"
KITCHEN = Path(__file__).parent / "domains/kitchen"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cache folder of the program, which is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/onexgen"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Return the plan of the kitchen."""
    folder = tmp_path_factory.mktemp("store") / "kitchen"
    shutil.copytree(KITCHEN, folder, ignore=shutil.ignore_patterns("golden"))
    return Session(RECIPE, cwd=folder).plan


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets the name of every pipeline that is really compiled."""
    import onexgen.compiler

    names: list[str] = []
    compile_plan = onexgen.compiler.compile_plan

    def noted(pack: Pack, name: str, *rest: object) -> Plan:
        names.append(name)
        return compile_plan(pack, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(onexgen.compiler, "compile_plan", noted)
    return names


def test_plan_round_trip(plan: Plan) -> None:
    """What is stored comes back as the same plan."""
    assert Plan.from_json(plan.to_json()) == plan


def test_second_start_compiles_nothing(kitchen: Path, cache: Path, compiled: list[str]) -> None:
    """The second start takes the stored plan, and runs as the first did."""
    first, second = Session(RECIPE), Session(RECIPE)
    inputs = {item.name: item.default for item in second.plan.inputs} | {"wish": "Lentil soup"}
    [done] = drain(second.run([inputs], preview="list"))

    assert compiled == [RECIPE]
    assert first.plan == second.plan
    assert second.outputs(done)["directory"] == "cards/lentil"
    assert sorted(path.suffix for path in cache.iterdir()) == [".codes", ".plan", ".sources"]
    assert kitchen.is_dir()


def test_each_environment_has_its_own_plan(kitchen: Path, cache: Path, compiled: list[str]) -> None:
    """Overlaid rules are kept apart from the plain ones."""
    plain, feast = Session(RECIPE), Session(RECIPE, environment="feast")
    again = Session(RECIPE)

    assert compiled == [RECIPE, RECIPE]
    assert plain.plan == again.plan
    assert plain.plan.documents["rules/taste.yaml"] != feast.plan.documents["rules/taste.yaml"]
    assert "environments/feast.yaml" in feast.plan.digests
    assert cache.is_dir()
    assert kitchen.is_dir()


def append(path: Path) -> None:
    """Add a comment."""
    path.write_text(path.read_text("utf-8") + "# a comment\n", encoding="utf-8")


def replace(path: Path) -> None:
    """Change the content, not the size."""
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b" ")


def touch(path: Path) -> None:
    """Change the time, not the content."""
    os.utime(path, (time.time() + 9, time.time() + 9))


@pytest.mark.parametrize(
    ("file", "change", "times"),
    [
        ("rules/taste.yaml", append, 2),
        ("rules/amounts.yaml", append, 2),
        ("pipelines/recipe.yaml", append, 2),
        ("templates/card/side.j2", append, 2),
        ("templates/card/plan.yaml", append, 2),
        ("environments/feast.yaml", append, 2),
        ("rules/taste.yaml", replace, 2),
        ("rules/taste.yaml", touch, 1),
    ],
)
def test_changed_file_is_compiled_again(
    file: str,
    change: Callable[[Path], None],
    times: int,
    kitchen: Path,
    cache: Path,
    compiled: list[str],
) -> None:
    """The content of every file counts, its time does not."""
    Session(RECIPE)
    change(kitchen / file)
    Session(RECIPE)

    assert len(compiled) == times
    assert cache.is_dir()


def test_only_what_changed_is_parsed_again(
    kitchen: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of one file, the others are taken as they were read, with their places."""
    import onexgen.compiler.documents

    parsed: list[str] = []
    load = onexgen.compiler.documents.load

    def noted(name: str, raw: bytes) -> Source:
        parsed.append(name)
        return load(name, raw)

    monkeypatch.setattr(onexgen.compiler.documents, "load", noted)
    first = Session(RECIPE).plan
    assert "pipelines/recipe.yaml" in parsed
    parsed.clear()
    append(kitchen / "rules/taste.yaml")
    second = Session(RECIPE).plan

    assert parsed == ["rules/taste.yaml"]
    assert first.to_json() | {"digests": {}} == second.to_json() | {"digests": {}}
    assert cache.is_dir()


def test_problem_found_from_the_shelf(kitchen: Path, cache: Path) -> None:
    """A file that was not parsed again still says where it is wrong when another one changes."""
    Session(RECIPE)
    wrong = kitchen / "rules/taste.yaml"
    wrong.write_text(wrong.read_text("utf-8").replace("kind: checks", "kind: check"), "utf-8")
    texts = []
    for _ in range(2):
        with pytest.raises(ConfigError) as caught:
            Session(RECIPE)
        texts.append(render(caught.value.diagnostics, caught.value.texts))

    assert texts[0] == texts[1]
    assert "rules/taste.yaml:" in texts[0]
    assert cache.is_dir()


def test_new_file_is_noticed(kitchen: Path, cache: Path, compiled: list[str]) -> None:
    """A file that was not there before may change what is found."""
    Session(RECIPE)
    (kitchen / "templates/pot/side.j2").write_text("")
    Session(RECIPE)

    assert len(compiled) == 2
    assert cache.is_dir()


def test_pipeline_outside_the_pack(kitchen: Path, cache: Path, compiled: list[str]) -> None:
    """A pipeline file from elsewhere is compiled again when it changes, too."""
    own = kitchen / "mine.yaml"
    shutil.copy(kitchen / RECIPE, own)
    plans = [Session("mine.yaml").plan, Session("./mine.yaml").plan]
    own.write_text(own.read_text("utf-8").replace("name: recipe", "name: mine"), encoding="utf-8")
    changed = Session(str(own)).plan

    assert compiled == ["mine.yaml", str(own)]
    assert [plan.name for plan in plans] == ["recipe", "recipe"]
    assert changed.name == "mine"
    assert cache.is_dir()


def test_changed_program_compiles_again(
    kitchen: Path, cache: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan of another version of the program is not used."""
    Session(RECIPE)
    monkeypatch.setattr("onexgen.store.engine_fingerprint", lambda: "another")
    Session(RECIPE)

    assert len(compiled) == 2
    assert engine_fingerprint() == engine_fingerprint() != "another"
    assert cache.is_dir()
    assert kitchen.is_dir()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.binary(max_size=40) | st.integers(min_value=0))
def test_damaged_plan(damage: bytes | int, tmp_path: Path, cache: Path) -> None:
    """A damaged entry is as none, whatever the damage is."""
    stored = {"name": "soup", "stages": [{"id": "one", "timeout": 1.5}]}
    store = PlanStore(Pack((tmp_path,)), RECIPE, None, {})
    store.save(stored)
    assert store.load() == stored

    [file] = cache.glob("*.plan")
    content = file.read_bytes()
    if isinstance(damage, int):
        place = damage % len(content)
        damage = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    file.write_bytes(damage)

    assert store.load() is None


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o707, 0o701, 0o750])
def test_folder_that_others_may_use(
    mode: int, kitchen: Path, cache: Path, compiled: list[str]
) -> None:
    """A cache that others can read or write is neither read nor written."""
    cache.mkdir(parents=True)
    cache.chmod(mode)
    Session(RECIPE)
    Session(RECIPE)

    assert cache_directory() is None
    assert list(cache.iterdir()) == []
    assert len(compiled) == 2
    assert kitchen.is_dir()


def test_folder_of_somebody_else(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that belongs to another user is not used."""
    assert cache_directory() == cache

    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)
    assert cache_directory() is None


def test_link_instead_of_a_folder(cache: Path, tmp_path: Path) -> None:
    """A link in the place of the cache is not followed."""
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    cache.parent.mkdir()
    cache.symlink_to(tmp_path / "elsewhere")

    assert cache_directory() is None


def test_no_place_for_a_cache(
    kitchen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no cache can be made, everything works without one."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert cache_directory() is None
    assert Session(RECIPE).plan.name == "recipe"
    assert kitchen.is_dir()


def test_cache_is_private(cache: Path) -> None:
    """The folder is made for its owner alone, whatever the umask."""
    old = os.umask(0)
    try:
        cache_directory()
    finally:
        os.umask(old)

    assert cache.stat().st_mode & 0o777 == 0o700
