"""`civicwire dkim keygen`: a new key, and what to publish and set for it."""

import os
from pathlib import Path

from config.commands.console import print_json
from config.parts import Parts
from config.settings import load_settings
from feeds.errors import CivicwireError
from notifier.dkim import Key, KeyUnusable


def run(*, selector: str, algorithm: str, folder: Path, as_json: bool) -> None:
    """Write a private key to SELECTOR.pem, for this user alone, and print the record of its public half."""
    parts = Parts(load_settings())
    domain = parts.newsroom.city.sender_address.rpartition("@")[2]
    made = Key.made(selector, algorithm=algorithm)
    path = folder / f"{selector}.pem"
    try:
        Key.read(selector, made.pem)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(made.pem)
    except KeyUnusable as error:
        raise CivicwireError(f"{selector!r}: {error}") from error
    except FileExistsError as error:
        raise CivicwireError(f"{path} exists already: take another selector") from error
    except OSError as error:
        raise CivicwireError(f"cannot write {path}: {error.strerror}") from error
    name = f"{selector}._domainkey.{domain}"
    if as_json:
        print_json({"selector": selector, "file": str(path), "name": name, "record": made.record})
        return
    print(f"The key is in {path}. Publish this TXT record:\n\n{name}\n{made.record}\n")
    print(f"When it can be seen everywhere, sign with it: CIVICWIRE_DKIM_KEYS={selector}={path.absolute()}")
