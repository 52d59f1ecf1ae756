/* SPDX-License-Identifier: MIT
 * What stands in the elements of a domain of libvirt's. */
#include "launcher/import/libvirt-element.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"

#define KIB ((uint64_t)1024)

static void set(const struct element *element, const char *key, const char *value)
{
	import_set(element->import, element->line, key, value, element->directory);
}

/* libvirt's units, in whatever case; without one it is KiB. */
static uint64_t bytes_of(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = {
		{"b", 1},
		{"byte", 1},
		{"bytes", 1},
		{"KB", 1000},
		{"k", KIB},
		{"KiB", KIB},
		{"MB", 1000000},
		{"M", KIB * KIB},
		{"MiB", KIB * KIB},
		{"GB", 1000000000},
		{"G", KIB * KIB * KIB},
		{"GiB", KIB * KIB * KIB},
		{"TB", 1000000000000},
		{"T", KIB * KIB * KIB * KIB},
		{"TiB", KIB * KIB * KIB * KIB},
	};

	for (size_t i = 0; unit != NULL && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcasecmp(units[i].name, unit) == 0)
			return units[i].bytes;
	return unit == NULL ? KIB : 0;
}

static void take_memory(const struct element *element, const char *text)
{
	uint64_t unit = bytes_of(element->unit);
	OWNED_MEMORY char *value = NULL;
	uint32_t number = 0;

	if (unit == 0 || !number_parse(text, strlen(text), UINT32_MAX, &number) ||
		number > UINT64_MAX / unit) {
		import_leave(element->import, element->line,
			"<memory>%s: this is no size, or too large a one", text);
		return;
	}
	value = text_format("%" PRIu64 "M", number * unit / (KIB * KIB));
	set(element, "memory", value);
}

static void take_name(const struct element *element, const char *text)
{
	import_name(element->import, text);
}

static void take_cpus(const struct element *element, const char *text)
{
	set(element, "cpus", text);
}

static void take_kernel(const struct element *element, const char *text)
{
	set(element, "kernel", text);
}

static void take_initrd(const struct element *element, const char *text)
{
	set(element, "initrd", text);
}

static void take_dtb(const struct element *element, const char *text)
{
	set(element, "dtb", text);
}

static void take_append(const struct element *element, const char *text)
{
	set(element, "append", text);
}

static void take_loader(const struct element *element, const char *text)
{
	import_leave(element->import, element->line,
		"<loader>%s: the firmware is the machine's own; 'bios = FILE' gives it another, as of the package 'ovmf'",
		text);
}

/* What stands in elements. */
static const struct {
	const char *path;
	void (*take)(const struct element *element, const char *text);
} texts[] = {
	{"/domain/name", take_name},
	{"/domain/memory", take_memory},
	{"/domain/vcpu", take_cpus},
	{"/domain/os/kernel", take_kernel},
	{"/domain/os/initrd", take_initrd},
	{"/domain/os/cmdline", take_append},
	{"/domain/os/dtb", take_dtb},
	{"/domain/os/loader", take_loader},
};

void element_take(const struct element *element, const char *text)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].path, element->path) == 0)
			texts[i].take(element, text);
}
