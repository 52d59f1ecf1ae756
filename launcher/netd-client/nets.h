/* SPDX-License-Identifier: MIT
 * netd's lists of bridges and ports, walked with one question an entry. */
#ifndef OWVM_LAUNCHER_NETD_CLIENT_NETS_H
#define OWVM_LAUNCHER_NETD_CLIENT_NETS_H

#include <jansson.h>
#include <stdbool.h>

#include "launcher/netd-client/client.h"

/* Add an object for each rule that applies to this user, or for each of his ports, with what --json
 * prints. Returns 0, or -errno with a sentence as netd_client_ask(); -EPERM: netd refused. */
int nets_fetch(const struct netd_client *client, json_t *rows, char **reterr_text);
int nets_fetch_ports(const struct netd_client *client, json_t *rows, char **reterr_text);

/* Is that bridge permitted by those rows of nets_fetch()? The last rule that fits counts. */
bool nets_permit(const json_t *rules, const char *bridge);

#endif
