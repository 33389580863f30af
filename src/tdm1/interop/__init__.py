"""A side door: translates tables to the forms that other tools read. It takes no decisions."""
