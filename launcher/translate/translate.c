/* SPDX-License-Identifier: MIT
 * A command line of QEMU's, made into options of owrun's. */
#include "launcher/translate/translate.h"

#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/translate/private.h"

#define PROGRAM "qemu-system-"

static void hold(struct translation *translation, const char **values, size_t *n, const char *value)
{
	if (*n < TRANSLATION_MAX)
		values[(*n)++] = value;
	else
		translation_complain(
			translation, text_format("'%s': more than %d of them are too many", value,
					     TRANSLATION_MAX));
}

static void complain_of_qemu(struct translation *translation, const char *name, const char *value)
{
	translation_complain(translation,
		text_format(
			"'-%s': what owrun does not know itself goes behind '--': 'owrun run ... -- -%s%s%s'",
			name, name, value == NULL ? "" : " ", value == NULL ? "" : value));
}

static void take_device(struct translation *translation, const char *value)
{
	OWNED_MEMORY char *netdev = words_get(value, "netdev");
	OWNED_MEMORY char *drive = words_get(value, "drive");

	if (netdev != NULL || drive != NULL)
		hold(translation, translation->devices, &translation->n_devices, value);
	else if (strncmp(value, "virtio-9p", strlen("virtio-9p")) == 0)
		translation_complain(translation,
			text_format("'-device %s': '--share PATH[:TAG]' brings its device along",
				value));
	else
		complain_of_qemu(translation, "device", value);
}

static void take_drive(struct translation *translation, const char *value)
{
	OWNED_MEMORY char *interface = words_get(value, "if");
	OWNED_MEMORY char *id = words_get(value, "id");

	if (interface != NULL && strcmp(interface, "none") == 0 && id != NULL)
		hold(translation, translation->drives, &translation->n_drives, value);
	else
		translation_drive(translation, value, NULL);
}

/* "-name NAME,process=PROCESS", "-name guest=NAME": owrun names the process itself. */
static void take_name(struct translation *translation, const char *value)
{
	OWNED_MEMORY char *guest = words_get(value, "guest");
	const char *words = value;
	OWNED_MEMORY char *first = words_take(&words);

	if (guest == NULL && first != NULL && strchr(first, '=') == NULL) {
		guest = first;
		first = NULL;
	}
	if (guest == NULL)
		return;
	translation_add(translation, "name", guest);
	guest = NULL;
}

static void take_netdev(struct translation *translation, const char *value)
{
	hold(translation, translation->backends, &translation->n_backends, value);
}

static void take_nic(struct translation *translation, const char *value)
{
	translation_nic(translation, value, NULL);
}

/* There is no screen anyway. */
static void take_display(struct translation *translation, const char *value)
{
	if (strcmp(value, "none") != 0)
		complain_of_qemu(translation, "display", value);
}

static void take_vga(struct translation *translation, const char *value)
{
	if (strcmp(value, "none") != 0)
		complain_of_qemu(translation, "vga", value);
}

static void take_sandbox(struct translation *translation, const char *value)
{
	if (strncmp(value, "on", strlen("on")) != 0)
		translation_complain(translation,
			text_format(
				"'-sandbox %s': QEMU's sandbox is on, unless '--no-sandbox' turns it off",
				value));
}

static const struct {
	const char *name;
	void (*take)(struct translation *translation, const char *value);
} takers[] = {
	{"device", take_device},
	{"display", take_display},
	{"drive", take_drive},
	{"name", take_name},
	{"netdev", take_netdev},
	{"nic", take_nic},
	{"sandbox", take_sandbox},
	{"vga", take_vga},
	{"virtfs", translation_share},
};

/* What owrun tells QEMU anyway. */
static bool is_done_anyway(const char *name)
{
	static const char *const names[] = {"nographic", "nodefaults", "no-user-config", NULL};

	return words_is_one(name, names) && strchr(name, '=') == NULL;
}

/* An option that is not translated. Docker's may have the value behind a '='. */
static size_t complain_of(struct translation *translation, char *const *argv, size_t n)
{
	OWNED_MEMORY char *name = text_format("%.*s", (int)strcspn(argv[0], "="), argv[0]);
	bool value = false;
	const char *instead = translation_hint(name + 1, &value);

	if (instead != NULL)
		translation_complain(translation, text_format("'%s': %s", name, instead));
	else if (translation_only_qemu(name + 1, &value))
		complain_of_qemu(translation, name + 1, value && n > 1 ? argv[1] : NULL);
	else
		return 0;
	return value && n > 1 && strchr(argv[0], '=') == NULL ? 2 : 1;
}

size_t translation_take(struct translation *translation, char *const *argv, size_t n)
{
	const char *name = argv[0] + 1;

	if (is_done_anyway(name))
		return 1;
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (strcmp(name, takers[i].name) == 0 && n > 1 && argv[1][0] != '\0') {
			takers[i].take(translation, argv[1]);
			return 2;
		}
	return complain_of(translation, argv, n);
}

/* The value in the list whose id is that, taken out of it; or NULL. */
static const char *find(const char **values, size_t n, const char *id)
{
	for (size_t i = 0; i < n && id != NULL; i++) {
		OWNED_MEMORY char *own = values[i] == NULL ? NULL : words_get(values[i], "id");
		const char *found = values[i];

		if (own != NULL && strcmp(own, id) == 0) {
			values[i] = NULL;
			return found;
		}
	}
	return NULL;
}

static void end_device(struct translation *translation, const char *device)
{
	OWNED_MEMORY char *netdev = words_get(device, "netdev");
	OWNED_MEMORY char *id = words_get(device, "drive");
	const char *backend = find(translation->backends, translation->n_backends, netdev);
	const char *drive = find(translation->drives, translation->n_drives, id);

	if (backend != NULL)
		translation_nic(translation, backend, device);
	else if (drive != NULL)
		translation_drive(translation, drive, device);
	else
		translation_complain(translation,
			text_format("'-device %s': no '-%s' has the id '%s'", device,
				netdev != NULL ? "netdev" : "drive", netdev != NULL ? netdev : id));
}

static void complain_of_alone(
	struct translation *translation, const char *option, const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (values[i] != NULL)
			translation_complain(
				translation, text_format("'-%s %s': no '-device' goes with it",
						     option, values[i]));
}

void translation_end(struct translation *translation)
{
	for (size_t i = 0; i < translation->n_devices; i++)
		end_device(translation, translation->devices[i]);
	complain_of_alone(translation, "netdev", translation->backends, translation->n_backends);
	complain_of_alone(translation, "drive", translation->drives, translation->n_drives);
}

const char *translation_program(const char *word)
{
	const char *slash = strrchr(word, '/'), *file = slash == NULL ? word : slash + 1;

	return strncmp(file, PROGRAM, strlen(PROGRAM)) == 0 ? file + strlen(PROGRAM) : NULL;
}
