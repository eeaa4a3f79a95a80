#!/bin/sh
# Installs the real programs that the integration tests drive, on a Debian as root: the modem daemons
# of Linux phones, Kamailio and SIPp from the distribution, and Asterisk, which Debian 12 and 13 do not have, unpacked from
# testing below .cache/asterisk; it runs from there, without a chroot.
set -eu
cd "$(dirname "$0")/.."
packages="kamailio kamailio-sqlite-modules kamailio-python3-modules mmdebstrap sip-tester
    dbus-daemon modemmanager ofono polkitd procps systemd"
# shellcheck disable=SC2086  one word a package
if ! dpkg-query -W -f '' $packages 2>/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $packages >/dev/null
fi
root=.cache/asterisk
if [ ! -x "$root/usr/sbin/asterisk" ]; then
    rm -rf "$root" "$root.new"
    mkdir -p .cache
    # A mirror of testing may lag behind its Release file's date; signatures are checked all the same.
    mmdebstrap --quiet --variant=extract --include=asterisk,asterisk-modules \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --aptopt='APT::Install-Recommends "false"' forky "$root.new"
    mv "$root.new" "$root"
fi

# The real Wi-Fi stack, and what builds the kernel whose radios it is tested on (tests/uml).  The
# daemons start in the guest only: policy-rc.d keeps the host's init from starting them here.
if ! command -v NetworkManager >/dev/null || ! command -v hostapd >/dev/null ||
    ! command -v flex >/dev/null; then
    apt-get update -qq
    policy=/usr/sbin/policy-rc.d
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && ours=1; }
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        network-manager wpasupplicant hostapd dnsmasq-base iw iproute2 polkitd udev wireless-regdb \
        dbus openssl gcc make flex bison bc libc6-dev kmod rsync xz-utils libelf-dev >/dev/null
    [ -z "${ours:-}" ] || rm -f "$policy"
fi
nice -n 5 tests/uml/build-kernel.sh
