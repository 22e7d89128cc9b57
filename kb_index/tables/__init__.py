"""Import and export of tables: rows become draft entries, and entries become rows."""
