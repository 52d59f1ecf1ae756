/* SPDX-License-Identifier: MIT
 * Where all that svg.c draws has its place. */
#ifndef OWVM_LAUNCHER_MAP_LAYOUT_H
#define OWVM_LAUNCHER_MAP_LAYOUT_H

#include <jansson.h>
#include <stddef.h>

/* In pixels. */
#define LAYOUT_MARGIN 24
#define LAYOUT_BAR 26	  /* height of a network */
#define LAYOUT_LINE 16	  /* height of a line of text */
#define LAYOUT_PADDING 12 /* inside a box */
#define LAYOUT_CLOUD 96	  /* width of a user network */

/* Somebody with a box: a VM with all its NICs, or a client. */
struct layout_box {
	const char *name, *kind; /* borrowed; name may be NULL */
	json_int_t uid;
	json_t *plugs; /* of {network (its number), lines (texts), left, width} */
	unsigned int x, width, height;
};

struct layout {
	const json_t *map; /* borrowed */
	struct layout_box *boxes;
	size_t n_boxes;
	unsigned int width, height, top; /* top: of the boxes */
};

/* Lay a map out, which must outlive it. Free it with layout_free(). */
void layout_make(const json_t *map, struct layout *ret_layout);
void layout_free(struct layout *layout);

/* What is written on the bar of a bridge; the caller frees it. */
char *layout_title(const json_t *network);

/* Of the i-th plug of a box: where its column begins, where its wire is, and the number of its
 * network. */
unsigned int layout_plug_left(const struct layout_box *box, size_t i);
unsigned int layout_plug_x(const struct layout_box *box, size_t i);
size_t layout_plug_network(const struct layout_box *box, size_t i);

/* The upper edge of a network. */
unsigned int layout_network_y(size_t network);

#endif
