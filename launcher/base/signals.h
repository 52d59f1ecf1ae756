/* SPDX-License-Identifier: MIT
 * The signals that end owrun, as something to poll for. */
#ifndef OWVM_LAUNCHER_BASE_SIGNALS_H
#define OWVM_LAUNCHER_BASE_SIGNALS_H

#include <stdbool.h>

/* From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT come by the signalfd that is returned (owned by
 * the caller), but for those that were ignored when owrun was started and stay so. A reader that
 * goes away is an error of write(2), not a SIGPIPE. Returns the fd or -errno. */
int signals_open(void);

/* The same of SIGUSR1, SIGUSR2 and SIGCHLD too, for who passes signals on to a child; a read of it
 * waits. */
int signals_open_all(void);

/* Where a program begins: children can be waited for, also where whoever started it ignored
 * SIGCHLD. A file that is larger than `ulimit -f` lets it be is an error of write(2), not a SIGXFSZ
 * that ends it without a word; so it is for the programs that it starts. */
void signals_begin(void);

/* Does what was read from one of them come from a terminal, which sent it to all that it runs? */
struct signalfd_siginfo;
bool signals_is_key(const struct signalfd_siginfo *info);

/* Undo it, for a child before exec; a file that is too large stays an error. */
void signals_reset(void);

/* The same for a program of the user's own, which gets SIGXFSZ as well. */
void signals_reset_all(void);

#endif
