"""Ways of reaching a model, one file each. Importing this package loads no SDK and no HTTP client."""
