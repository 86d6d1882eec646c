from renda.kernel.policy.registry import grant, kinds_with, may, permission, tenants_where

__all__ = ["grant", "kinds_with", "may", "permission", "tenants_where"]
