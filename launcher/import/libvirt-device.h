/* SPDX-License-Identifier: MIT
 * The devices of a domain of libvirt's. Pure. */
#ifndef OWVM_LAUNCHER_IMPORT_LIBVIRT_DEVICE_H
#define OWVM_LAUNCHER_IMPORT_LIBVIRT_DEVICE_H

#include <stdbool.h>

#include "launcher/import/import.h"

/* What was said of a device. */
enum device_fact {
	DEVICE_TYPE,
	DEVICE_KIND, /* disk, cdrom, ... */
	DEVICE_FORMAT,
	DEVICE_SOURCE, /* a path, or the name of a bridge or a network */
	DEVICE_BUS,
	DEVICE_MAC,
	DEVICE_MODEL,
	DEVICE_TAG,
	DEVICE_MODE,
	DEVICE_HOST,
	DEVICE_PORT,
	DEVICE_READONLY, /* any text: it is */
	DEVICE_FACTS,
};

struct device {
	unsigned int line;
	char *facts[DEVICE_FACTS];
};

/* Forget all of it. */
void device_clear(struct device *device);

/* Note an attribute of the element that the path leads to, as in "/domain/devices/disk/source". */
void device_note(struct device *device, const char *path, const char *attribute, const char *value);

/* Take the device whose element, the last of the path, has ended. Returns whether it is one that
 * owrun can have. */
bool device_take(const struct device *device, const char *path, struct import *import,
	const char *directory);

#endif
