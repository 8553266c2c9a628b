"""What every Blendify function shares: domain, storage, vault, gate, calls and the provider tables."""
