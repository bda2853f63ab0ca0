"""Documents made from a plan: tables, workbooks, layers."""
