"""The engine: pure functions over a tree of cases in memory.

A move decides (who, when due, where to), and each change it decides is an effect: ``Tree.insert`` and ``Tree.set``
record it and apply it by the same function that replay uses. Nothing in this package asks a database; what it needs
to know of the world comes through ``World``.
"""
