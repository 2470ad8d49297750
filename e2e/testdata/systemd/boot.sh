#!/bin/sh
# boot.sh UNITS: becomes systemd, as process 1 of namespaces of its own, with the units in the
# directory UNITS and the few of the system's that it needs itself. It can reach nothing of
# the machine: /run (but for /run/lab), /etc, /dev and what grows below /var are its own, the
# kernel's settings cannot be changed, and its groups of processes are below the one that it
# was started in.
set -eu
units=$1 lab=/run/lab

mount --make-rprivate /
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup

mkdir -p $lab/machine
mount -t tmpfs -o mode=755 tmpfs $lab/machine
cd $lab/machine
mkdir run etc dev dev/pts dev/shm units empty bin

for node in null zero full random urandom tty; do
	touch dev/$node
	mount --bind /dev/$node dev/$node
done
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount --rbind dev /dev

for unit in sysinit basic shutdown timers sockets paths slices network-online nss-lookup; do
	cp /lib/systemd/system/$unit.target units
done
cp /lib/systemd/system/systemd-journald.service /lib/systemd/system/systemd-journald.socket \
	/lib/systemd/system/systemd-journald-dev-log.socket units
cp -R "$units/." units
printf '[Unit]\nRequires=basic.target systemd-journald.service\nAfter=basic.target\n' >units/booted.target
mount --bind units /lib/systemd/system
mount --bind empty /lib/systemd/system-generators

cp -a /etc/. etc
rm -rf etc/systemd etc/fstab
mkdir -p etc/systemd/system
echo 0123456789abcdef0123456789abcdef >etc/machine-id
mount --bind etc /etc
mount --bind bin /usr/local/bin
for dir in /var/log /var/lib /var/cache; do
	mount -t tmpfs -o mode=755 tmpfs $dir
done

mount -t tmpfs -o mode=755 tmpfs run
mkdir run/lab run/mount
mount --bind $lab run/lab
cd /
mount --move $lab/machine/run /run
# As on a machine: a helper mounts a service's credentials, for all to see.
mount --make-rshared /
export container=test
exec /lib/systemd/systemd --system --unit=booted.target --log-target=journal --show-status=no
