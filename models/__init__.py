"""From rows to judgements, pure: values in, values out. No database, no network, no clock."""
