"""The bytes: what goes in comes out, nothing else does, and no nonce is used twice."""

from __future__ import annotations

import base64
import hmac
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, strategies as st

from django_schemapatterns.encryption.envelope import Subkeys, join, take_apart
from django_schemapatterns.exceptions import DecryptionError

KEYS = Subkeys("2026", bytes(range(32)), "people.tax_number")
WHERE = b"here"
ENVELOPE = KEYS.seal(KEYS.header(b"i" * 16, b"f" * 16), b"secret", WHERE)
REGIONS = {
    "magic": 0,
    "version": 2,
    "length of the index": 3,
    "length of the key id": 4,
    "length of the fingerprint": 5,
    "index": 6,
    "key id": 22,
    "fingerprint": 26,
    "nonce": 42,
    "ciphertext": 54,
    "tag": 60,
}


def seal(plaintext: bytes, *, keys: Subkeys = KEYS) -> bytes:
    return keys.seal(keys.header(b"", b""), plaintext, WHERE)


def open_(envelope: bytes, *, keys: Subkeys = KEYS, where: bytes = WHERE) -> bytes:
    return keys.unseal(take_apart(envelope), where)


@given(st.binary(), st.binary(), st.binary(max_size=32), st.sampled_from([b"", b"f" * 16]))
def test_what_goes_in_comes_out(plaintext: bytes, where: bytes, index: bytes, fingerprint: bytes) -> None:
    header = KEYS.header(index, fingerprint)
    envelope = KEYS.seal(header, plaintext, where)
    parts = take_apart(envelope)

    assert KEYS.unseal(parts, where) == plaintext
    assert (parts.header, parts.key_id) == (header, "2026")
    assert header[6:] == index + b"2026" + fingerprint
    assert len(envelope) == 6 + len(index) + 4 + len(fingerprint) + 12 + len(plaintext) + 16


def test_the_regions_are_where_the_reference_says() -> None:
    assert ENVELOPE[:6] == b"SP\x01\x10\x04\x10"
    assert ENVELOPE[6:42] == b"i" * 16 + b"2026" + b"f" * 16
    assert len(ENVELOPE) == 76


def test_another_program_can_read_it_by_the_reference() -> None:
    info = b"django-schemapatterns encryption v1 " + b"".join(
        len(part).to_bytes(4, "big") + part for part in (b"encrypt", b"people.tax_number")
    )
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(bytes(range(32)))

    assert AESGCM(key).decrypt(ENVELOPE[42:54], ENVELOPE[54:], ENVELOPE[:42] + WHERE) == b"secret"


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("bit", [0, 7])
def test_no_flipped_bit_is_overlooked(region: str, bit: int) -> None:
    tampered = bytearray(ENVELOPE)
    tampered[REGIONS[region]] ^= 1 << bit

    with pytest.raises(DecryptionError):
        open_(bytes(tampered))


@given(st.integers(0, len(ENVELOPE) - 1), st.integers(1, 255))
def test_no_changed_byte_is_overlooked(position: int, difference: int) -> None:
    tampered = bytearray(ENVELOPE)
    tampered[position] ^= difference

    with pytest.raises(DecryptionError):
        open_(bytes(tampered))


@given(st.one_of(st.binary(), st.integers(0, len(ENVELOPE) - 1).map(lambda length: ENVELOPE[:length])))
def test_rubbish_and_what_is_cut_off_is_refused(envelope: bytes) -> None:
    with pytest.raises(DecryptionError):
        open_(envelope)


@pytest.mark.parametrize(
    "other",
    [
        {"where": b"there"},
        {"keys": Subkeys("2026", bytes(range(32)), "people.name")},
        {"keys": Subkeys("2026", bytes(range(1, 33)), "people.tax_number")},
    ],
)
def test_another_place_column_or_key_is_refused(other: dict[str, Any]) -> None:
    with pytest.raises(
        DecryptionError, match="changed, copied from another place, or the key is not the one"
    ):
        open_(ENVELOPE, **other)


def test_indexes_and_fingerprints_are_those_of_the_reference() -> None:
    assert KEYS.index_of(b"x", 20) == hmac.digest(KEYS._derive(b"index"), b"x", "sha256")[:20]
    expected = hmac.digest(KEYS._derive(b"fingerprint"), b"rowx", "sha256")[:16]
    assert KEYS.fingerprint_of(b"row", b"x") == expected


def test_each_purpose_and_each_column_has_a_key_of_its_own() -> None:
    other = Subkeys("2026", bytes(range(32)), "people.name")
    derived = {
        keys._derive(purpose) for keys in (KEYS, other) for purpose in (b"encrypt", b"index", b"fingerprint")
    }

    assert len(derived) == 6
    assert KEYS.index_of(b"x", 16) != KEYS.fingerprint_of(b"", b"x") != other.fingerprint_of(b"", b"x")


@given(st.lists(st.binary(max_size=3), max_size=3), st.lists(st.binary(max_size=3), max_size=3))
def test_different_places_never_read_the_same(one: list[bytes], other: list[bytes]) -> None:
    assert (join(one) == join(other)) == (one == other)


def test_no_nonce_is_used_twice_by_many_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        envelopes = list(pool.map(lambda _: seal(b"same"), range(20_000), chunksize=500))

    assert len({take_apart(each).nonce for each in envelopes}) == len(set(envelopes)) == 20_000


FORKED = """
import os
from django_schemapatterns.encryption.envelope import Subkeys
keys = Subkeys("2026", bytes(range(32)), "people.tax_number")
seal = lambda: keys.seal(keys.header(keys.index_of(b"x", 16), b""), b"same", b"here").hex()
seal()  # keys, ciphers and HMACs are there already
child = os.fork()
lines = "".join(seal() + "\\n" for _ in range(500))
if child:
    os.waitpid(child, 0)
os.write(1, lines.encode())
"""


def test_processes_that_are_forked_share_keys_and_no_nonce() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], check=True, capture_output=True, text=True)
    envelopes = [bytes.fromhex(line) for line in done.stdout.splitlines()]

    assert len({take_apart(each).nonce for each in envelopes}) == 1000
    assert {open_(each) for each in envelopes} == {b"same"}
    assert {each[6:22] for each in envelopes} == {KEYS.index_of(b"x", 16)}


def test_threads_share_keys_that_nobody_has_used() -> None:
    for number in range(20):
        fresh = Subkeys("2026", bytes(range(number, number + 32)), "people.tax_number")
        with ThreadPoolExecutor(8) as pool:
            sealed = list(pool.map(lambda n: seal(b"%d" % n, keys=fresh), range(64)))  # noqa: B023
            indexes = list(pool.map(lambda n: fresh.index_of(b"%d" % (n % 8), 16), range(64)))  # noqa: B023
        again = Subkeys("2026", bytes(range(number, number + 32)), "people.tax_number")
        assert [open_(each, keys=again) for each in sealed] == [b"%d" % n for n in range(64)]
        assert indexes == [again.index_of(b"%d" % (n % 8), 16) for n in range(64)]


def test_base64_of_an_envelope_names_it() -> None:
    assert base64.b64encode(ENVELOPE).startswith(b"U1AB")
