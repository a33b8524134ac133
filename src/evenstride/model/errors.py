"""The one error of the house: a request that cannot be met, and what to do instead."""


class EvenstrideError(Exception):
    """A wrong request, told as a problem and a remedy.

    Wrong *data* is never raised; it travels as an `Issue` beside what could be read.

    Parameters
    ----------
    problem
        What is wrong, one sentence, without the program's inner words.
    remedy
        What the runner can do about it.

    Examples
    --------
    >>> str(EvenstrideError("run.fit does not exist.", "Check the path."))
    'run.fit does not exist. Check the path.'
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy
