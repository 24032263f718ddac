"""The words a suggestion rests on are such as a person reads, the telling ones first."""

import pytest

from services.intake.domain.likeness import NO_WEIGHTS, Weights, because, said

COMMON = ["尊敬的领导您好", "希望有关部门尽快解决", "谢谢领导"]
MINE = f"{COMMON[0]}，我是幸福里小区的业主，地下车库漏水半年了，{COMMON[1]}。"
OTHER = f"{COMMON[0]}！幸福里小区物业不作为，地下车库漏水没人管。{COMMON[1]}"
WEIGHTS = Weights.counted(1, [said("", f"{'，'.join(COMMON)}第{chr(0x4E00 + 7 * each)}条") for each in range(300)])


def test_names_places_and_things_not_courtesies() -> None:
    assert because(MINE, OTHER, WEIGHTS) == ["地下车库漏水", "幸福里小区"]


def test_before_the_first_generation_the_longest_come_first() -> None:
    runs = because(MINE, OTHER, NO_WEIGHTS)
    assert {"地下车库漏水", "幸福里小区"} <= set(runs)
    assert [len(each) for each in runs] == sorted((len(each) for each in runs), reverse=True)


def test_gives_at_most_as_many_as_asked_and_none_within_another() -> None:
    runs = because(MINE * 2, OTHER, NO_WEIGHTS, most=2)
    assert len(runs) == 2
    assert not any(one in two for one in runs for two in runs if one is not two)


@pytest.mark.parametrize(("mine", "other"), [("", ""), ("转发微博", "转发微博"), ("路灯坏了", "电梯停运"), ("a", "a")])
def test_nothing_in_common_is_no_reason(mine: str, other: str) -> None:
    assert because(mine, other, WEIGHTS) == []


def test_a_long_run_is_cut_and_masks_and_links_are_not_shown() -> None:
    text = (
        "[手机号] https://example.org/a/b @某某 " + "幸福里小区地下车库连续半年漏水淹了十几辆车至今没有任何人来维修处理"
    )
    (run,) = because(text, text, WEIGHTS)
    assert run == "幸福里小区地下车库连续半年漏水淹了十几…"


def test_long_texts_take_no_long_time() -> None:
    mine = "".join(chr(0x4E00 + (each * 7919) % 20_000) for each in range(20_000))
    other = "".join(chr(0x4E00 + (each * 104_729) % 20_000) for each in range(20_000))
    assert len(because(mine, other, WEIGHTS)) <= 6
    assert because("路" * 20_000, "路" * 19_999, NO_WEIGHTS) == ["路" * 19 + "…"]
