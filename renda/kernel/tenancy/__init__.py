from renda.kernel.tenancy.scope import current_scope, require_scope, tenant_transaction

__all__ = ["current_scope", "require_scope", "tenant_transaction"]
