/* SPDX-License-Identifier: MIT
 * The devices of a domain of libvirt's. */
#include "launcher/import/libvirt-device.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define DEVICES "/domain/devices/"

static const struct {
	const char *path; /* behind DEVICES */
	const char *attribute;
	enum device_fact fact;
} attributes[] = {
	{"disk", "type", DEVICE_TYPE},
	{"disk", "device", DEVICE_KIND},
	{"disk/driver", "type", DEVICE_FORMAT},
	{"disk/source", "file", DEVICE_SOURCE},
	{"disk/source", "dev", DEVICE_SOURCE},
	{"disk/target", "bus", DEVICE_BUS},
	{"interface", "type", DEVICE_TYPE},
	{"interface/source", "bridge", DEVICE_SOURCE},
	{"interface/source", "network", DEVICE_SOURCE},
	{"interface/source", "dev", DEVICE_SOURCE},
	{"interface/mac", "address", DEVICE_MAC},
	{"interface/model", "type", DEVICE_MODEL},
	{"serial", "type", DEVICE_TYPE},
	{"serial/source", "path", DEVICE_SOURCE},
	{"serial/source", "host", DEVICE_HOST},
	{"serial/source", "service", DEVICE_PORT},
	{"filesystem", "type", DEVICE_TYPE},
	{"filesystem", "accessmode", DEVICE_MODE},
	{"filesystem/driver", "type", DEVICE_FORMAT},
	{"filesystem/source", "dir", DEVICE_SOURCE},
	{"filesystem/target", "dir", DEVICE_TAG},
};

void device_clear(struct device *device)
{
	for (size_t i = 0; i < DEVICE_FACTS; i++)
		free(device->facts[i]);
	*device = (struct device){0};
}

static void note(struct device *device, enum device_fact fact, const char *value)
{
	free(device->facts[fact]);
	device->facts[fact] = text_format("%s", value);
}

void device_note(struct device *device, const char *path, const char *attribute, const char *value)
{
	const char *rest = path + strlen(DEVICES);

	if (strncmp(path, DEVICES, strlen(DEVICES)) != 0)
		return;
	if (strcmp(rest, "disk/readonly") == 0 || strcmp(rest, "filesystem/readonly") == 0)
		note(device, DEVICE_READONLY, "yes");
	for (size_t i = 0; attribute != NULL && i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (strcmp(attributes[i].path, rest) == 0 &&
			strcmp(attributes[i].attribute, attribute) == 0)
			note(device, attributes[i].fact, value);
}

static const char *fact(const struct device *device, enum device_fact which)
{
	return device->facts[which] == NULL ? "" : device->facts[which];
}

static bool is(const struct device *device, enum device_fact which, const char *value)
{
	return strcmp(fact(device, which), value) == 0;
}

static void take_disk(const struct device *device, struct import *import, const char *directory)
{
	const char *source = fact(device, DEVICE_SOURCE), *bus = fact(device, DEVICE_BUS);
	OWNED_MEMORY char *doubled = text_double_commas(source);
	OWNED_MEMORY char *value = NULL;
	bool ide = strcmp(bus, "ide") == 0 || strcmp(bus, "sata") == 0;
	bool cdrom = is(device, DEVICE_KIND, "cdrom");

	/* A drive without a CD is passed over. */
	if (source[0] == '\0' && cdrom)
		return;
	if (source[0] == '\0' || (!cdrom && !is(device, DEVICE_KIND, "disk") &&
					 fact(device, DEVICE_KIND)[0] != '\0')) {
		import_leave(import, device->line,
			"<disk type='%s' device='%s'>: owrun has files alone",
			fact(device, DEVICE_TYPE), fact(device, DEVICE_KIND));
		return;
	}
	if (!cdrom && !ide && bus[0] != '\0' && strcmp(bus, "virtio") != 0)
		import_leave(import, device->line,
			"<target bus='%s'>: the guest sees the disk by virtio now", bus);
	value = cdrom ? text_format("%s", doubled)
		      : text_format("%s%s%s%s%s", doubled,
				fact(device, DEVICE_FORMAT)[0] == '\0' ? "" : ",format=",
				fact(device, DEVICE_FORMAT), ide ? ",if=ide" : "",
				is(device, DEVICE_READONLY, "yes") ? ",readonly" : "");
	import_set(import, device->line, cdrom ? "cdrom" : "disk", value, directory);
}

static void take_interface(
	const struct device *device, struct import *import, const char *directory)
{
	bool bridge = is(device, DEVICE_TYPE, "bridge") && fact(device, DEVICE_SOURCE)[0] != '\0';
	const char *mac = fact(device, DEVICE_MAC), *model = fact(device, DEVICE_MODEL);
	OWNED_MEMORY char *value = text_format("%s%s%s%s%s%s", bridge ? "bridge=" : "user",
		bridge ? fact(device, DEVICE_SOURCE) : "", mac[0] == '\0' ? "" : ",mac=", mac,
		model[0] == '\0' ? "" : ",model=", model);

	if (!bridge && !is(device, DEVICE_TYPE, "user"))
		import_leave(import, device->line,
			"<interface type='%s'>: a user network takes the place of '%s'",
			fact(device, DEVICE_TYPE), fact(device, DEVICE_SOURCE));
	import_set(import, device->line, "nic", value, directory);
}

static void take_serial(const struct device *device, struct import *import, const char *directory)
{
	OWNED_MEMORY char *doubled = text_double_commas(fact(device, DEVICE_SOURCE));
	OWNED_MEMORY char *value = NULL;

	if (is(device, DEVICE_TYPE, "pty"))
		value = text_format("console");
	else if (is(device, DEVICE_TYPE, "file") || is(device, DEVICE_TYPE, "unix"))
		value = text_format("%s:%s", fact(device, DEVICE_TYPE), doubled);
	else if (is(device, DEVICE_TYPE, "tcp"))
		value = text_format(
			"tcp:%s:%s", fact(device, DEVICE_HOST), fact(device, DEVICE_PORT));
	else if (is(device, DEVICE_TYPE, "null"))
		value = text_format("null");
	if (value == NULL)
		import_leave(import, device->line, "<serial type='%s'>: owrun has nothing for it",
			fact(device, DEVICE_TYPE));
	else
		import_set(import, device->line, "serial", value, directory);
}

static void take_share(const struct device *device, struct import *import, const char *directory)
{
	OWNED_MEMORY char *doubled = text_double_commas(fact(device, DEVICE_SOURCE));
	OWNED_MEMORY char *value = text_format("%s:%s%s%s", doubled, fact(device, DEVICE_TAG),
		is(device, DEVICE_MODE, "mapped") ? "" : ",shared",
		is(device, DEVICE_READONLY, "yes") ? ",ro" : "");

	if (is(device, DEVICE_FORMAT, "virtiofs"))
		import_leave(import, device->line,
			"<driver type='virtiofs'>: the share is one by 9p, which the guest mounts so");
	if (fact(device, DEVICE_SOURCE)[0] == '\0')
		import_leave(import, device->line,
			"<filesystem type='%s'>: owrun shares directories",
			fact(device, DEVICE_TYPE));
	else
		import_set(import, device->line, "share", value, directory);
}

bool device_take(
	const struct device *device, const char *path, struct import *import, const char *directory)
{
	static const struct {
		const char *name;
		void (*take)(
			const struct device *device, struct import *import, const char *directory);
	} devices[] = {
		{"disk", take_disk},
		{"filesystem", take_share},
		{"interface", take_interface},
		{"serial", take_serial},
	};

	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (strcmp(path + strlen(DEVICES), devices[i].name) == 0) {
			devices[i].take(device, import, directory);
			return true;
		}
	return false;
}
