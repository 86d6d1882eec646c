"""What carries a mark of state secrecy is held back, the security officer (保密员) is told, and she decides.

This is a non-secret system: there is no field for a level of secrecy, and nothing that is marked goes on its way. Of a
file or text that somebody inside has tried to store, only its name, size, source and digest are kept; a package of the
public zone stays sealed until she decides.
"""
