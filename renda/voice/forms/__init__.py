from renda.voice.forms.acting import FORMS, ActForm
from renda.voice.forms.leaving import RegisterForm
from renda.voice.public_forms import PHOTOS

__all__ = ["FORMS", "PHOTOS", "ActForm", "RegisterForm"]
