/* SPDX-License-Identifier: MIT
 * Lists of what the user has, a line for each: for shells that complete a word. */
#include "launcher/command/candidates-lists.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/ifname.h"
#include "launcher/base/text.h"
#include "launcher/disk/overlay.h"
#include "launcher/edit/recipe.h"
#include "launcher/image/store.h"
#include "launcher/netd-client/nets.h"
#include "launcher/options/resolve.h"
#include "launcher/options/table.h"
#include "launcher/qemu/hotplug.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

#define QMP_TIMEOUT 1000  /* ms */
#define NETD_TIMEOUT 1000 /* ms */

static void print_member(const json_t *rows, const char *key, const char *before)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		OWNED_MEMORY char *text = state_text(json_array_get(rows, i), key);

		if (text != NULL)
			text_print(stdout, "%s%s", before, text);
	}
}

struct vms {
	unsigned int lists;
	struct runtime_places places;
};

static void print_started(
	const char *name, const struct runtime *runtime, bool alive, void *context)
{
	const struct vms *vms = context;

	(void)runtime;
	if (vms->lists & (alive ? CANDIDATES_RUNNING : CANDIDATES_STOPPED))
		text_print(stdout, "%s", name);
}

static void print_kept(const char *name, const char *directory, void *context)
{
	const struct vms *vms = context;
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	bool started = runtime_find_any(&vms->places, name, &runtime, &ignored) == 0;

	(void)directory;
	if ((vms->lists & CANDIDATES_KEPT) || !started)
		text_print(stdout, "%s", name);
}

static void print_vms(unsigned int lists)
{
	struct vms vms = {.lists = lists};

	runtime_places_init(&vms.places);
	if (lists & CANDIDATES_VMS)
		runtime_each(&vms.places, print_started, &vms);
	if (lists & (CANDIDATES_STOPPED | CANDIDATES_KEPT))
		resolve_each(print_kept, &vms);
}

static void print_images(void)
{
	OWNED_MEMORY char *ignored = NULL;
	OWNED_IMAGE_STORE store = IMAGE_STORE_NONE;
	json_auto_t *images =
		image_store_open(&store, &ignored) < 0 ? NULL : image_store_list(&store);

	print_member(images, "name", "");
}

static void print_bridges(const char *before)
{
	OWNED_MEMORY char *ignored = NULL;
	json_auto_t *rules = json_array();
	struct netd_client client = {0};

	netd_client_init(&client);
	client.timeout_ms = NETD_TIMEOUT;
	(void)!nets_fetch(&client, rules, &ignored);
	for (size_t i = 0; i < json_array_size(rules); i++) {
		OWNED_MEMORY char *name = state_text(json_array_get(rules, i), "bridge");

		if (name != NULL && ifname_valid(name, strlen(name)) && nets_permit(rules, name))
			text_print(stdout, "%s%s", before, name);
	}
}

static void print_recipes(void)
{
	for (const struct recipe *recipe = recipe_table; recipe->name != NULL; recipe++)
		text_print(stdout, "%s%s", recipe->name, recipe->value == NULL ? "" : "=");
}

static void print_snapshots(const char *vm)
{
	OWNED_MEMORY char *ignored = NULL;
	OWNED_MEMORY char *name = NULL;
	OWNED_VMDIR vmdir = VMDIR_NONE;
	json_t *snapshots = NULL;

	if (resolve_operand(vm, false, &name, &vmdir, &ignored) < 0 || vmdir.fd < 0 ||
		overlay_list(&vmdir, &snapshots, &ignored) < 0)
		return;
	print_member(snapshots, "label", "");
	json_decref(snapshots);
}

static void print_forwards(const json_t *state)
{
	struct forward forward = {0};

	for (size_t i = 0; state_forward(state, i, &forward); i++)
		text_print(stdout, "%u", (unsigned int)forward.host);
}

static void print_of_living(unsigned int lists, const char *vm)
{
	OWNED_MEMORY char *ignored = NULL;
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	struct runtime_places places = {0};
	json_auto_t *state = NULL;
	json_auto_t *plugged = NULL;

	runtime_places_init(&places);
	if (runtime_find(&places, vm, &runtime, &ignored) < 0)
		return;
	state = state_read(&runtime);
	if (lists & CANDIDATES_FORWARDS)
		print_forwards(state);
	for (size_t i = 0;
		(lists & CANDIDATES_NICS) && i < json_array_size(json_object_get(state, "nics"));
		i++)
		text_print(stdout, "eth%zu", i);
	if (lists & (CANDIDATES_NICS | CANDIDATES_HOT_NICS))
		plugged = hotplug_list(&runtime, QMP_TIMEOUT, &ignored);
	print_member(plugged, "id", "");
}

/* The name is changed by another command. */
static void print_keys(const char *behind)
{
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if (row->set_vm != NULL && strcmp(row->name, "name") != 0)
			text_print(stdout, "%s%s", row->name, behind);
}

void candidates_list(unsigned int lists, const char *vm)
{
	if (lists & (CANDIDATES_VMS | CANDIDATES_KEPT))
		print_vms(lists);
	if (lists & CANDIDATES_IMAGES)
		print_images();
	if (lists & CANDIDATES_BRIDGES)
		print_bridges("");
	if (lists & CANDIDATES_BRIDGES_OF_NIC)
		print_bridges("bridge=");
	if (lists & CANDIDATES_KEYS)
		print_keys("=");
	if (lists & CANDIDATES_KEYS_ALONE)
		print_keys("");
	if (lists & CANDIDATES_RECIPES)
		print_recipes();
	if (vm != NULL && (lists & CANDIDATES_SNAPSHOTS))
		print_snapshots(vm);
	if (vm != NULL && (lists & (CANDIDATES_FORWARDS | CANDIDATES_NICS | CANDIDATES_HOT_NICS)))
		print_of_living(lists, vm);
	if (lists & CANDIDATES_ANY_FILE)
		text_print(stdout, "%s", CANDIDATES_FILES);
}
