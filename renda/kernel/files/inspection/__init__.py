"""What an upload really is. Nothing here trusts its name or what the browser said about it."""
