/* SPDX-License-Identifier: MIT
 * `owrun run` without -d: being the console of the VM that was just started. */
#ifndef OWVM_LAUNCHER_CONSOLE_FOREGROUND_H
#define OWVM_LAUNCHER_CONSOLE_FOREGROUND_H

#include "launcher/netd-client/client.h"
#include "launcher/qemu/spawn.h"
#include "launcher/runtime/runtime.h"
#include "launcher/vm/serial.h"

struct foreground {
	const char *name;
	const struct runtime *runtime;
	const struct netd_client *client;
	struct spawn *spawn;
	enum serial_terminal what; /* is in this terminal */
	int signals;		   /* signalfd */
	int escape;		   /* byte, or OPTIONS_NO_ESCAPE */
};

/* Stay until the VM has ended or the person leaves it in the background. Returns owrun's exit
 * status: 1 when QEMU failed. */
int foreground_attend(const struct foreground *foreground);

#endif
