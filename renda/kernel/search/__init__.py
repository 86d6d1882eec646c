"""Full text search in Chinese, Latin and digits, within the scope of the running transaction.

PostgreSQL cannot use a GIN index under row-level security (its operators are not leakproof: 0.08 ms became 1,200 ms
at 200,000 rows). So the documents lie in a schema which the application's role cannot enter, behind functions that
run as the owner and filter by ``renda.tenants`` themselves. The door is ``renda.kernel.search.api``: ``index``,
``search_ids``, ``matching``.
"""
