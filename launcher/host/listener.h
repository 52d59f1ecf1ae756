/* SPDX-License-Identifier: MIT
 * Who has a port of this host, as far as /proc tells an ordinary user. */
#ifndef OWVM_LAUNCHER_HOST_LISTENER_H
#define OWVM_LAUNCHER_HOST_LISTENER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/vm/vm.h"

#define LISTENER_COMMAND_SIZE 16 /* with the NUL; TASK_COMM_LEN of Linux */

/* What is asked for: a port of an address; 0.0.0.0 is every address. */
struct listener_port {
	struct in_addr address;
	uint16_t port;
	bool udp;
};

/* One socket of /proc/net/{tcp,tcp6,udp,udp6}. */
struct listener_socket {
	uid_t uid;
	uint32_t inode;
	bool listening; /* not merely connected from that port; always so with UDP */
};

struct listener {
	uid_t uid;
	pid_t pid;			     /* of a process of this user; 0: not known */
	char command[LISTENER_COMMAND_SIZE]; /* with pid: its name, printable */
	char vm[VM_NAME_SIZE];		     /* with pid: the VM whose QEMU it is, or empty */
};

/* Read one line of such a table. Does it tell of a socket that keeps others from the port? Writes
 * ret_socket only if so. A pure function. */
bool listener_parse(
	const char *line, const struct listener_port *port, struct listener_socket *ret_socket);

/* Find who has the port; `proc` is where /proc is. Returns 0, or -ENOENT. */
int listener_find(
	const char *proc, const struct listener_port *port, struct listener *ret_listener);

#endif
