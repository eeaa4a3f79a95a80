"""Keys as files, and the ceremony that says which of them count."""

import os
import stat
import subprocess
from datetime import timedelta

import pytest
from tests.simulators.signed_hub import NOW, SignedHub

from proso.errors import BadFile, BadKey, Refused, ThresholdNotMet
from proso.hub import ceremony
from proso.hub.keys import holder_of, load_signer, make_key, read_public
from proso.hub.repository import read_change, write_change


@pytest.fixture
def hub(tmp_path):
    made = SignedHub(tmp_path)
    yield made
    made.close()


def test_a_private_key_is_its_owners_alone_and_never_overwritten(tmp_path):
    path = tmp_path / "ana.key"
    made = make_key(path, holder="ana")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_public(tmp_path / "ana.pub") == made
    assert load_signer(path).public_key == made
    assert holder_of(made) == "ana"
    with pytest.raises(BadKey, match="already"):
        make_key(path, holder="ana")


def test_a_mask_that_is_too_wide_does_not_open_the_key(tmp_path):
    before = os.umask(0)
    try:
        make_key(tmp_path / "keys" / "ana.key", holder="ana")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys" / "ana.key").stat().st_mode) == 0o600


def test_a_passphrase_is_needed_and_the_right_one(tmp_path):
    path = tmp_path / "ana.key"
    made = make_key(path, holder="ana", passphrase=b"correct horse")
    assert b"bcrypt" not in path.read_bytes()
    assert load_signer(path, lambda: b"correct horse").public_key == made
    for wrong in (b"battery staple", b"", None):
        with pytest.raises(BadKey, match="another passphrase") as caught:
            load_signer(path, lambda wrong=wrong: wrong)
        assert "staple" not in str(caught.value)


def test_ssh_keygen_makes_keys_that_work_and_changes_passphrases(tmp_path):
    path = tmp_path / "ana.key"
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ana", "-f", str(path)]
    try:
        subprocess.run(make, check=True)
    except FileNotFoundError:
        if os.environ.get("CI"):
            pytest.fail("CI must have ssh-keygen")
        pytest.skip("no ssh-keygen here")
    (tmp_path / "ana.key.pub").rename(tmp_path / "ana.pub")
    assert load_signer(path).public_key == read_public(tmp_path / "ana.pub")
    change = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", str(path)]
    subprocess.run(change, check=True)
    assert load_signer(path, lambda: b"secret").public_key.keytype == "ed25519"


@pytest.mark.parametrize("content", [b"", b"nonsense", b"ssh-rsa AAAA x", b"\xff" * 50])
def test_what_is_no_key_is_refused(tmp_path, content):
    (tmp_path / "x.pub").write_bytes(content)
    (tmp_path / "x.key").write_bytes(content)
    with pytest.raises(BadKey):
        read_public(tmp_path / "x.pub")
    with pytest.raises(BadKey):
        load_signer(tmp_path / "x.key")


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 41, "a\nb"])
def test_a_holder_has_a_plain_name(tmp_path, name):
    with pytest.raises(BadKey):
        make_key(tmp_path / "x.key", holder=name)


def test_a_change_is_told_in_words(hub):
    current = hub.repository.in_force
    dan = make_key(hub.drawer / "dan.key", holder="dan")
    change = ceremony.replace_holder(current, "cem", dan, 3, now=NOW)
    text = "\n".join(ceremony.in_words(change, current))
    assert "holders: 3 of 3 (was 2 of 3)" in text
    assert "dan" in text
    assert "no longer counts" in text


def test_two_signed_copies_come_together(hub, tmp_path):
    current = hub.repository.in_force
    hub.repository.propose(ceremony.renew(current, now=NOW))
    for name in ("ana", "ben"):
        folder = tmp_path / f"at-{name}"
        folder.mkdir()
        for path in (hub.directory / "ceremony").glob("*.json"):
            (folder / path.name).write_bytes(path.read_bytes())
        copy = read_change([folder])
        ceremony.sign(copy, load_signer(hub.drawer / f"{name}.key"), current)
        write_change([folder], copy)
    change = hub.repository.proposed
    with pytest.raises(ThresholdNotMet, match="nobody"):
        hub.repository.apply(change, now=NOW)
    for name in ("ana", "ben"):
        assert ceremony.merge(change, read_change([tmp_path / f"at-{name}"])) == 2
    hub.repository.apply(change, now=NOW)
    assert hub.repository.in_force.root.signed.version == 2
    with pytest.raises(BadFile, match="waits for signatures"):
        _ = hub.repository.proposed


def test_a_copy_of_another_change_is_not_taken_over(hub):
    current = hub.repository.in_force
    one = ceremony.renew(current, now=NOW)
    other = ceremony.renew(current, now=NOW + timedelta(days=1))
    with pytest.raises(BadKey, match="another change"):
        ceremony.merge(one, other)


def test_a_change_made_before_another_came_into_force_is_refused(hub):
    stale = ceremony.renew(hub.repository.in_force, now=NOW)
    hub.put_in_force(ceremony.renew(hub.repository.in_force, now=NOW))
    with pytest.raises(Refused, match="the next one"):
        hub.repository.apply(stale, now=NOW)


def test_who_holds_nothing_cannot_sign(hub, tmp_path):
    current = hub.repository.in_force
    make_key(tmp_path / "eve.key", holder="eve")
    with pytest.raises(BadKey, match="eve"):
        ceremony.sign(ceremony.renew(current, now=NOW), load_signer(tmp_path / "eve.key"), current)


@pytest.mark.parametrize("threshold", [0, 4])
def test_a_threshold_nobody_can_meet_is_refused(hub, threshold):
    with pytest.raises(BadKey):
        ceremony.replace_holder(hub.repository.in_force, None, None, threshold, now=NOW)
