/* SPDX-License-Identifier: MIT
 * The one validator of interface names, and the names of ports (slots). */
#ifndef OWVM_COMMON_IFNAME_H
#define OWVM_COMMON_IFNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IFNAME_SIZE 16	     /* IFNAMSIZ of the kernel: 15 characters and the NUL */
#define IFNAME_SLOT_MAX 100  /* slots of one uid: 0 ... 99 */
#define IFNAME_CABLE "owvmb" /* and the ifindex of a tap: its cable's end on a bridge */

/* Is c allowed in an interface name? A subset of what dev_valid_name() of the kernel
 * (net/core/dev.c) takes: letters, digits, '.', '_', '-'. */
bool ifname_char_valid(char c);

/* Is name[0..length) a usable interface name: 1-15 allowed characters, not "." or "..", not
 * starting with '-', and not "all" or "default", which sysctl trees reserve? */
bool ifname_valid(const char *name, size_t length);

/* Write the name of a port, "ow<uid>t<slot>". slot must be below IFNAME_SLOT_MAX. */
void ifname_slot_format(uint32_t uid, unsigned int slot, char ret_name[IFNAME_SIZE]);

/* Does name have the form of a port's name? Then its parts are written and true returned. */
bool ifname_slot_parse(const char *name, uint32_t *ret_uid, unsigned int *ret_slot);

#endif
