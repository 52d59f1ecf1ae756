/* SPDX-License-Identifier: MIT
 * Where a serial port of the guest, or a monitor, leads: the targets of --serial and --monitor.
 *
 * The spellings are QEMU's, with three differences that are on the safe side: a port without an
 * address is on 127.0.0.1 only, QEMU listens unless `client` is said, and it never waits for a
 * client before it starts the guest. */
#ifndef OWVM_LAUNCHER_VM_SERIAL_H
#define OWVM_LAUNCHER_VM_SERIAL_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/vm/forward.h"

#define SERIAL_PATH_MAX 107	     /* bytes of a Unix socket's path, without the NUL */
#define SERIAL_PORTS_MAX 4	     /* as many as QEMU's PC has */
#define SERIAL_ID "serial%zu"	     /* of the chardev of a port, from 0 */
#define SERIAL_MONITOR_ID "monitor1" /* of the chardev of --monitor */
#define SERIAL_LISTENS \
	",server=on,wait=off" /* of a chardev: else QEMU waits for its first client */

enum serial_kind {
	SERIAL_CONSOLE,	  /* owrun's: a socket and a log */
	SERIAL_STDIO,	  /* the same, in this terminal */
	SERIAL_MON_STDIO, /* as QEMU calls it when the monitor is there too, which it is anyway */
	SERIAL_FILE,
	SERIAL_UNIX,
	SERIAL_TCP,
	SERIAL_TELNET,
	SERIAL_PTY,
	SERIAL_NULL, /* a port that leads nowhere */
	SERIAL_NONE, /* no port */
};

struct serial {
	enum serial_kind kind;
	char *path;		       /* of a file or a Unix socket; owned */
	char address[INET_ADDRSTRLEN]; /* of tcp and telnet */
	uint16_t port;		       /* likewise; 0: serial_probe() picks a free one */
	bool client;		       /* QEMU connects, instead of being connected to */
	bool append;		       /* to the file, instead of emptying it */
	int fifo; /* held open by serial_probe(), as its reader would else see the end before QEMU
		   * is there; 0: the path is none */
};

/* Of a port that is a console: the id of its chardev, which plan/plan.h makes, and the names of its
 * runtime files. */
struct serial_console {
	const char *id;
	const char *socket;
	const char *log;
	const char *lock; /* held by the one owrun that types */
};

/* What is in the terminal of a VM in the foreground. */
enum serial_terminal { SERIAL_TERMINAL_CONSOLE, SERIAL_TERMINAL_MONITOR, SERIAL_TERMINAL_NOTHING };

void serial_init_console(struct serial *ret_serial);
void serial_free(struct serial *serial);

/* Does the port lead to owrun, by a socket and a log? */
bool serial_is_console(const struct serial *serial);

/* The first console of a VM (0), or a further one, which is serials[i]; i is below
 * SERIAL_PORTS_MAX. */
const struct serial_console *serial_console(size_t i);

/* The same of serials[i], which is a console. */
const struct serial_console *serial_console_of(const struct serial *serials, size_t i);

/* Read console, stdio, mon:stdio, file:PATH[,append], unix:PATH[,client], tcp:[ADDR:]PORT[,client],
 * telnet:[ADDR:]PORT[,client], pty, null or none. ADDR is an IPv4 address or "localhost"; a comma
 * in PATH is doubled; QEMU's server, server=on|off, nowait and wait=off are understood. Returns 0,
 * or -EINVAL with a sentence; free with serial_free(). */
int serial_parse(const char *text, struct serial *ret_serial, char **reterr_text);

/* The form that serial_parse() reads, with the address always there; the caller frees it. */
char *serial_format(const struct serial *serial);

/* The value of QEMU's -chardev with that id; NULL for the console and a Unix socket, which
 * plan/plan.h may make as fds, and for `none`, which needs none. The caller frees it. */
char *serial_chardev(const struct serial *serial, const char *id);

/* The value of QEMU's -serial for a port whose chardev has that id; the caller frees it. */
char *serial_device(const struct serial *serial, const char *id);

/* Refuse what does not go together in serials[0..n) and the monitor (NULL: none asked for): two
 * that want the terminal or the same path or port, a terminal that is not the first console, a
 * path too long. A pure function: 0, or -EINVAL
 * or -ENAMETOOLONG with a sentence. */
int serial_check(
	const struct serial *serials, size_t n, const struct serial *monitor, char **reterr_text);

/* Whoever asked for the terminal has it, and the console has it where nobody did. */
enum serial_terminal serial_terminal(
	const struct serial *serials, size_t n, const struct serial *monitor);

/* The same as serial_format(), and for a pty with its name, "pty:/dev/pts/3", from chardevs: what
 * QEMU's query-chardev returned. The caller frees it. */
char *serial_describe(const struct serial *serial, const char *id, const json_t *chardevs);

/* Is one of the n ports, or the monitor (NULL: there is none), a pty of this host? */
bool serial_has_pty(const struct serial *serials, size_t n, const struct serial *monitor);

#endif
