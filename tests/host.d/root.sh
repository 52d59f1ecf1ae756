# SPDX-License-Identifier: MIT
# Makes a Debian root with the distribution's own kernel, and disks of it. Needs lib/say.sh and $suite;
# called from the top of the tree. All mounts are in private namespaces, and vanish with them.
# shellcheck shell=sh disable=SC2154

place=$PWD/build/host-$suite
root=$place/root
tree=/usr/local/owvm-tree # where the tree is in the root and in the VM
lists='tests/packages/demo tests/packages/host'
# Sparse files: what is not written takes no room.
root_size=8G
tree_size=4G

# What runs at a boot and is of no use to a test, or to one only: each costs seconds under TCG.
masked='getty@tty1.service serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer
	dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
	systemd-networkd-wait-online.service systemd-update-utmp.service systemd-random-seed.service
	systemd-pstore.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount
	systemd-firstboot.service systemd-networkd-persistent-storage.service
	NetworkManager.service NetworkManager-wait-online.service NetworkManager-dispatcher.service
	podman.socket podman-restart.service podman-auto-update.timer'

# No mirror gives one, or there is no room for it.
no_debian() {
	say "$1: see the lines above"
	exit 77
}

# The archive that this machine's apt has Debian from.
mirror() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 2>/dev/null |
		head -n 1
}

# with_tree COMMAND...: with the tree in the root, whose build directory is this suite's own.
with_tree() {
	mkdir -p "$root$tree" "$place/build"
	# shellcheck disable=SC2016
	unshare --mount --pid --fork --kill-child sh -c '
		root=$1 tree=$2 build=$3 && shift 3 && mount --bind . "$root$tree" &&
			mount --bind "$build" "$root$tree/build" && exec "$@"' \
		- "$root" "$tree" "$place/build" "$@" </dev/null
}

# in_root COMMAND...: with the tree, /proc and a /tmp in the root.
in_root() {
	# shellcheck disable=SC2016
	with_tree sh -c 'root=$1 && shift && mount -t proc proc "$root/proc" &&
		mount -t tmpfs tmpfs "$root/tmp" && exec chroot "$root" env -i LC_ALL=C HOME=/root \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"' - "$root" "$@"
}

# A service that a package starts would be started on this machine.
forbid_starts() {
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
}

# An initrd of what this VM needs is read in a fraction of the time.
choose_modules() {
	mkdir -p "$root/etc/initramfs-tools/conf.d" "$root/etc/initramfs-tools/hooks"
	echo 'MODULES=list' >"$root/etc/initramfs-tools/conf.d/owvm"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n[ "$1" != prereqs ] || exit 0\n. /usr/share/initramfs-tools/hook-functions\n%s\n' \
		'manual_add_modules virtio_pci virtio_blk ext4' >"$root/etc/initramfs-tools/hooks/owvm"
	chmod 755 "$root/etc/initramfs-tools/hooks/owvm"
}

make_root() {
	if [ ! -e "$place/bootstrapped" ]; then
		rm -rf "$root"
		say "debootstrap of $suite"
		quietly unshare --mount debootstrap --variant=minbase "$suite" "$root" "$(mirror)" ||
			no_debian "debootstrap of '$suite' failed"
		touch "$place/bootstrapped"
	fi
	forbid_starts
	choose_modules
	echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/test"
	say 'installing packages'
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	# What a run began that was ended, dpkg ends.
	# shellcheck disable=SC2015,SC2046,SC2086
	quietly in_root dpkg --configure -a && quietly in_root apt-get update &&
		quietly in_root apt-get install -y --no-install-recommends \
		$(sed 's/#.*//' $lists) || no_debian "cannot install packages in '$root'"
	quietly in_root apt-get clean
}

# write FILE: its text is standard input.
write() {
	mkdir -p "$(dirname "$root$1")"
	cat >"$root$1"
}

configure_network() {
	echo owvm-host | write /etc/hostname
	printf '127.0.0.1 localhost owvm-host\n' | write /etc/hosts
	printf '[Match]\nDriver=virtio_net\n\n[Network]\nAddress=10.0.2.15/24\n%s\n%s\n' \
		LinkLocalAddressing=no IPv6AcceptRA=no | write /etc/systemd/network/10-test.network
	# By this link the tests log in; NetworkManager may have all others.
	printf '[keyfile]\nunmanaged-devices=driver:virtio_net\n' |
		write /etc/NetworkManager/conf.d/test.conf
}

# One key for all whom the tests log in as.
configure_logins() {
	[ -e "$place/key" ] || quietly ssh-keygen -q -t ed25519 -N '' -f "$place/key"
	for _home in /root /etc/skel; do
		write "$_home/.ssh/authorized_keys" <"$place/key.pub"
	done
	printf 'MaxSessions 100\nMaxStartups 100\n' | write /etc/ssh/sshd_config.d/test.conf
}

configure() {
	configure_network
	configure_logins
	printf '/dev/vda / ext4 defaults 0 0\n/dev/vdb %s ext4 defaults 0 0\n' "$tree" |
		write /etc/fstab
	printf '[Unit]\nAfter=ssh.service systemd-networkd.service\n[Service]\nType=oneshot\n%s\n%s\n' \
		'ExecStart=/bin/sh -c "echo owvm-host: ready >/dev/ttyS0"' \
		'[Install]
WantedBy=multi-user.target' | write /etc/systemd/system/test-ready.service
	quietly in_root systemd-machine-id-setup
	# shellcheck disable=SC2086
	quietly in_root systemctl mask $masked
	quietly in_root systemctl set-default multi-user.target
	quietly in_root systemctl enable systemd-networkd.service ssh.service test-ready.service \
		nftables.service || die "cannot enable the units of '$root': see the lines above"
	rm -f "$root/usr/sbin/policy-rc.d"
	quietly in_root update-initramfs -u
	# Not the first boot with this /usr: what would be made anew is there.
	touch "$root/etc/.updated" "$root/var/.updated"
}

# make_disk FILE SIZE DIRECTORY [with_tree]: what is there stays until the new one is whole.
make_disk() {
	rm -f "$1.new"
	# shellcheck disable=SC2086
	quietly ${4-} mke2fs -q -F -t ext4 -O ^has_journal -d "$3" "$1.new" "$2" && mv "$1.new" "$1"
}

root_stamp() {
	# shellcheck disable=SC2086
	cat tests/host.d/root.sh $lists | sha256sum
}

# Made anew where the lists or this file have changed; `rm -r build/host-SUITE` makes all anew.
root_disk() {
	[ ! -e "$place/root.ext4" ] || [ "$(cat "$place/stamp" 2>/dev/null)" != "$(root_stamp)" ] ||
		return 0
	make_root
	configure
	cp "$(find "$root/boot" -name 'vmlinuz-*' | sort -V | tail -n 1)" "$place/vmlinuz"
	cp "$(find "$root/boot" -name 'initrd.img-*' | sort -V | tail -n 1)" "$place/initrd"
	say 'making the root disk'
	make_disk "$place/root.ext4" "$root_size" "$root" || no_debian 'cannot make the root disk'
	root_stamp >"$place/stamp"
}

# build_in_root NAME [MESON OPTION...]: in build/NAME of the tree in the root.
build_in_root() {
	_name=$1
	shift
	say "building for $suite: $_name"
	# shellcheck disable=SC2016
	quietly in_root sh -c 'cd "$1" && name=$2 && shift 2 &&
		{ [ -e "build/$name/build.ninja" ] || meson setup "build/$name" "$@"; } &&
		ninja -C "build/$name"' - "$tree" "$_name" "$@" || die "cannot build for $suite: see above"
}

# package_in_root: the Debian package of the tree, made as README says, in build/package.
package_in_root() {
	say "making the package for $suite"
	# shellcheck disable=SC2016
	quietly in_root sh -c 'cd "$1" && apt-get build-dep -y ./ && rm -rf build/package &&
		mkdir build/package && debian/make-deb build/package' - "$tree" ||
		die "cannot make the package for $suite: see above"
}

# The tree, what was built of it for this suite, and the demo guest.
tree_disk() {
	tests/guest/build build/guest || die 'the demo guest cannot be built: see above'
	mkdir -p "$place/build/guest"
	cp -u build/guest/vmlinux build/guest/vmlinuz build/guest/initrd.gz "$place/build/guest/"
	make_disk "$place/tree.ext4" "$tree_size" "$root$tree" with_tree ||
		die "cannot make the tree's disk"
}
