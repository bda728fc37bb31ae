"""Elixir migrations (Ecto) to changes."""
