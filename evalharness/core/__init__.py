"""Types, protocols and pure vocabularies that every stage shares; imports no other part of the package."""
