"""The official Redis test suite, run unmodified against ``respkit server``, and what of it must pass.

``suite`` fetches the suite and lays out a copy of it for one run, ``runner`` runs a unit, ``lists`` compares what
passed with what a real Redis passes and keeps the committed lists.
"""
