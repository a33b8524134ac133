"""When one leg stops obeying a runner: when it went, when it came back, felt and measured."""

__version__ = "0.1.0"
