"""Upstream: articles, and everything that is read: store, feeds, pages. Imports neither notifier nor config."""
