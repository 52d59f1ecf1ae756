# SPDX-License-Identifier: MIT
# As the first process of new namespaces: become the systemd of the root $1, with a /dev of its own.
# shellcheck shell=sh
set -e
root=$1

node() {
	mknod -m 666 "$root/dev/$1" c "$2" "$3"
}

mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
# Most of it is of the one kernel: systemd would set it.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
# Where /sys cannot be written there are no devices, and so no udevd.
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
node null 1 3
node zero 1 5
node full 1 7
node random 1 8
node urandom 1 9
node tty 5 0
mkdir "$root/dev/net" "$root/dev/pts" "$root/dev/shm"
node net/tun 10 200
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
exec chroot "$root" env -i container=test PATH=/usr/sbin:/usr/bin \
	/lib/systemd/systemd --log-target=null --show-status=0
