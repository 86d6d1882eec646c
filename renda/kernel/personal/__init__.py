"""Personal data kept no longer than needed, and given to whom it is about (个人信息保护法 art. 19, 45, 47).

What is held is said in the models (``renda.kernel.privacy.personal``). ``declared`` reads it, ``retention`` clears what has
passed its time, ``dossier`` gives all that is held about one person or one matter.
"""
