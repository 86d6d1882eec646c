"""The house for programs: the same copies, letters and selectors as the pages, as JSON. No rule of its own."""
