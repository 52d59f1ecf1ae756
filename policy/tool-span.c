/* SPDX-License-Identifier: MIT
 * Whether a bridge spans hosts: by a port that is a tunnel.
 * Files: Documentation/ABI/testing/sysfs-class-net of the kernel; DEVTYPE is what drivers call
 * their links. */
#include "policy/tool-span.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "policy/policy-text.h"

#define LINKS "/sys/class/net/"

static bool is_tunnel(const char *port)
{
	char path[sizeof(LINKS "/uevent") + IFNAME_SIZE] = "";
	OWNED_MEMORY char *line = NULL;
	size_t size = 0;
	bool found = false;
	FILE *stream = NULL;

	policy_text_write(path, sizeof(path), LINKS "%s/uevent", port);
	stream = fopen(path, "re");
	if (stream == NULL)
		return false;
	while (!found && getline(&line, &size, stream) >= 0)
		found = strcmp(line, "DEVTYPE=vxlan\n") == 0 ||
			strcmp(line, "DEVTYPE=geneve\n") == 0;
	fclose(stream);
	return found;
}

bool tool_span_find(const char *bridge, char ret_port[IFNAME_SIZE])
{
	char path[sizeof(LINKS "/brif") + IFNAME_SIZE] = "";
	bool found = false;
	DIR *ports = NULL;

	policy_text_write(path, sizeof(path), LINKS "%s/brif", bridge);
	ports = opendir(path);
	if (ports == NULL)
		return false;
	for (const struct dirent *entry = readdir(ports); entry != NULL && !found;
		entry = readdir(ports)) {
		size_t length = strlen(entry->d_name);

		found = length < IFNAME_SIZE && is_tunnel(entry->d_name);
		if (found)
			memcpy(ret_port, entry->d_name, length + 1);
	}
	closedir(ports);
	return found;
}
