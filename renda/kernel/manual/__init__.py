"""The manual inside the house: the same chapters as ``docs/manual``, each for those whose work it tells."""
