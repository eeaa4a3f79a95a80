#!/bin/sh
# First process of the guest.  The host's own root becomes the lower layer of a throw-away overlay;
# only out= is shared for writing, and project= is mounted where it lies on the host.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root
mount -t proc proc /proc
for word in $(cat /proc/cmdline); do
  case "$word" in out=*) out=${word#out=} ;; project=*) project=${word#project=} ;; esac
done
mount -t tmpfs -o mode=755 tmpfs /mnt && mkdir -p /mnt/up /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work /mnt/root || exit 1
root=/mnt/root
mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
mount -t devtmpfs dev $root/dev
mkdir -p $root/dev/pts $root/dev/shm $root/out
mount -t devpts -o ptmxmode=666,mode=620 devpts $root/dev/pts
mount -t tmpfs tmpfs $root/dev/shm
mount -t tmpfs -o mode=755 tmpfs $root/run
mount -t tmpfs -o mode=1777 tmpfs $root/tmp
share() { mount -t hostfs -o "hostfs=$1" none "$2" 2> /dev/null || mount -t hostfs -o "$1" none "$2"; }
share "$out" $root/out || exit 1
mkdir -p "$root$project"
share "$project" "$root$project" || exit 1
export OUT=/out PYTHONDONTWRITEBYTECODE=1 PROJECT="$project"
exec chroot $root /bin/sh -c '
  hostname guest
  ip link set lo up
  # NetworkManager takes clock 0 for "never": the guest lets it pass (free in time travel).
  case "$(cat /proc/cmdline)" in *time-travel*) sleep 60 ;; *) sleep 2 ;; esac
  cd "$PROJECT"
  bash /out/command > /out/log 2>&1
  echo $? > /out/status
  sync
  echo o > /proc/sysrq-trigger
  sleep 9'
