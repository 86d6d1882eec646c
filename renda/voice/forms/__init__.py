from renda.voice.forms.acting import FORMS, ActForm
from renda.voice.forms.leaving import PHOTOS, LookUpForm, MessageForm, RateForm, RegisterForm

__all__ = ["FORMS", "PHOTOS", "ActForm", "LookUpForm", "MessageForm", "RateForm", "RegisterForm"]
