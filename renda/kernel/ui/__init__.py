"""The screen: base pages, components, slots, menu, tables, error pages. Server-rendered; scripts only add comfort."""
