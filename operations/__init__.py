"""Commands for a system wherever it runs: deploy it, operate it, check it against the real provider."""
