from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.ranking import Ranked, Standing, rank

STANDINGS = st.lists(
    st.builds(
        Standing,
        key=st.text("abcdefgh", min_size=1, max_size=4),
        percent=st.none() | st.sampled_from([0.0, 50.0, 66.67, 99.99, 100.0]),
        volume=st.integers(0, 20),
    ),
    unique_by=lambda unit: unit.key,
)


def test_ties_share_a_rank_and_the_next_place_is_skipped() -> None:
    units = [
        Standing("芦淞", 90.0, 10),
        Standing("天元", 95.5, 8),
        Standing("荷塘", 95.5, 9),
        Standing("石峰", 99.0, 7),
    ]

    ranked = rank(units)

    assert [(unit.key, unit.rank) for unit in ranked] == [("石峰", 1), ("天元", 2), ("荷塘", 2), ("芦淞", 4)]


def test_a_unit_with_no_case_due_is_unranked_not_last() -> None:
    ranked = rank([Standing("a", None, 0), Standing("b", 0.0, 3)])

    assert ranked == (Ranked("b", 0.0, 3, 1), Ranked("a", None, 0, None))


def test_a_unit_below_the_volume_is_unranked_and_takes_no_place() -> None:
    ranked = rank([Standing("small", 100.0, 4), Standing("big", 97.0, 50), Standing("even", 96.0, 5)], minimum_volume=5)

    assert [(unit.key, unit.rank) for unit in ranked] == [("big", 1), ("even", 2), ("small", None)]
    assert ranked[-1].percent == 100.0


def test_of_a_rate_one_wants_low_the_lowest_is_first() -> None:
    ranked = rank([Standing("a", 9.2, 87), Standing("b", 0.0, 60), Standing("c", 9.2, 60)], lower_is_better=True)

    assert [(unit.key, unit.rank) for unit in ranked] == [("b", 1), ("a", 2), ("c", 2)]


def test_nobody_to_rank_is_an_empty_ranking() -> None:
    assert rank([]) == ()


@given(STANDINGS, st.integers(0, 20), st.booleans())
def test_a_rank_is_one_more_than_the_number_of_better_ranked_units(
    units: list[Standing], minimum: int, lower: bool
) -> None:
    ranked = rank(units, minimum, lower_is_better=lower)

    assert sorted(unit.key for unit in ranked) == sorted(unit.key for unit in units)
    rated = [unit.percent for unit in units if unit.percent is not None and unit.volume >= minimum]
    for unit in ranked:
        if unit.percent is None or unit.volume < minimum:
            assert unit.rank is None
        else:
            assert unit.rank == 1 + sum(other < unit.percent if lower else other > unit.percent for other in rated)
