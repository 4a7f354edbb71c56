"""What every page and endpoint stands on: context, language, templates, guard, live events, problems."""
