/* SPDX-License-Identifier: MIT
 * Reading what netd wrote into a link's alias. */
#ifndef OWVM_NETD_FRONT_ALIAS_PARSE_H
#define OWVM_NETD_FRONT_ALIAS_PARSE_H

#include "netd/port/alias.h"

/* Read what alias_format() wrote; false for anything else. */
bool alias_parse(const char *text, struct alias *ret_alias);

/* Is the link a port that was armed? Its alias came last, and is of the user whom its name tells.
 * *ret_slot may be NULL. */
bool alias_parse_port(const struct link *link, struct alias *ret_alias, unsigned int *ret_slot);

#endif
