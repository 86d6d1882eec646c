"""Common issues (共性问题): ``likeness`` compares texts, ``gathering`` finds what several places speak of, night by night."""
