"""Reading former messages out of a spreadsheet: which column is which, what is in a row, what is wrong with it."""
