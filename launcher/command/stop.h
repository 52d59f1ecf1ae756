/* SPDX-License-Identifier: MIT
 * Ending a VM by its name, with what is said about it. */
#ifndef OWVM_LAUNCHER_COMMAND_STOP_H
#define OWVM_LAUNCHER_COMMAND_STOP_H

#include <stdbool.h>

bool stop_is_running(const char *name);

/* End the VM: by its power button within `timeout` seconds, else by QEMU's quit, else by a kill;
 * each is told on stdout with its time. Tells on stderr what went wrong. Returns an exit status. */
int stop_vm(const char *name, unsigned int timeout);

/* The same by a kill alone. */
int stop_vm_now(const char *name);

#endif
