"""Lists as xlsx and csv, of any length in constant memory.

An export is written to a temporary file inside its own read-only transaction with its own scope, counted, and only
then sent: a slow reader holds no transaction, and a list that is not whole is never sent as if it were. The door is
``renda.kernel.exports.api``.
"""
