"""The one error says what is wrong and what to do."""

from evenstride.model.errors import EvenstrideError


def test_a_refusal_keeps_problem_and_remedy_apart_and_reads_as_both() -> None:
    refused = EvenstrideError("run.fit does not exist.", "Check the path.")
    assert (refused.problem, refused.remedy) == ("run.fit does not exist.", "Check the path.")
    assert str(refused) == "run.fit does not exist. Check the path."


def test_a_refusal_without_a_remedy_ends_where_the_problem_ends() -> None:
    assert str(EvenstrideError("Nothing can be done.", "")) == "Nothing can be done."
