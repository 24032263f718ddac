"""Admission: the bound follows what was waited, and a sender that fills the house does not turn the others away."""

from services.intake.domain.admission import LONGEST_RETRY, Bound, Turns

TARGET = 0.1


def bound(least: int = 4, most: int = 100) -> Bound:
    return Bound(TARGET, least=least, most=most)


def rounds(bound: Bound, wait: float, reached: int, times: int, began: float = 0.0) -> None:
    """So many rounds in which everybody waited `wait` seconds."""
    for number in range(1, times + 1):
        assert bound.measured([wait] * 5, reached, began + number * 0.2)


def test_bound_falls_while_the_wait_is_over_the_target_and_never_below_its_least() -> None:
    falling = bound()
    rounds(falling, 0.2, 16, 1)
    assert falling.limit == 11
    rounds(falling, 0.2, 16, 20, 1.0)
    assert falling.limit == 4


def test_bound_starts_from_how_many_there_were() -> None:
    falling = bound()
    rounds(falling, 0.2, 8, 1)
    assert falling.limit == 5, "eight under way already waited too long; a bound of sixteen had said nothing"


def test_bound_grows_only_while_it_is_reached() -> None:
    growing = bound()
    rounds(growing, 0.02, 3, 20)
    assert growing.limit == 16
    rounds(growing, 0.02, 1000, 50, 10.0)
    assert growing.limit == 100


def test_bound_recovers_within_seconds() -> None:
    recovering = bound(least=16, most=1000)
    rounds(recovering, 1.0, 64, 20)
    assert recovering.limit == 16
    for number in range(20):
        recovering.measured([0.02], recovering.limit, 10 + number * 0.1001)
    assert recovering.limit > 64


def test_a_round_needs_time_and_measurements() -> None:
    idle = bound()
    assert not idle.measured([], 16, 5.0)
    assert idle.measured([1.0], 16, 5.0)
    assert not idle.measured([1.0], 16, 5.05)


def test_one_alone_may_fill_the_house_up_to_the_bound() -> None:
    turns = Turns(bound())
    assert [turns.enter("noisy", 1.0) for _ in range(17)] == [None] * 16 + ["waiting"]
    assert turns.total == 16


def test_the_quiet_sender_enters_a_full_house_and_the_noisy_one_does_not() -> None:
    turns = Turns(bound())
    for _ in range(40):
        turns.enter("noisy", 1.0)
    assert turns.enter("quiet", 1.1) is None
    assert turns.enter("noisy", 1.1) == "waiting"
    turns.leave("noisy")
    assert turns.enter("noisy", 1.2) == "waiting", "the quiet one's place is not the noisy one's"
    turns.leave("noisy")
    assert turns.enter("noisy", 1.2) is None


def test_shares_are_even_among_those_that_came_within_a_second() -> None:
    turns = Turns(bound())
    for _ in range(16):
        turns.enter("noisy", 1.0)
    for who in ("a", "b", "c"):
        turns.enter(who, 1.0)
    entered = [turns.enter("a", 1.1) for _ in range(10)]
    assert entered.count(None) == 16 // 4 - 1


def test_beyond_twice_the_bound_nobody_enters() -> None:
    turns = Turns(bound())
    answers = [turns.enter(f"sender {number}", 1.0) for number in range(40)]
    assert answers.count(None) == 32
    assert answers[-1] == "full"
    assert turns.total == 32


def test_who_left_is_forgotten_and_shares_with_nobody() -> None:
    turns = Turns(bound())
    for number in range(30):
        turns.enter(f"sender {number}", 1.0)
        turns.leave(f"sender {number}")
    for _ in range(16):
        turns.enter("noisy", 3.0)
    turns.enter("quiet", 5.0)
    assert [turns.enter("quiet", 5.1) for _ in range(8)] == [None] * 7 + ["waiting"]


def test_those_refused_are_spread_over_the_longer_a_time_the_more_there_are() -> None:
    turns = Turns(bound())
    assert turns.retry_within() == 1
    for _ in range(16 + 32):
        turns.enter("noisy", 1.0)
    turns.enter("noisy", 3.0)
    assert turns.retry_within() == 5, "three times too many: two of three are to come again, over five seconds"
    for _ in range(2000):
        turns.enter("noisy", 3.0)
    turns.enter("noisy", 5.0)
    assert turns.retry_within() == LONGEST_RETRY
    turns.enter("noisy", 7.0)
    turns.enter("noisy", 9.0)
    assert turns.retry_within() <= 3, "in the valley it shrinks again"
