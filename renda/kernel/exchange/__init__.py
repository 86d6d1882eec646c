"""The inner side of the border: takes packages in, each exactly once, and publishes signed copies.

A capability registers a handler for each kind of package that is meant for it, and a builder for each kind of copy that
it gives. What crosses, and in which form: ``renda.kernel.public_zone``.
"""
