"""Legal time: the working-day calendar, deadline rules with their article, and what a due is made of.

The door is ``renda.kernel.deadlines.api``:

- ``is_working_day``, ``add_working_days``, ``working_days_between``: counting, on days;
- ``due``, ``shift``, ``extend``: a moment by a rule of law, with its arithmetic in Chinese;
- ``register_recompute``: who counts provisional dues again when a year's holidays arrive (``calendar.load_year``);
- ``ics``: events as an RFC 5545 calendar file.
"""
