"""What has been published, on SQLite or PostgreSQL. The only home of SQLAlchemy in this package."""
