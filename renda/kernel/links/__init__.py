"""The line both ways: a message and the suggestion that grew out of it, a suggestion and its budget line.

Each kind of line is registered with what it is called from either end, each subject with the selector through which
its rows are seen, so a line never shows a row that its reader may not see. The door is ``renda.kernel.links.api``.
"""
