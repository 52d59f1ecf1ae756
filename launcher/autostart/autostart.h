/* SPDX-License-Identifier: MIT
 * VMs that start with the user's first login, or with the host: units of systemd's user manager.
 *
 * The room: unit.c has the text of such a unit, autostart.c puts it where systemd looks for it, as
 * `systemctl --user enable` would. That is done by files alone, so that it works where no user
 * manager runs just now; one that runs is told to look again. */
#ifndef OWVM_LAUNCHER_AUTOSTART_AUTOSTART_H
#define OWVM_LAUNCHER_AUTOSTART_AUTOSTART_H

#include <stdbool.h>

/* Let the VM of that name, whose vm.conf is in that directory (an absolute path), be started.
 * Returns 0, or -errno with a sentence: -EEXIST when somebody else made a unit of that name. */
int autostart_enable(const char *name, const char *directory, char **reterr_text);

/* No longer. *ret_was is whether it was. Returns 0, or -errno with a sentence. */
int autostart_disable(const char *name, bool *ret_was, char **reterr_text);

/* Is it to be started? */
bool autostart_is_enabled(const char *name);

/* Does systemd run here? */
bool autostart_is_served(void);

/* Does the user's manager start with the host, and stay without a session? (loginctl(1)) */
bool autostart_lingers(void);

#endif
