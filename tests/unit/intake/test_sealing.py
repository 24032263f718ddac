"""Sealed columns open only where they belong, under their own key, unchanged."""

import os
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.sealing import (
    KeyAbsentError,
    Keyring,
    SealBrokenError,
    WrappedKey,
    new_data_key,
    open_,
    seal,
)
from shared.ids import new_id

OLD, NEW = os.urandom(32), os.urandom(32)
ROW = new_id()


@given(st.binary(max_size=2000), st.uuids(), st.text(max_size=20))
def test_what_is_sealed_opens_again(plaintext: bytes, row: UUID, column: str) -> None:
    key = new_data_key()
    sealed = seal(row, column, plaintext, key)
    assert open_(row, column, sealed, key) == plaintext
    assert len(sealed) == len(plaintext) + 28


def test_the_same_words_never_look_the_same() -> None:
    key = new_data_key()
    assert len({seal(ROW, "body", "水管爆裂".encode(), key) for _ in range(50)}) == 50


@pytest.mark.parametrize(("row", "column"), [(new_id(), "body"), (ROW, "contact"), (ROW, "")])
def test_another_row_or_column_does_not_open(row: UUID, column: str) -> None:
    key = new_data_key()
    sealed = seal(ROW, "body", b"secret", key)
    with pytest.raises(SealBrokenError, match="belongs to another place"):
        open_(row, column, sealed, key)


def test_another_key_does_not_open() -> None:
    with pytest.raises(SealBrokenError):
        open_(ROW, "body", seal(ROW, "body", b"secret", new_data_key()), new_data_key())


@given(st.data())
def test_any_changed_bit_is_noticed(data: st.DataObject) -> None:
    key = new_data_key()
    sealed = bytearray(seal(ROW, "body", b"who it was", key))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBrokenError):
        open_(ROW, "body", bytes(sealed), key)


@pytest.mark.parametrize("length", [0, 11, 12, 27])
def test_a_stump_is_said_to_be_too_short(length: int) -> None:
    with pytest.raises(SealBrokenError, match="too short"):
        open_(ROW, "body", b"\0" * length, new_data_key())


def test_errors_say_the_place_and_nothing_of_the_content() -> None:
    key = new_data_key()
    with pytest.raises(SealBrokenError) as failure:
        open_(ROW, "contact", seal(ROW, "body", b"Zhang San", key), key)
    assert f"column contact of row {ROW}" in failure.value.detail
    assert "Zhang" not in failure.value.detail


def test_a_wrapped_key_opens_under_the_key_that_wrapped_it_also_after_rotation() -> None:
    data_key = new_data_key()
    before = Keyring("2025", {"2025": OLD})
    after = Keyring("2026", {"2025": OLD, "2026": NEW})
    wrapped = before.wrap(ROW, data_key)
    assert wrapped.kid == "2025"
    assert after.unwrap(ROW, wrapped) == data_key
    again = after.rewrap(ROW, wrapped)
    assert again.kid == "2026"
    assert after.unwrap(ROW, again) == data_key
    assert after.rewrap(ROW, again) is again


def test_a_wrapped_key_is_bound_to_its_row_and_key_id() -> None:
    keyring = Keyring("a", {"a": OLD, "b": OLD})
    wrapped = keyring.wrap(ROW, new_data_key())
    with pytest.raises(SealBrokenError):
        keyring.unwrap(new_id(), wrapped)
    with pytest.raises(SealBrokenError, match="wrapped by b"):
        keyring.unwrap(ROW, WrappedKey("b", wrapped.blob))


def test_a_missing_key_is_named() -> None:
    wrapped = Keyring("2024", {"2024": OLD}).wrap(ROW, new_data_key())
    with pytest.raises(KeyAbsentError, match="'2024' is in use but not among") as failure:
        Keyring("2026", {"2026": NEW}).unwrap(ROW, wrapped)
    assert failure.value.status == 503


def test_a_keyring_is_whole_or_refused() -> None:
    with pytest.raises(KeyAbsentError):
        Keyring("absent", {"a": OLD})
    with pytest.raises(ValueError, match="16 bytes"):
        Keyring("a", {"a": OLD[:16]})
    assert Keyring("a", {"a": OLD, "b": NEW}).kids == {"a", "b"}
