/* SPDX-License-Identifier: MIT
 * Options as QEMU's users write them. */
#include "launcher/options/qemu.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/options/table.h"

static const struct {
	const char *qemu;
	const char *name;
	const char *value;
} aliases[] = {
	{"m", "memory", NULL},
	{"M", "machine", NULL},
	{"smp", "cpus", NULL},
	{"drive", "disk", NULL},
	{"hda", "disk", NULL},
	{"hdb", "disk", NULL},
	{"hdc", "disk", NULL},
	{"hdd", "disk", NULL},
	{"enable-kvm", "accel", "kvm"},
	{"snapshot", "ephemeral", NULL},
	{"daemonize", "detach", NULL},
};

const char *options_qemu_alias(const char *name, const char **ret_value)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(name, aliases[i].qemu) == 0) {
			if (aliases[i].value != NULL)
				*ret_value = aliases[i].value;
			return aliases[i].name;
		}
	return NULL;
}

/* Options of QEMU's that bring what a guest can be booted from, or whole guests. */
static const char *const bootable[] = {"bios", "blockdev", "cdrom", "drive", "fda", "fdb", "hda",
	"hdb", "hdc", "hdd", "incoming", "kernel", "loadvm", "mtdblock", "option-rom", "pflash",
	"readconfig", "sd"};

bool options_qemu_boots(char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < sizeof(bootable) / sizeof(bootable[0]); j++)
			if (words[i][0] == '-' &&
				strcmp(words[i] + strspn(words[i], "-"), bootable[j]) == 0)
				return true;
	return false;
}

/* Where "accel=" stands in a machine's text, or NULL. */
static const char *find_accel(const char *machine)
{
	for (const char *word = strchr(machine, ','); word != NULL; word = strchr(word + 1, ','))
		if (strncmp(word, ",accel=", strlen(",accel=")) == 0)
			return word;
	return NULL;
}

/* What owrun calls a list of accelerators of which QEMU takes the first that works. */
static char *name_accel(const char *list, size_t length)
{
	OWNED_MEMORY char *text = text_format("%.*s", (int)length, list);

	if (strcmp(text, "kvm:tcg") == 0)
		return text_format("auto");
	return text_format("%.*s", (int)strcspn(text, ":"), text);
}

/* The machine that counts. */
static struct setting *find_machine(struct settings *settings)
{
	const struct option_row *row = options_find_key("machine", strlen("machine"));
	const struct setting *said = settings_find(settings, row);

	return said == NULL ? NULL : settings->items + (said - settings->items);
}

int options_qemu_settle(struct settings *settings, char **reterr_text)
{
	const struct option_row *accel = options_find_key("accel", strlen("accel"));
	const struct setting *asked = settings_find(settings, accel);
	struct setting *machine = find_machine(settings);
	const char *at = machine == NULL ? NULL : find_accel(machine->text);
	OWNED_MEMORY char *name = NULL;
	OWNED_MEMORY char *whole = NULL;
	OWNED_MEMORY char *origin = NULL;
	const char *value = NULL;
	size_t length = 0;

	if (at == NULL)
		return 0;
	value = at + strlen(",accel=");
	length = strcspn(value, ",");
	name = name_accel(value, length);
	if (asked != NULL && strcmp(asked->text, name) != 0)
		return text_fail(reterr_text, -EINVAL,
			"machine '%s' and '--accel %s' name two accelerators; leave one out",
			machine->text, asked->text);
	whole = machine->text;
	machine->text = text_format("%.*s%s", (int)(at - whole), whole, value + length);
	origin = machine->origin == NULL ? NULL : text_format("%s", machine->origin);
	if (asked == NULL)
		settings_add(settings, accel, name, NULL, origin);
	return 0;
}
