/* SPDX-License-Identifier: MIT
 * libvirt's description of a VM: a domain, in XML. */
#include "launcher/import/libvirt.h"

#include <errno.h>
#include <expat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/import/libvirt-device.h"
#include "launcher/import/libvirt-element.h"

#define PATH_SIZE 128 /* of an element: what is deeper says nothing to owrun */
#define TEXT_SIZE 4096
#define DEVICES "/domain/devices/"

/* A document being read. */
struct document {
	struct import *import;
	const char *directory;
	XML_Parser parser;
	char path[PATH_SIZE]; /* of the element that is open, as "/domain/os" */
	unsigned int beyond;  /* elements that are open below it and in no path */
	char text[TEXT_SIZE]; /* of the element so far */
	size_t n_text;
	bool cut; /* there was more */
	char *unit;
	struct device device;
	bool domain;
	bool interface;
	bool doctype;
};

static unsigned int line_of(const struct document *document)
{
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9 /* it deprecates the other */
	return (unsigned int)XML_GetCurrentLineNumber64(document->parser);
#else
	return (unsigned int)XML_GetCurrentLineNumber(document->parser);
#endif
}

static void set(struct document *document, const char *key, const char *value)
{
	import_set(document->import, line_of(document), key, value, document->directory);
}

/* What owrun does anyway, or has no need of, is no loss. */
static bool is_passed_over(const char *path)
{
	static const char *const paths[] = {"/domain/clock", "/domain/cpu", "/domain/currentMemory",
		"/domain/description", "/domain/devices", "/domain/features", "/domain/memory",
		"/domain/metadata", "/domain/name", "/domain/on_crash", "/domain/on_poweroff",
		"/domain/on_reboot", "/domain/os", "/domain/pm", "/domain/resource",
		"/domain/seclabel", "/domain/title", "/domain/uuid", "/domain/vcpu",
		DEVICES "console", DEVICES "controller", DEVICES "disk", DEVICES "emulator",
		DEVICES "filesystem", DEVICES "input", DEVICES "interface", DEVICES "memballoon",
		DEVICES "serial"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(path, paths[i]) == 0)
			return true;
	return false;
}

/* Is it an element whose loss is told: one of the domain's, or a device? */
static bool is_told(const char *path)
{
	const char *rest = strncmp(path, DEVICES, strlen(DEVICES)) == 0 ? path + strlen(DEVICES)
			   : strncmp(path, "/domain/", 8) == 0		? path + 8
									: "/";

	return strchr(rest, '/') == NULL && !is_passed_over(path);
}

static void take_machine(struct document *document, const char *value)
{
	if (strstr(value, "q35") != NULL)
		set(document, "machine", "q35");
	else if (strstr(value, "i440fx") != NULL || strcmp(value, "pc") == 0)
		set(document, "machine", "pc");
	else if (strncmp(value, "virt", 4) != 0)
		set(document, "machine", value);
}

static void take_attribute(struct document *document, const char *name, const char *value)
{
	const char *path = document->path;

	device_note(&document->device, path, name, value);
	if (strcmp(path, "/domain/memory") == 0 && strcmp(name, "unit") == 0) {
		free(document->unit);
		document->unit = text_format("%s", value);
	} else if (strcmp(path, "/domain/os/type") == 0 && strcmp(name, "arch") == 0) {
		set(document, "arch", strcmp(value, "i686") == 0 ? "x86_64" : value);
	} else if (strcmp(path, "/domain/os/type") == 0 && strcmp(name, "machine") == 0) {
		take_machine(document, value);
	}
}

static void begin(void *context, const char *name, const char **attributes)
{
	struct document *document = context;
	size_t length = strlen(document->path);

	document->n_text = 0;
	document->cut = false;
	if (document->beyond > 0 || length + strlen(name) + 2 > PATH_SIZE) {
		document->beyond++;
		return;
	}
	document->path[length] = '/';
	memcpy(document->path + length + 1, name, strlen(name) + 1);
	document->domain = document->domain || strcmp(document->path, "/domain") == 0;
	document->interface =
		document->interface || strcmp(document->path, DEVICES "interface") == 0;
	if (is_told(document->path))
		import_leave(document->import, line_of(document), "<%s>: owrun has nothing for it",
			name);
	if (strncmp(document->path, DEVICES, strlen(DEVICES)) == 0 &&
		strchr(document->path + strlen(DEVICES), '/') == NULL) {
		device_clear(&document->device);
		document->device.line = line_of(document);
	}
	device_note(&document->device, document->path, NULL, NULL);
	for (size_t i = 0; attributes[i] != NULL; i += 2)
		take_attribute(document, attributes[i], attributes[i + 1]);
}

static void take_characters(void *context, const char *text, int length)
{
	struct document *document = context;
	size_t room = TEXT_SIZE - 1 - document->n_text, size = (size_t)length;

	document->cut = document->cut || size > room;
	memcpy(document->text + document->n_text, text, size > room ? room : size);
	document->n_text += size > room ? room : size;
}

/* Without the blanks around it. */
static const char *text_of(struct document *document)
{
	char *text = document->text;

	while (document->n_text > 0 && strchr(" \t\r\n", text[document->n_text - 1]) != NULL)
		document->n_text--;
	text[document->n_text] = '\0';
	return text + strspn(text, " \t\r\n");
}

static void end(void *context, const char *name)
{
	struct document *document = context;

	(void)name;
	if (document->beyond > 0) {
		document->beyond--;
		return;
	}
	if (!document->cut)
		element_take(&(struct element){.import = document->import,
				     .directory = document->directory,
				     .path = document->path,
				     .unit = document->unit,
				     .line = line_of(document)},
			text_of(document));
	if (strncmp(document->path, DEVICES, strlen(DEVICES)) == 0)
		(void)device_take(
			&document->device, document->path, document->import, document->directory);
	*strrchr(document->path, '/') = '\0';
	document->n_text = 0;
}

static void refuse(
	void *context, const char *name, const char *system, const char *public, int internal)
{
	struct document *document = context;

	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	document->doctype = true;
	XML_StopParser(document->parser, XML_FALSE);
}

static int parse(struct document *document, const char *text, size_t length, char **reterr_text)
{
	XML_Parser parser = document->parser;

	XML_SetUserData(parser, document);
	XML_SetElementHandler(parser, begin, end);
	XML_SetCharacterDataHandler(parser, take_characters);
	XML_SetStartDoctypeDeclHandler(parser, refuse);
	if (XML_Parse(parser, text, (int)length, 1) == XML_STATUS_OK)
		return document->domain
			       ? 0
			       : text_fail(reterr_text, -EINVAL, "it is no domain of libvirt's");
	if (document->doctype)
		return text_fail(reterr_text, -EINVAL,
			"line %u: it has a document type, which no domain of libvirt's has",
			line_of(document));
	return text_fail(reterr_text, -EINVAL, "line %u: %s", line_of(document),
		XML_ErrorString(XML_GetErrorCode(parser)));
}

int libvirt_read(const char *text, size_t length, const char *directory, struct import *import,
	char **reterr_text)
{
	struct document document = {
		.import = import, .directory = directory, .parser = XML_ParserCreate("UTF-8")};
	int r = 0;

	if (document.parser == NULL)
		abort();
	r = parse(&document, text, length, reterr_text);
	/* owrun's own choice would give it a LAN and a WAN. */
	if (r == 0 && !document.interface)
		set(&document, "nic", "none");
	XML_ParserFree(document.parser);
	device_clear(&document.device);
	free(document.unit);
	return r;
}
