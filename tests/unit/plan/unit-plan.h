/* SPDX-License-Identifier: MIT
 * Command lines of QEMU that tests of plans expect. */
#ifndef OWVM_TESTS_UNIT_PLAN_UNIT_PLAN_H
#define OWVM_TESTS_UNIT_PLAN_UNIT_PLAN_H

#include "launcher/plan/plan.h"

/* The lines that every plan ends with; an option before them ends with a backslash. */
#define PORTS \
	"\t-device pcie-root-port,id=hotplug0,chassis=1,slot=1 \\\n" \
	"\t-device pcie-root-port,id=hotplug1,chassis=2,slot=2 \\\n" \
	"\t-device pcie-root-port,id=hotplug2,chassis=3,slot=3 \\\n" \
	"\t-device pcie-root-port,id=hotplug3,chassis=4,slot=4 \\\n"

#define SOCKETS PORTS NO_PORTS_SOCKETS
#define NO_PORTS_SOCKETS \
	UNCONFINED \
	"\t-pidfile /run/user/1000/owvm/r/pid \\\n" \
	"\t-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny\n"

#define UNCONFINED \
	"\t-display none \\\n" \
	"\t-vga none \\\n" \
	"\t-chardev socket,id=console,server=on,wait=off,path=/run/user/1000/owvm/r/console.sock," \
	"logfile=/run/user/1000/owvm/r/console.log,logappend=on \\\n" \
	"\t-serial chardev:console \\\n" \
	"\t-chardev socket,id=monitor,server=on,wait=off,path=/run/user/1000/owvm/r/monitor.sock " \
	"\\\n" \
	"\t-mon chardev=monitor,mode=readline \\\n" \
	"\t-chardev socket,id=qmp,server=on,wait=off,path=/run/user/1000/owvm/r/qmp.sock \\\n" \
	"\t-mon chardev=qmp,mode=control \\\n"

#define START \
	"/usr/bin/qemu-system-x86_64 \\\n" \
	"\t-name r,process=owvm-r \\\n" \
	"\t-no-user-config \\\n" \
	"\t-nodefaults \\\n"

#define MACHINE_OF(name) \
	START \
	"\t-machine " name \
	" \\\n" \
	"\t-accel tcg \\\n" \
	"\t-cpu max \\\n" \
	"\t-smp 1 \\\n" \
	"\t-m 256M \\\n"

/* Of one that boots from a disk, and of one that QEMU loads a kernel into. */
#define MACHINE MACHINE_OF("q35,graphics=off")
#define KERNEL_MACHINE MACHINE_OF("q35")

#define DISK \
	"\t-drive if=none,id=disk0,format=raw,file=/a.img \\\n" \
	"\t-device virtio-blk-pci,drive=disk0 \\\n"

#define LAN_TAP "\t-netdev tap,id=nic0,fds=4 \\\n"
#define LAN_NIC \
	"\t-device virtio-net-pci,netdev=nic0,mac=02:00:00:03:e8:01,romfile=,addr=0x8.0 \\\n"
#define WAN_NIC \
	"\t-device virtio-net-pci,netdev=nic1,mac=02:00:00:03:e8:02,romfile=,addr=0x9.0 \\\n"
#define WAN_USER "\t-netdev user,id=nic1 \\\n"

/* A host that these are of. */
extern const struct plan_facts unit_plan_facts;

/* Print the plan of `owrun run --name r WORDS`. Free it. */
char *unit_plan_of(const char *const *words, const struct plan_facts *known);

/* Is that plan the expected one? */
void unit_plan_check(
	const char *const *words, const struct plan_facts *known, const char *expected);

#endif
