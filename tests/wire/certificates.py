"""Keys and certificates that nobody else trusts."""

import subprocess
from pathlib import Path


def self_signed(folder: Path, name: str) -> Path:
    """A file in the folder with a key and its certificate; `name` as a subjectAltName, like DNS:site.test."""
    both = folder / "both.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", f"/CN={name.partition(':')[2]}", "-addext", f"subjectAltName={name}"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "only.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "only.pem").read_bytes())
    return both
