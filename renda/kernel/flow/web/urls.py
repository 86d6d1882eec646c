"""URL names are the actions' names where they do a write."""

from __future__ import annotations

from django.urls import path

from renda.kernel.flow.web import delegations, unassigned, views

app_name = "flow"

urlpatterns = [
    path("", views.flow_list, name="flow.list"),
    path("delegations/", delegations.delegations, name="flow.delegate"),
    path("delegations/<int:pk>/revoke/", delegations.revoke, name="flow.revoke_delegation"),
    path("unassigned/", unassigned.unassigned, name="flow.unassigned"),
    path("unassigned/transfer/", unassigned.transfer, name="flow.transfer"),
    path("<int:pk>/", views.flow_detail, name="flow.detail"),
    path("<int:pk>/fork/", views.flow_fork, name="flow.fork"),
    path("<int:pk>/edit/", views.flow_edit, name="flow.edit"),
    path("<int:pk>/change-step/", views.flow_change_step, name="flow.change_step"),
    path("<int:pk>/add-step/", views.flow_add_step, name="flow.add_step"),
    path("<int:pk>/remove-step/", views.flow_remove_step, name="flow.remove_step"),
    path("<int:pk>/publish/", views.flow_publish, name="flow.publish"),
    path("<int:pk>/retire/", views.flow_retire, name="flow.retire"),
]
