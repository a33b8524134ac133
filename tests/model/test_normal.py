"""What is normal for a runner, as a value."""

from dataclasses import replace
from datetime import UTC, datetime

from evenstride.model.normal import Normal, Usual, in_force


def month(number: int, device: str = "strap") -> Normal:
    """Return a normal that stands for one month of 2024."""
    begins = datetime(2024, number, 1, tzinfo=UTC)
    return Normal(
        device, (), runs=number, valid=(begins, datetime(2024, number + 1, 1, tzinfo=UTC))
    )


def test_the_digest_changes_with_every_part() -> None:
    one = Normal("strap", (Usual("contact_time", "ms", 250.0, 3.0, 40, 6.0, (1.0,)),), runs=40)
    others = (
        replace(one, device="pod"),
        replace(one, runs=41),
        replace(one, usual=(replace(one.usual[0], mean=250.1),)),
        replace(one, about=(0.1,)),
    )
    assert len({one.digest, *(other.digest for other in others)}) == 5
    assert one.digest == replace(one).digest


def test_the_normal_of_the_runs_own_month_is_in_force() -> None:
    months = (month(2), month(3), month(5))
    (found,) = in_force(months, datetime(2024, 3, 31, 23, tzinfo=UTC))
    assert found is months[1]


def test_outside_all_months_the_nearest_stands() -> None:
    months = (month(2), month(3), month(9))
    assert in_force(months, datetime(2023, 1, 1, tzinfo=UTC)) == (months[0],)
    assert in_force(months, datetime(2024, 5, 1, tzinfo=UTC)) == (months[1],)
    assert in_force(months, datetime(2026, 5, 1, tzinfo=UTC)) == (months[2],)


def test_each_device_has_its_own() -> None:
    found = in_force((month(2), month(2, "pod"), month(3, "pod")), datetime(2024, 3, 5, tzinfo=UTC))
    assert {(one.device, one.runs) for one in found} == {("strap", 2), ("pod", 3)}


def test_what_is_not_known_is_none() -> None:
    assert Normal("strap", ()).of("contact_time") is None
