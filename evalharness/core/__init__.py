"""Types, protocols and the pure vocabularies that every stage shares. Imports no other part of the package."""
