/* SPDX-License-Identifier: MIT
 * A unit of systemd's that starts a VM. Pure. */
#ifndef OWVM_LAUNCHER_AUTOSTART_UNIT_H
#define OWVM_LAUNCHER_AUTOSTART_UNIT_H

#define UNIT_MARK "# Made by 'owrun enable'; 'owrun disable' removes it.\n"

/* The text of the unit: of the program `owrun`, and of the VM of that name in a directory, both
 * absolute paths. The caller frees it. (systemd.service(5), systemd.syntax(7)) */
char *unit_text(const char *owrun, const char *name, const char *directory);

/* What the unit of a VM is called, with its suffix. The caller frees it. */
char *unit_name(const char *name);

#endif
