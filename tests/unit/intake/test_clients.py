"""Portal keys and vendors: what holds when, through rotation and revocation."""

from datetime import UTC, datetime, timedelta

from services.intake.domain.clients import ApiKey, Vendor, key_mac, new_api_key
from services.intake.domain.sealing import WrappedKey
from shared.ids import new_id

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW, NEWER = b"o" * 32, b"n" * 32, b"e" * 32


def key() -> ApiKey:
    return ApiKey(new_id(), "a", "门户", frozenset({"complaints:read"}), 5, OLD, NOW, NOW, "admin")


def vendor() -> Vendor:
    return Vendor(new_id(), "a", "v", frozenset({"a"}), WrappedKey("k", OLD), NOW, NOW, "admin")


def test_keys_are_found_by_a_mac_that_needs_the_pepper() -> None:
    presented = new_api_key()
    mac = key_mac(presented, b"p" * 32)
    assert mac is not None
    assert len(mac) == 32
    assert mac != key_mac(presented, b"q" * 32)
    assert presented.startswith("hyk_")
    assert len({new_api_key() for _ in range(100)}) == 100
    for wrong in ("", "hyk_", presented + "a", presented[1:], "hyk_" + "中" * 43, presented + "\n"):
        assert key_mac(wrong, b"p" * 32) is None


def test_two_keys_hold_during_rotation_and_never_three() -> None:
    rotated = key().rotated(NEW, now=NOW, grace=DAY, by="admin")
    assert rotated.accepts(NEW, NOW)
    assert rotated.accepts(OLD, NOW + DAY - timedelta(seconds=1))
    assert not rotated.accepts(OLD, NOW + DAY)
    again = rotated.rotated(NEWER, now=NOW, grace=DAY, by="admin")
    assert [again.accepts(mac, NOW) for mac in (OLD, NEW, NEWER)] == [False, True, True]
    assert again.version == 3
    assert not key().accepts(NEW, NOW)


def test_without_grace_the_old_key_ends_at_once() -> None:
    assert not key().rotated(NEW, now=NOW, grace=timedelta(), by="admin").accepts(OLD, NOW)


def test_a_revoked_key_holds_no_more_in_any_form() -> None:
    ended = key().rotated(NEW, now=NOW, grace=DAY, by="admin").revoked(now=NOW, by="other")
    assert not ended.accepts(NEW, NOW)
    assert not ended.accepts(OLD, NOW)
    assert ended.changed_by == "other"


def test_a_vendor_has_its_newest_secret_first_and_the_old_one_for_a_while() -> None:
    new, newer = WrappedKey("k", NEW), WrappedKey("k", NEWER)
    rotated = vendor().rotated(new, now=NOW, grace=DAY, by="admin")
    assert rotated.secrets_at(NOW) == [new, WrappedKey("k", OLD)]
    assert rotated.secrets_at(NOW + DAY) == [new]
    assert rotated.rotated(newer, now=NOW, grace=DAY, by="admin").secrets_at(NOW) == [newer, new]
    assert rotated.revoked(now=NOW, by="admin").secrets_at(NOW) == []
