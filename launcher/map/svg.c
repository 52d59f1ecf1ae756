/* SPDX-License-Identifier: MIT
 * Who is on which network, drawn for a browser. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/visible.h"
#include "launcher/map/layout.h"
#include "launcher/map/map.h"

struct picture {
	struct layout layout;
	FILE *stream;
};

/* Text in XML. What XML has no way to write was made visible, see map_word(). */
static void put_text(const char *text, FILE *stream)
{
	static const char *const names[] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;"};

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < sizeof(names) / sizeof(names[0]) && names[c] != NULL)
			fputs(names[c], stream);
		else
			fputc(c, stream);
	}
}

static void put_line(const struct picture *picture, unsigned int x, unsigned int y,
	const char *style, const char *text)
{
	fprintf(picture->stream, "<text x=\"%u\" y=\"%u\" class=\"%s\">", x, y, style);
	put_text(text, picture->stream);
	fputs("</text>\n", picture->stream);
}

static void draw_wires(const struct picture *picture)
{
	for (size_t i = 0; i < picture->layout.n_boxes; i++)
		for (size_t j = 0; j < json_array_size(picture->layout.boxes[i].plugs); j++) {
			const struct layout_box *box = &picture->layout.boxes[i];
			unsigned int x = layout_plug_x(box, j);

			fprintf(picture->stream,
				"<line x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\" class=\"wire\"/>\n",
				x, layout_network_y(layout_plug_network(box, j)) + LAYOUT_BAR, x,
				picture->layout.top);
		}
}

static void draw_bars(const struct picture *picture)
{
	for (size_t i = 0; i < json_array_size(picture->layout.map); i++) {
		const json_t *network = json_array_get(picture->layout.map, i);
		OWNED_MEMORY char *title = layout_title(network);

		if (json_is_null(json_object_get(network, "bridge")))
			continue;
		fprintf(picture->stream,
			"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"4\" class=\"bar\"/>\n",
			LAYOUT_MARGIN, layout_network_y(i),
			picture->layout.width - 2 * LAYOUT_MARGIN, LAYOUT_BAR);
		put_line(picture, LAYOUT_MARGIN + LAYOUT_PADDING,
			layout_network_y(i) + LAYOUT_BAR - 8, "title", title);
	}
}

/* The end of a wire: on a bridge a dot, else a network of its own. */
static void draw_end(const struct picture *picture, const struct layout_box *box, size_t plug)
{
	size_t network = layout_plug_network(box, plug);
	unsigned int x = layout_plug_x(box, plug), y = layout_network_y(network);

	if (json_is_string(
		    json_object_get(json_array_get(picture->layout.map, network), "bridge"))) {
		fprintf(picture->stream, "<circle cx=\"%u\" cy=\"%u\" r=\"5\" class=\"dot\"/>\n", x,
			y + LAYOUT_BAR);
		return;
	}
	fprintf(picture->stream,
		"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"13\" class=\"cloud\"/>\n",
		x - LAYOUT_CLOUD / 2, y, LAYOUT_CLOUD, LAYOUT_BAR);
	fprintf(picture->stream,
		"<text x=\"%u\" y=\"%u\" class=\"small\" text-anchor=\"middle\">user network</text>\n",
		x, y + LAYOUT_BAR - 9);
}

/* The lines about a plug, below y. */
static void draw_plug(
	const struct picture *picture, const struct layout_box *box, size_t plug, unsigned int y)
{
	const json_t *lines = json_object_get(json_array_get(box->plugs, plug), "lines");

	for (size_t i = 0; i < json_array_size(lines); i++) {
		y += LAYOUT_LINE;
		put_line(picture, layout_plug_left(box, plug) + LAYOUT_PADDING, y,
			i == 0 ? "nic" : "line", json_string_value(json_array_get(lines, i)));
	}
}

static void draw_box(const struct picture *picture, const struct layout_box *box)
{
	OWNED_MEMORY char *name = visible_line(box->name == NULL ? "(client)" : box->name);
	unsigned int x = box->x + LAYOUT_PADDING,
		     y = picture->layout.top + LAYOUT_PADDING + LAYOUT_LINE - 4;

	fprintf(picture->stream,
		"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"6\" class=\"%s\"/>\n",
		box->x, picture->layout.top, box->width, box->height,
		strcmp(box->kind, "vm") == 0 ? "vm" : "client");
	put_line(picture, x, y, "name", name);
	for (size_t i = 0; i < json_array_size(box->plugs); i++) {
		draw_plug(picture, box, i, y + LAYOUT_LINE / 2);
		draw_end(picture, box, i);
	}
}

static void draw_head(const struct picture *picture)
{
	fprintf(picture->stream,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\">\n",
		picture->layout.width, picture->layout.height, picture->layout.width,
		picture->layout.height);
	fputs("<style>\n"
	      "text { font: 12px 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1f2933; }\n"
	      ".title, .name, .nic { font-weight: bold; }\n"
	      ".title { fill: #ffffff; }\n"
	      ".name { font-size: 13px; }\n"
	      ".small { font-size: 11px; }\n"
	      ".wire { stroke: #52606d; stroke-width: 2; }\n"
	      ".bar { fill: #2c5282; }\n"
	      ".dot { fill: #ffffff; stroke: #2c5282; stroke-width: 3; }\n"
	      ".cloud { fill: #f0f4f8; stroke: #829ab1; stroke-dasharray: 4 3; }\n"
	      ".vm { fill: #e6f0fa; stroke: #2c5282; }\n"
	      ".client { fill: #fdf3e1; stroke: #b7791f; }\n"
	      "</style>\n"
	      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
		picture->stream);
}

void map_print_svg(const json_t *map, FILE *stream)
{
	struct picture picture = {.stream = stream};

	layout_make(map, &picture.layout);
	draw_head(&picture);
	draw_wires(&picture);
	draw_bars(&picture);
	for (size_t i = 0; i < picture.layout.n_boxes; i++)
		draw_box(&picture, &picture.layout.boxes[i]);
	fputs("</svg>\n", stream);
	layout_free(&picture.layout);
}
