"""What is left to chance, decided by seeds, so that a run can be repeated."""

import hashlib

from .settings import AS_AWS


def fraction(*positions):
    """A number from 0 to below 1 that depends on nothing but the seed of what AWS does by chance, and the positions."""
    return fraction_of(AS_AWS.get("seed", ""), *positions)


def fraction_of(seed, *positions):
    """As `fraction`, by a seed of its own."""
    digest = hashlib.sha256("\n".join(map(str, (seed, *positions))).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
