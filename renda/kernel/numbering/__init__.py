"""Numbers without gaps, by congress, kind and year: 202409-0117, 〔2026〕5号.

A counter's row is locked from the moment a number is taken until the commit, so numbers are taken last: ``assign``
fills a field of a buffered row just before the flush writes it. A rollback gives the number back. The door is
``renda.kernel.numbering.api``.
"""
