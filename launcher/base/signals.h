/* SPDX-License-Identifier: MIT
 * The signals that end owrun, as something to poll for. */
#ifndef OWVM_LAUNCHER_BASE_SIGNALS_H
#define OWVM_LAUNCHER_BASE_SIGNALS_H

/* From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT come by the signalfd that is returned (owned by
 * the caller), and a reader that goes away is an error of write(2), not a SIGPIPE. Returns the fd
 * or -errno. */
int signals_open(void);

/* The same of SIGUSR1, SIGUSR2 and SIGCHLD too, for who passes signals on to a child; a read of it
 * waits. */
int signals_open_all(void);

/* Undo it, for a child before exec. */
void signals_reset(void);

#endif
