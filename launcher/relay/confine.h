/* SPDX-License-Identifier: MIT
 * What the forwarder gives up once it has all that it needs. */
#ifndef OWVM_LAUNCHER_RELAY_CONFINE_H
#define OWVM_LAUNCHER_RELAY_CONFINE_H

/* From here on this process has no capability, opens no file, starts no process or program, signals
 * nobody, and makes no socket but those of IPv4. Where the kernel has no Landlock files are left to
 * it. Returns 0 or -errno. */
int confine_forwarder(void);

#endif
