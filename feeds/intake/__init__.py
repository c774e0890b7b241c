"""How an article comes in: pure readers of pages. No store, no network, no clock."""
