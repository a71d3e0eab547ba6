"""respkit beside its peers, in one run each: ``python -m bench`` (or ``make bench``) writes ``RESULTS.md``.

Each table is a module with ``tables(options) -> list[Table]``; ``rows`` says what a table is made of.
"""
