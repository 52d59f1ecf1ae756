/* SPDX-License-Identifier: MIT
 * Where all that svg.c draws has its place: networks are bars, one below the other, and who is on
 * them stands below, side by side. */
#include "launcher/map/layout.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "launcher/map/map.h"

#define ROW 64	     /* from one bar to the next */
#define CHARACTER 75 /* width of a character of text, in tenths of a pixel */
#define GAP 24	     /* between boxes */
#define PLUG 110     /* width that a plug takes at least, with its user network */

static const char *string_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* The box of a member: that of its VM, where there is one already. */
static struct layout_box *box_of(struct layout *layout, const json_t *member)
{
	const char *name = string_of(member, "name");
	json_int_t uid = json_integer_value(json_object_get(member, "uid"));
	struct layout_box *box = NULL;

	for (size_t i = 0; name != NULL && i < layout->n_boxes; i++) {
		box = &layout->boxes[i];
		if (box->name != NULL && strcmp(box->name, name) == 0 && box->uid == uid)
			return box;
	}
	layout->boxes = reallocarray(layout->boxes, layout->n_boxes + 1, sizeof(*layout->boxes));
	if (layout->boxes == NULL)
		abort();
	box = &layout->boxes[layout->n_boxes++];
	*box = (struct layout_box){
		.name = name,
		.kind = string_of(member, "kind"),
		.uid = uid,
		.plugs = json_array(),
	};
	return box;
}

/* The lines of text about a plug, which the caller gives back. */
static json_t *lines_of(const json_t *member)
{
	static const char *const keys[] = {"nic", "mac", "address", "interface"};
	const json_t *forwards = json_object_get(member, "forwards");
	json_t *lines = json_array();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		OWNED_MEMORY char *word = map_word(member, keys[i]);

		if (word[0] != '\0')
			json_array_append_new(lines, json_string(word));
	}
	for (size_t i = 0; i < json_array_size(forwards); i++) {
		OWNED_MEMORY char *forward =
			map_forward(json_string_value(json_array_get(forwards, i)), "→");

		json_array_append_new(lines, json_string(forward));
	}
	return lines;
}

static unsigned int wide(const char *text)
{
	return (unsigned int)strlen(text) * CHARACTER / 10;
}

static void widen(unsigned int *width, unsigned int needed)
{
	if (*width < needed)
		*width = needed;
}

/* Put a member into its box, which grows with it. */
static void plug_in(struct layout *layout, size_t network, const json_t *member)
{
	struct layout_box *box = box_of(layout, member);
	json_t *lines = lines_of(member);
	unsigned int width = PLUG, height = LAYOUT_LINE * (unsigned int)json_array_size(lines);

	for (size_t i = 0; i < json_array_size(lines); i++)
		widen(&width,
			wide(json_string_value(json_array_get(lines, i))) + 2 * LAYOUT_PADDING);
	json_array_append_new(box->plugs,
		json_pack("{s:I, s:o, s:I, s:I}", "network", (json_int_t)network, "lines", lines,
			"left", (json_int_t)box->width, "width", (json_int_t)width));
	box->width += width;
	widen(&box->height, height);
}

static bool is_host(const json_t *member)
{
	return strcmp(string_of(member, "kind"), "host") == 0;
}

char *layout_title(const json_t *network)
{
	OWNED_MEMORY char *bridge = map_word(network, "bridge");
	const json_t *members = json_object_get(network, "members");
	char *title = text_format("bridge %s", bridge);

	for (size_t i = 0; i < json_array_size(members); i++) {
		OWNED_MEMORY char *address = map_word(json_array_get(members, i), "address");

		if (is_host(json_array_get(members, i)))
			text_append(&title, "%s%s", i == 0 ? ", this host is " : ", ", address);
	}
	return title;
}

static void place(struct layout *layout)
{
	unsigned int x = LAYOUT_MARGIN, tallest = 0;
	size_t n = json_array_size(layout->map);

	for (size_t i = 0; i < n; i++) {
		const json_t *network = json_array_get(layout->map, i);
		const json_t *members = json_object_get(network, "members");
		OWNED_MEMORY char *title = layout_title(network);

		widen(&layout->width, wide(title) + 2 * (LAYOUT_MARGIN + LAYOUT_PADDING));
		for (size_t j = 0; j < json_array_size(members); j++)
			if (!is_host(json_array_get(members, j)))
				plug_in(layout, i, json_array_get(members, j));
	}
	for (size_t i = 0; i < layout->n_boxes; i++) {
		struct layout_box *box = &layout->boxes[i];

		OWNED_MEMORY char *name = visible_line(box->name == NULL ? "" : box->name);

		box->x = x;
		widen(&box->width, wide(name) + 2 * LAYOUT_PADDING);
		box->height += LAYOUT_LINE * 3 / 2 + 2 * LAYOUT_PADDING;
		x += box->width + GAP;
		widen(&tallest, box->height);
	}
	widen(&layout->width, x - GAP + LAYOUT_MARGIN);
	layout->top = LAYOUT_MARGIN + ROW * (unsigned int)n;
	layout->height = layout->top + tallest + LAYOUT_MARGIN;
}

static unsigned int number_of(const struct layout_box *box, size_t plug, const char *key)
{
	return (unsigned int)json_integer_value(
		json_object_get(json_array_get(box->plugs, plug), key));
}

unsigned int layout_plug_left(const struct layout_box *box, size_t i)
{
	return box->x + number_of(box, i, "left");
}

unsigned int layout_plug_x(const struct layout_box *box, size_t i)
{
	return layout_plug_left(box, i) + number_of(box, i, "width") / 2;
}

size_t layout_plug_network(const struct layout_box *box, size_t i)
{
	return number_of(box, i, "network");
}

unsigned int layout_network_y(size_t network)
{
	return LAYOUT_MARGIN + ROW * (unsigned int)network;
}

void layout_make(const json_t *map, struct layout *ret_layout)
{
	*ret_layout = (struct layout){.map = map};
	place(ret_layout);
}

void layout_free(struct layout *layout)
{
	for (size_t i = 0; i < layout->n_boxes; i++)
		json_decref(layout->boxes[i].plugs);
	free(layout->boxes);
	*layout = (struct layout){0};
}
