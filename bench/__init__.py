"""Measured figures, one JSON line each: ``python -m bench [name …]``. Not part of the tests."""
