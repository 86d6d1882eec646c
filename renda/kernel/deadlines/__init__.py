"""Legal time: the working-day calendar, deadline rules with their article, and what a due is made of.

The door is ``renda.kernel.deadlines.api``:

- ``is_working_day``, ``add_working_days``, ``working_days_between``: counting, on days;
- ``due``, ``shift``, ``extend``: a moment by a rule of law, with its arithmetic in Chinese;
- ``load_year``, ``register_recompute``: a year's holidays arrive, provisional dues are counted again;
- ``ics``: events as an RFC 5545 calendar file.
"""
