import pytest

from profkit.errors import InputError, UsageError
from profkit.gate.config import read_config
from profkit.gate.verdict import Level


def test_is_read_from_pyprojects_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.profkit.check]\nleast = "2%"\n[tool.profkit.budgets]\nmorgan = "0.5%"\n'
    )
    found = read_config()
    assert (found.least, found.drift, found.file) == (0.02, None, "pyproject.toml")
    assert (found.budgets[0].name, found.budgets[0].limit) == ("morgan", 0.005)


def test_is_read_from_its_own_file_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.profkit.budgets]\nmorgan = "0.5%"\n')
    (tmp_path / "profkit.toml").write_text('[budgets.function]\nhandle = "5%"\n')
    assert read_config().budgets[0].level is Level.FUNCTION


def test_of_a_project_without_one_is_empty(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert not read_config().budgets
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    assert not read_config().budgets


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[budget]\n", "budget: there is no such key"),
        ("[check]\nleest = '1%'\n", "check.leest: there is no such key"),
        ("[check]\nleast = '1'\n", "'1' is no share"),
        ("[check]\nleast = '101%'\n", "is no share"),
        ("check = 1\n", "a table was expected"),
        ("budgets = 1\n", "a table of budgets"),
    ],
)
def test_what_makes_no_sense_is_an_error(text, complaint, tmp_path):
    (tmp_path / "profkit.toml").write_text(text)
    with pytest.raises(UsageError, match=complaint):
        read_config(str(tmp_path / "profkit.toml"))


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(InputError):
        read_config(str(tmp_path / "none.toml"))
    (tmp_path / "bad.toml").write_text("= 1")
    with pytest.raises(InputError, match="no TOML"):
        read_config(str(tmp_path / "bad.toml"))
