from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "renda.kernel.feedback"
    label = "kernel_feedback"
    verbose_name = "意见反馈"
