/* SPDX-License-Identifier: MIT
 * Ending a VM by its name, with what is said about it. */
#ifndef OWVM_LAUNCHER_COMMAND_STOP_H
#define OWVM_LAUNCHER_COMMAND_STOP_H

#include <stdbool.h>

bool ending_is_running(const char *name);

/* End the VM: by its power button within `timeout` seconds, else by QEMU's quit, else by a kill;
 * each is told on stdout with its time. Tells on stderr what went wrong. Returns an exit status. */
int ending_stop(const char *name, unsigned int timeout);

/* The same by a kill alone. */
int ending_kill(const char *name);

#endif
