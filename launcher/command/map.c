/* SPDX-License-Identifier: MIT
 * `owrun map`: who is on which network. */
#include "launcher/map/map.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <langinfo.h>
#include <locale.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/new-file.h"
#include "launcher/base/report.h"
#include "launcher/base/terminal.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/nic-rows.h"
#include "launcher/netd-client/nets.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

#define COLUMNS_DEFAULT 80 /* where no terminal tells */
#define COLUMNS_MAX 1000
#define QMP_TIMEOUT 500 /* ms for a QEMU to tell what was plugged in */
#define SVG_MODE 0644

static void add_vm(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	OWNED_MEMORY char *ignored = NULL;
	json_t *state = NULL;

	if (!alive)
		return;
	state = state_read(runtime);
	/* One that does not answer is on the map as it started. */
	(void)!nic_rows_add(name, runtime, state, QMP_TIMEOUT, &ignored);
	json_object_set_new(state, "name", json_string(name));
	json_object_set_new(state, "uid", json_integer((json_int_t)geteuid()));
	json_array_append_new(context, state);
}

/* Bits of a netmask. */
static int prefix_of(const struct sockaddr_in *mask)
{
	return __builtin_popcount(mask->sin_addr.s_addr);
}

/* The IPv4 addresses of this host, by interface: bridges are among them. */
static json_t *hosts(void)
{
	json_t *object = json_object();
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) < 0)
		return object;
	for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
		char address[INET_ADDRSTRLEN] = "";
		OWNED_MEMORY char *text = NULL;
		struct sockaddr_in in = {0}, mask = {0};

		if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET ||
			one->ifa_netmask == NULL)
			continue;
		memcpy(&in, one->ifa_addr, sizeof(in));
		memcpy(&mask, one->ifa_netmask, sizeof(mask));
		inet_ntop(AF_INET, &in.sin_addr, address, sizeof(address));
		text = text_format("%s/%d", address, prefix_of(&mask));
		if (json_object_get(object, one->ifa_name) == NULL)
			json_object_set_new(object, one->ifa_name, json_array());
		json_array_append_new(json_object_get(object, one->ifa_name), json_string(text));
	}
	freeifaddrs(all);
	return object;
}

/* How wide lines may be: as COLUMNS says, or the terminal. */
static size_t columns(void)
{
	const char *text = getenv("COLUMNS");
	size_t width = terminal_columns(stdout);
	uint32_t number = 0;

	if (text != NULL && number_parse(text, strlen(text), COLUMNS_MAX, &number) && number > 0)
		return number;
	return width == 0 ? COLUMNS_DEFAULT : width;
}

static bool is_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", NULL);
	bool utf8 = locale != NULL && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;

	if (locale != NULL)
		freelocale(locale);
	return utf8;
}

static int write_svg(const json_t *map, const char *path, char **reterr_text)
{
	OWNED_NEW_FILE file = NEW_FILE_NONE;
	FILE *stream = NULL;
	int r = new_file_open(path, &file, reterr_text);

	if (r < 0)
		return r;
	stream = fdopen(fcntl(file.fd, F_DUPFD_CLOEXEC, 0), "we");
	if (stream == NULL)
		abort();
	map_print_svg(map, stream);
	if (fclose(stream) != 0)
		return text_fail(
			reterr_text, -errno, "cannot write '%s': %s", path, strerror(errno));
	return new_file_finish(&file, SVG_MODE, true, reterr_text);
}

static int print(const json_t *map, const struct options *options, char **reterr_text)
{
	if (options->svg != NULL && strcmp(options->svg, "-") == 0)
		map_print_svg(map, stdout);
	else if (options->svg != NULL)
		return write_svg(map, options->svg, reterr_text);
	else if (options->json)
		report_json(map, stdout);
	else if (json_array_size(map) == 0)
		text_say("nobody is on a network: no VM runs");
	else
		map_print_text(map, columns(), is_utf8(), stdout);
	return 0;
}

int map_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	json_auto_t *ports = json_array(), *vms = json_array(), *addresses = hosts(), *map = NULL;
	struct netd_client client = {0};
	struct runtime_places places = {0};
	int r = 0;

	netd_client_init(&client);
	/* A host without netd has VMs all the same. */
	if (netd_client_find(&client) != NETD_NONE && nets_fetch_ports(&client, ports, &error) < 0)
		text_say("%s", error);
	runtime_places_init(&places);
	runtime_each(&places, add_vm, vms);
	map = map_make(&(struct map_facts){.ports = ports, .vms = vms, .hosts = addresses});
	r = print(map, options, &error);
	return text_exit_status(r, error);
}
