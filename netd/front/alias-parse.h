/* SPDX-License-Identifier: MIT
 * Reading what netd wrote into a link's alias. */
#ifndef OWVM_NETD_FRONT_ALIAS_PARSE_H
#define OWVM_NETD_FRONT_ALIAS_PARSE_H

#include "netd/port/alias.h"

/* Read what alias_format() wrote; false for anything else. */
bool alias_parse(const char *text, struct alias *ret_alias);

#endif
