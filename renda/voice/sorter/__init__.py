"""The sorter: which category, place, unit a constituent's message belongs to, and whether it is at the right door.

Everything here proposes and gives its reasons; a person decides. Pure Python and numpy, offline, deterministic. The
public process uses ``categories`` and ``text`` of it; so nothing is imported here.
"""
