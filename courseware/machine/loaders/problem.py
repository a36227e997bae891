"""What is wrong with a file."""


class LoadError(ValueError):
    """A file is no program for this machine; the message says in Japanese why, and what to do."""
