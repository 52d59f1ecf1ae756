/* SPDX-License-Identifier: MIT
 * Who is on which network: facts in, a picture out. Pure.
 *
 * The room: map.c puts together what netd and the VMs tell, text.c draws it for a terminal,
 * layout.c gives all its place in a picture, svg.c draws that for a browser. */
#ifndef OWVM_LAUNCHER_MAP_MAP_H
#define OWVM_LAUNCHER_MAP_MAP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What is known. All is borrowed. */
struct map_facts {
	const json_t *ports; /* as of nets_fetch_ports() */
	const json_t *vms;   /* what state_read() has of each that runs, and its uid */
	const json_t *hosts; /* addresses of this host, as {"bridge": ["192.168.1.2/24"]} */
};

/* An array of networks, which the caller gives back: bridges in the order of their names, then the
 * user networks. Each is {bridge (null: user networks), members}, and a member {kind: "vm",
 * "client" or "host" (this one), name, nic, mac, address, interface, uid, state, forwards}, where
 * what is not known is null. */
json_t *map_make(const struct map_facts *facts);

/* Draw it with lines of at most `columns`, where no single word is wider; `unicode`: by characters
 * that draw lines, else by those of ASCII. */
void map_print_text(const json_t *map, size_t columns, bool unicode, FILE *stream);

/* Draw it as an SVG, which is valid whatever a name is. */
void map_print_svg(const json_t *map, FILE *stream);

/* A member that is a text, harmless for who shows it; "" where there is none. The caller frees it.
 */
char *map_word(const json_t *object, const char *key);

/* What a member is, in a word. */
const char *map_kind(const json_t *member);

/* A forward as people read it, with the arrow between this host and the guest. Likewise. */
char *map_forward(const char *text, const char *arrow);

#endif
