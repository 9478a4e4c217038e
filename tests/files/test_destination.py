"""Places that results can go to, and places that they cannot."""

from __future__ import annotations

import os

import pytest

from hebbax.errors import HebbaxError
from hebbax.files.destination import check_file, check_folder


def test_what_is_there_or_can_be_made_will_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_text("")
    for name in (".", "new", "new/deeper", tmp_path / "new"):
        check_folder(tmp_path / name)
    for name in ("page.html", "other.html", "new/deeper/page.html"):
        check_file(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_what_is_of_another_kind_will_not(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file/deeper"):
        with pytest.raises(HebbaxError, match="file is not a folder"):
            check_folder(path)
    with pytest.raises(HebbaxError, match="is a folder, not a file"):
        check_file(tmp_path)


def test_what_is_not_ones_own_will_not(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(HebbaxError, match=r"new/x.h5: .* is not yours to write to"):
        check_file(tmp_path / "new/x.h5")
