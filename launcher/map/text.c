/* SPDX-License-Identifier: MIT
 * Who is on which network, drawn for a terminal. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/map/map.h"

#define FIELDS 5
#define GAP 2	 /* columns between fields */
#define INDENT 3 /* columns before what belongs to a member */

/* Each is three columns wide. */
struct lines {
	const char *member, *last;   /* before a member, and before the last */
	const char *below, *nothing; /* before what belongs to one, and to the last */
	const char *arrow;
};

static const struct lines unicode_lines = {"├─ ", "└─ ", "│  ", "   ", "→"};
static const struct lines ascii_lines = {"|- ", "`- ", "|  ", "   ", "->"};

/* Where it is drawn. */
struct drawing {
	const struct lines *lines;
	size_t columns;
	FILE *stream;
};

/* Columns of a text: its characters, as what is harmless has no wide ones that matter. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80 ? 1 : 0;
	return n;
}

static const char *const keys[FIELDS] = {"name", "nic", "mac", "address", "interface"};

/* A field of a member; the caller frees it. */
static char *field(const json_t *member, size_t i)
{
	char *word = map_word(member, keys[i]);

	if (word[0] != '\0' || i > 0)
		return word;
	free(word);
	return text_format("(%s)", map_kind(member));
}

static void measure(const json_t *members, size_t ret_widths[FIELDS])
{
	for (size_t i = 0; i < json_array_size(members); i++)
		for (size_t j = 0; j < FIELDS; j++) {
			OWNED_MEMORY char *word = field(json_array_get(members, i), j);
			size_t wide = width(word);

			if (wide > ret_widths[j])
				ret_widths[j] = wide;
		}
}

static void pad(const struct drawing *drawing, size_t n)
{
	while (n-- > 0)
		fputc(' ', drawing->stream);
}

/* Write the fields in columns, and on further lines what has no room. */
static void draw_fields(const struct drawing *drawing, const json_t *member,
	const size_t widths[FIELDS], const char *first, const char *below)
{
	size_t at = INDENT, gap = 0; /* columns: of the next field, and before it */

	fputs(first, drawing->stream);
	for (size_t i = 0; i < FIELDS; i++) {
		OWNED_MEMORY char *word = field(member, i);

		if (word[0] != '\0' && at > 2 * INDENT && at + widths[i] > drawing->columns) {
			fprintf(drawing->stream, "\n%s", below);
			at = 2 * INDENT;
			gap = INDENT;
		}
		/* No blanks at the end of a line. */
		if (word[0] != '\0') {
			pad(drawing, gap);
			fputs(word, drawing->stream);
			gap = 0;
		}
		if (widths[i] > 0) {
			gap += widths[i] - width(word) + GAP;
			at += widths[i] + GAP;
		}
	}
	fputc('\n', drawing->stream);
}

static void draw_forwards(const struct drawing *drawing, const json_t *member, const char *below)
{
	const json_t *forwards = json_object_get(member, "forwards");

	for (size_t i = 0; i < json_array_size(forwards); i++) {
		OWNED_MEMORY char *forward = map_forward(
			json_string_value(json_array_get(forwards, i)), drawing->lines->arrow);

		fputs(below, drawing->stream);
		pad(drawing, INDENT);
		fprintf(drawing->stream, "%s\n", forward);
	}
}

static void draw_title(const struct drawing *drawing, const json_t *network)
{
	OWNED_MEMORY char *bridge = map_word(network, "bridge");

	if (bridge[0] == '\0')
		fputs("user networks, a VM alone on each\n", drawing->stream);
	else
		fprintf(drawing->stream, "bridge %s\n", bridge);
}

static void draw_network(const struct drawing *drawing, const json_t *network)
{
	const struct lines *lines = drawing->lines;
	const json_t *members = json_object_get(network, "members");
	size_t widths[FIELDS] = {0}, n = json_array_size(members);

	draw_title(drawing, network);
	measure(members, widths);
	for (size_t i = 0; i < n; i++) {
		const json_t *member = json_array_get(members, i);
		bool last = i + 1 == n;
		const char *below = last ? lines->nothing : lines->below;

		draw_fields(drawing, member, widths, last ? lines->last : lines->member, below);
		draw_forwards(drawing, member, below);
	}
}

void map_print_text(const json_t *map, size_t columns, bool unicode, FILE *stream)
{
	struct drawing drawing = {
		.lines = unicode ? &unicode_lines : &ascii_lines,
		.columns = columns,
		.stream = stream,
	};

	for (size_t i = 0; i < json_array_size(map); i++) {
		if (i > 0)
			fputc('\n', stream);
		draw_network(&drawing, json_array_get(map, i));
	}
}
