# Two stages: the first builds the wheels, the second holds only what runs.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY feeds feeds
COPY notifier notifier
COPY config config
RUN python -m venv /opt/civicwire \
 && /opt/civicwire/bin/pip install --no-cache-dir --constraint constraints.txt '.[postgres]'

FROM python:3.13-slim
# Backups and restores on PostgreSQL need the client programs of the server's own major version, which is the compose
# file's: they come from the PostgreSQL project's archive, as Debian has another.
ARG POSTGRES=17
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-common ca-certificates \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install --yes --no-install-recommends "postgresql-client-$POSTGRES" \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --create-home civicwire
COPY --from=build /opt/civicwire /opt/civicwire
ENV PATH=/opt/civicwire/bin:$PATH PYTHONUNBUFFERED=1 CIVICWIRE_DATABASE_URL=sqlite:////data/civicwire.db
USER civicwire
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["sh", "-c", "civicwire migrate && exec civicwire serve --host 0.0.0.0"]
