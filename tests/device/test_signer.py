"""Whose signature an installed pack carries."""

import json
import shutil
from datetime import timedelta

import pytest
from tests.simulators.phone import URL, Phone
from tests.simulators.signed_hub import NOW, SignedHub

from proso.cli.main import run
from proso.device.signer import signer_of
from proso.device.trusted import fingerprint_of


@pytest.fixture
def hub(tmp_path):
    made = SignedHub(tmp_path)
    made.publish(now=NOW - timedelta(days=1))
    yield made
    made.close()


@pytest.fixture
def phone(tmp_path, hub):
    made = Phone(tmp_path, hub)
    made.update()
    return made


def test_an_installed_pack_names_the_hub_and_the_root_it_was_verified_with(phone, hub):
    signer = signer_of(phone.store.path("US"), "US")
    assert (signer.hub, signer.fingerprint) == (URL, fingerprint_of(hub.root))
    assert signer.verified_until > NOW


def test_of_a_copy_elsewhere_nothing_is_known(phone, tmp_path):
    shutil.copy(phone.store.path("US"), tmp_path / "US.pack")
    assert signer_of(tmp_path / "US.pack", "US") is None
    assert signer_of(phone.store.path("US"), "DE") is None


def test_show_tells_the_signer_of_the_installed_pack_of_a_region(phone, capsys, monkeypatch):
    monkeypatch.setattr("proso.cli.places.pack_folder", lambda: phone.store.directory)
    assert run(["pack", "show", "US", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["signer"] == URL
    assert shown["verified_until"] > NOW.isoformat()
    assert run(["pack", "show", "US"]) == 0
    assert URL in capsys.readouterr().out
