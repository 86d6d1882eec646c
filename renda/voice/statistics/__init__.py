"""Statistics of messages.

``measures`` says what is counted, ``counting`` counts it month by month as things change, ``reading`` adds the cells up
for a page, ``report`` writes them down as a Word file.
"""
