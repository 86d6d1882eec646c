"""The pages where legal time is kept: rules of a place, office hours, the calendar of a year.

What they show and do is ``renda.kernel.deadlines``, which lies below the screen and knows nothing of it.
"""
