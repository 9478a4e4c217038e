"""Text, JSON and YAML read back: strict, against a shape, and refused in one line that names the file."""

from __future__ import annotations

import pytest

from hebbax.errors import HebbaxError
from hebbax.expected import TEXT, Fields, whole
from hebbax.files.documents import read_json, read_text, read_yaml

SHAPE = Fields({"name": TEXT}, {"count": whole()})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"name": 3}', r"a\.json: name=3: expected a text; restore it from a copy$"),
        (b"[]", r"a\.json: it holds \[\]: expected an object; restore it from a copy$"),
        (b'{"name": "a"', r"a\.json is not JSON: Expecting ',' delimiter.*; restore it from a copy$"),
        (b"", r"a\.json is not JSON: Expecting value"),
        (b'{"name": "a", "x": NaN}', r"a\.json is not JSON: NaN is no number of JSON"),
        (b'{"name": "a", "x": -Infinity}', r"a\.json is not JSON: -Infinity is no number of JSON"),
        (b'{"name": "a", "name": "b"}', r"a\.json is not JSON: the key 'name' stands twice in one object"),
        (b'{"name": "a", "x": {"k": 1, "k": 1}}', "the key 'k' stands twice"),
        (b'{"name": "a", "count": ' + b"9" * 5000 + b"}", r"a\.json is not JSON: Exceeds the limit"),
        (b'{"x":' * 100_000, r"a\.json is not JSON: it is nested too deeply"),
        ('{"name": "ä"}'.encode("latin-1"), r"cannot read .*a\.json: it is not UTF-8 text; restore it"),
        ('{"name": "a"}'.encode("utf-16"), r"cannot read .*a\.json: it is not UTF-8 text; restore it"),
    ],
)
def test_json_that_is_none_or_of_another_shape(tmp_path, content, said):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(HebbaxError, match=said) as caught:
        read_json(tmp_path / "a.json", SHAPE)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_json_of_the_shape_and_more(tmp_path):
    (tmp_path / "a.json").write_text('{"name": "ä", "later": [1]}', "utf-8")
    assert read_json(tmp_path / "a.json", SHAPE) == {"name": "ä", "later": [1]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name: 3", r"a\.yaml: name=3: expected a text; mend it$"),
        ("name: a\nname: b", r"a\.yaml is not YAML: the key 'name' stands twice in one object; mend it$"),
        ("name: a\nx: {k: 1, k: 2}", "the key 'k' stands twice"),
        ("name: [", r"a\.yaml is not YAML: .*; mend it$"),
        ("name: !!python/object/apply:os.getcwd []", r"a\.yaml is not YAML: could not determine a constructor"),
        ("name: a\nx: 2001-13-45", r"a\.yaml is not YAML: month must be in 1\.\.12"),
        ("name: a\nx: *nothing", r"a\.yaml is not YAML: found undefined alias"),
        ("? [1]\n: 3", r"a\.yaml is not YAML: while constructing a mapping"),
        ("3: 4", r"a\.yaml: a key 3: expected a text"),
        ("name: a\n---\nname: b", r"a\.yaml is not YAML: expected a single document"),
        ("[" * 5000, r"a\.yaml is not YAML: it is nested too deeply"),
    ],
)
def test_yaml_that_is_none_or_of_another_shape(tmp_path, content, said):
    (tmp_path / "a.yaml").write_text(content, "utf-8")
    with pytest.raises(HebbaxError, match=said) as caught:
        read_yaml(tmp_path / "a.yaml", SHAPE, "mend it")
    assert "\n" not in str(caught.value)


def test_aliases_that_grow_without_end_are_shown_in_a_line(tmp_path):
    """Nine lists of nine of the list before: a billion values in a file of 400 bytes."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]" for before, one in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    (tmp_path / "a.yaml").write_text("\n".join([*lines, "name: *i"]), "utf-8")
    with pytest.raises(HebbaxError, match=r"name=\[.*: expected a text") as caught:
        read_yaml(tmp_path / "a.yaml", SHAPE)
    assert len(str(caught.value)) < 1000


def test_what_cannot_be_read(tmp_path):
    with pytest.raises(HebbaxError, match=r"cannot read .*none: No such file or directory; ask again"):
        read_text(tmp_path / "none", "ask again")
    with pytest.raises(HebbaxError, match="Is a directory; restore it from a copy"):
        read_text(tmp_path)
