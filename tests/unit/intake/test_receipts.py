"""Receipts: read back however they are typed, refused when mistyped, unguessable."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.receipts import ALPHABET, new_receipt, parse_receipt, receipt_hash

receipts = st.builds(lambda _: new_receipt(), st.integers())
places = st.integers(0, 20)


def bare(receipt: str) -> str:
    return receipt.replace("-", "")


@given(receipts)
def test_a_receipt_has_its_written_form_and_reads_back(receipt: str) -> None:
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}-[0-9A-HJKMNP-TV-Z]{5}", receipt)
    assert parse_receipt(receipt) == receipt


@given(receipts)
def test_typing_is_forgiven(receipt: str) -> None:
    typed = receipt.lower().replace("0", "o").replace("1", "l").replace("-", " — ")
    assert parse_receipt(f"  {typed} ") == receipt
    assert parse_receipt(bare(receipt)) == receipt
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in receipt)
    assert parse_receipt(full_width) == receipt


@given(receipts, places, st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_caught(receipt: str, place: int, wrong: str) -> None:
    characters = list(bare(receipt))
    if characters[place] != wrong:
        characters[place] = wrong
        assert parse_receipt("".join(characters)) is None


@given(receipts, places, places)
def test_every_swap_is_caught(receipt: str, left: int, right: int) -> None:
    characters = list(bare(receipt))
    if characters[left] != characters[right]:
        characters[left], characters[right] = characters[right], characters[left]
        assert parse_receipt("".join(characters)) is None


@given(st.text(max_size=80))
def test_anything_else_is_no_receipt_and_no_error(text: str) -> None:
    parsed = parse_receipt(text)
    assert parsed is None or len(bare(parsed)) == 21


@pytest.mark.parametrize("text", ["", "-", "U" * 21, "0" * 20, "0" * 22, "ſ" * 21, "0" * 1_000_000])
def test_what_cannot_be_one_is_refused(text: str) -> None:
    assert parse_receipt(text) is None


def test_every_character_of_the_random_part_is_used_about_equally() -> None:
    made = [new_receipt() for _ in range(4000)]
    assert len(set(made)) == len(made)
    counts = dict.fromkeys(ALPHABET, 0)
    for receipt in made:
        for character in bare(receipt)[:20]:
            counts[character] += 1
    # 80,000 characters, 2,500 each expected, standard deviation 49: six of them to either side.
    assert all(2200 < count < 2800 for count in counts.values())


def test_only_a_digest_is_stored() -> None:
    receipt = new_receipt()
    assert len(receipt_hash(receipt)) == 32
    assert receipt_hash(receipt) != receipt_hash(new_receipt())
