"""Who asked for what, and what was sent. The only home of SQLAlchemy in this package."""
