"""``renda serve``: one process that starts and watches the others; it holds no state and imports no Django."""
