from renda.kernel.policy.registry import grant, may, permission, tenants_where

__all__ = ["grant", "may", "permission", "tenants_where"]
