"""The flow engine. Capabilities use it by ``from renda.kernel.flow import api as flow``.

Nothing is re-exported here: the models may only be imported once Django's apps are ready.
"""
