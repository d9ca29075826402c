"""Cost review: bills, ledgers, prices, invoices."""
