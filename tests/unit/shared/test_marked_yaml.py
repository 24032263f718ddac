"""YAML read the one way: core scalars only, a line for every part, traps refused before they are built."""

import time
from collections.abc import Callable

import pytest

from shared.marked_yaml import LARGEST, YamlError, read_yaml


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(YamlError) as caught:
        read_yaml(text, "f.yaml")
    assert all(line.startswith("f.yaml:") for line in str(caught.value).splitlines())
    return [(fault.line, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("yes", "yes"), ("No", "No"), ("off", "off"), ("y", "y"),
        ("1:30", "1:30"), ("190:20:30", "190:20:30"), ("2020-01-01", "2020-01-01"), ("08:30", "08:30"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("12", 12), ("-7", -7), ("010", 10), ("0o10", 8), ("0x1F", 31), ("1_000", "1_000"), ("1/2", "1/2"),
        ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("-.inf", float("-inf")), ("-", "-"),
        ("1234567890123456789012", "1234567890123456789012"),
        ('"12"', "12"), ("'true'", "true"), ("24 h", "24 h"), ("中文", "中文"), ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_scalars_mean_what_the_core_schema_says(text: str, value: object) -> None:
    text = f"key: {text}\n" if text != "-" else "key: '-'\n"
    found = read_yaml(text).data["key"]
    assert found == value
    assert type(found) is type(value)


def test_every_part_knows_its_line() -> None:
    document = read_yaml("# head\na: 1\nb:\n  - x\n  - {c: 1,\n     d: 2}\ne: {f: [1,\n 2]}\n")
    lines = {
        (): 2, ("a",): 2, ("b",): 3, ("b", 0): 4, ("b", 1): 5, ("b", 1, "c"): 5, ("b", 1, "d"): 6, ("e", "f", 1): 8,
        ("e", "missing"): 7, ("missing",): 2, ("b", 7): 3, ("a", "b"): 2,
    }  # fmt: skip
    assert {place: document.line(place) for place in lines} == lines
    # A model may read one value as a list of one.
    assert document.line(("e", 0, "f")) == 7


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a:\n  b: 1\n\tc: 2\n", 3, "a tab"),
        ("a:\n\tb: 2\n", 2, "a tab"),
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a', first on line 1"),
        ("a: {b: 1, b: 2}\n", 1, "duplicate key 'b'"),
        ("a: &x 1\n", 1, "the anchor &x"),
        ("a: 1\nb: *x\n", 2, "the alias *x"),
        ("*x : 1\n", 1, "a key must be a word"),
        ("a: !!python/object:os.system x\n", 1, "the tag !!python/object:os.system"),
        ("a: ! 1\n", 1, "the tag !"),
        ("a: 1\n---\nb: 1\n", 2, "a second document"),
        ("? [a]\n: b\n", 1, "a key must be a word"),
        ("a: b: c\n", 1, "put the text in quotes"),
        ("a:\n  b: 1\n c: 2\n", 3, "indented differently"),
        ("a: [1, 2\nb: 3\n", 2, "opened with '[' (begun on line 1)"),
        ("a: {b: 1\nc: 2\n", 2, "opened with '{'"),
        ("a: 'x\n", 2, "never closed"),
        ("- a\nb: 1\n", 2, "without '- '"),
        ("a: - b\n", 1, "on a line of its own"),
        ("a: @b\n", 1, "put it in quotes"),
        ("a: }\n", 1, "never opened"),
        ("a: 1\nb: \x01\n", 2, "U+0001"),
        ("a: 1\nb: \ud800\n", 2, "surrogate"),
        ('a: "\\q"\n', 1, "single quotes"),
        ("a b\nc: d\n", 2, "second ': '"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_line_in_plain_words(text: str, line: int, told: str) -> None:
    found = faults(text)
    assert found[0][0] == line
    assert told in found[0][1]


def test_all_faults_are_told_at_once() -> None:
    found = faults("a: &x 1\na: 2\nb: !y 3\nc: *x\nd: [\n")
    assert [line for line, _ in found] == [1, 2, 3, 4, 6]


def bomb() -> str:
    return "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: "a: " + "x" * 10_000_000 + "\n", "10,000,004 bytes is too large"),
        (lambda: "- a\n" * 2_500_000, "too large"),
        (lambda: "汉" * (LARGEST // 3 + 1), "too large"),
        (bomb, "the anchor &a0"),
        (lambda: "a: " + "[" * 100_000 + "\n", "nested too deeply"),
        (lambda: "a: " + "[" * 100_000 + "]" * 100_000 + "\n", "nested too deeply"),
        (lambda: "{a: " * 100_000, "nested too deeply"),
        (lambda: "- " * 100_000 + "x\n", "nested too deeply"),
        (lambda: "".join(f"{' ' * n}a:\n" for n in range(1_000)), "nested too deeply"),
        (lambda: "- a\n" * 240_000, "too many parts"),
        (lambda: "a: 1\n" * 190_000, "duplicate key"),
        (lambda: "".join(f"k{n}: 1\n" for n in range(90_000)), "too many parts"),
    ],
    ids=["10 MB text", "10 MB list", "characters", "aliases", "open", "brackets", "braces", "dashes", "steps", "list",
         "one key", "keys"],
)  # fmt: skip
def test_what_is_large_or_deep_is_refused_fast(make: Callable[[], str], told: str) -> None:
    text = make()
    begun = time.process_time()
    found = faults(text)
    assert time.process_time() - begun < 1
    assert told in found[0][1]
    assert len(found) <= 120
