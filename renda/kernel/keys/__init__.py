"""The keys of field encryption over their life: changed, carried through the stored data, taken out of use.

``renda.kernel.privacy`` closes and opens single values; here is what concerns all that is stored. The command is
``renda privacy``. The door for other capabilities is ``renda.kernel.keys.api``.
"""
