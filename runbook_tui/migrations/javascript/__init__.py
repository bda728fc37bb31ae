"""JavaScript and TypeScript migrations (Knex) to changes."""
