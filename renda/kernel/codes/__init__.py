"""QR codes as pictures, and short codes that a person can read out and type. The door is ``renda.kernel.codes.api``."""
