#!/usr/bin/env bash
# Builds a User-Mode Linux kernel with simulated Wi-Fi radios (mac80211_hwsim) from Debian's own
# linux-source package, once, into the cache.  Prints the path of the kernel as its last line.
#
# Takes 4 to 8 minutes the first time, seconds afterwards.  A kernel already in the cache that was
# built from this configuration is taken as it is, whatever the mirror offers today: set
# PROSO_UML_REBUILD=1 to build from the newest source.
#
# Needs (apt): gcc make flex bison bc libc6-dev kmod rsync xz-utils
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${PROSO_UML_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/proso/uml}
mkdir -p "$cache"
config=$(sha256sum < "$here/uml.config" | cut -c1-12)
say() { echo "[$SECONDS s] $*" >&2; }

cached=$(find "$cache" -maxdepth 1 -name "linux-*-$config" -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2-)
if [ -n "$cached" ] && [ -z "${PROSO_UML_REBUILD:-}" ]; then
  echo "$cached"
  exit 0
fi
exec 9> "$cache/.lock"
flock 9

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/apt/{lists/partial,cache}
# The Debian mirror this machine already uses: the first entry of its own lists.
lists=(/etc/apt/sources.list.d/debian*.sources /etc/apt/sources.list.d/*.sources /etc/apt/sources.list)
mirror=$({ cat "${lists[@]}" 2> /dev/null || true; } |
  awk '/^URIs:/ {print $2; exit} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) {print $i; exit}}')
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
for suite in trixie trixie-backports; do
  echo "deb [signed-by=$keyring] $mirror $suite main"
done > "$work/apt/sources.list"
apt=(-o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache"
  -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false
  -o Acquire::IndexTargets::deb::Contents-deb-legacy::DefaultEnabled=false
  -o APT::Sandbox::User=root)
apt-get "${apt[@]}" -qq update
# From 6.16 on User-Mode Linux has its fast seccomp mode; older sources work and are slower.
package=$(apt-cache "${apt[@]}" search --names-only '^linux-source-[0-9.]+$' | awk '{print $1}' | sort -V | tail -1)
say "source package $package"
(cd "$work" && apt-get "${apt[@]}" -qq download "$package" && dpkg -x "$package"*.deb deb)
tar -C "$work" -xf "$work/deb/usr/src/$package.tar.xz"
say "unpacked"
cd "$work/$package"
make -s ARCH=um allnoconfig > /dev/null
scripts/kconfig/merge_config.sh -m .config "$here/uml.config" > /dev/null
make -s ARCH=um olddefconfig
for option in HOSTFS MAC80211_HWSIM OVERLAY_FS NET_NS UML_TIME_TRAVEL_SUPPORT; do
  grep -q "^CONFIG_$option=y" .config || { say "the kernel's configuration lost CONFIG_$option"; exit 1; }
done
nice -n 5 make -s ARCH=um -j"$(nproc)" linux > "$work/build.log" 2>&1 || { tail -30 "$work/build.log" >&2; exit 1; }
strip -s linux -o "$cache/.building"
mv "$cache/.building" "$cache/linux-${package#linux-source-}-$config"
say "built $(stat -c %s "$cache/linux-${package#linux-source-}-$config") bytes"
echo "$cache/linux-${package#linux-source-}-$config"
