/* SPDX-License-Identifier: MIT
 * The page of a router: where a browser of this host finds it, and whether it answers. */
#ifndef OWVM_LAUNCHER_DOCTOR_PAGE_H
#define OWVM_LAUNCHER_DOCTOR_PAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "common/ifname.h"
#include "launcher/vm/forward.h"

struct page {
	struct forward way;	/* the forward, or the router itself */
	char link[IFNAME_SIZE]; /* the bridge to go by; empty: as the host's routes lead */
};

/* The i-th forward that leads to a page, by what is noted of a running VM. False: there is none. */
bool page_by_forward(const json_t *state, size_t i, struct page *ret_page);

/* The page of a router at its guest address, on the bridge of its LAN. False: its LAN is no bridge,
 * or this host has no address there that could reach it. */
bool page_by_bridge(const json_t *state, struct page *ret_page);

/* Its URL; the caller frees it. */
char *page_url(const struct page *page);

/* Ask for it, for at most that long. */
bool page_answers(const struct page *page, int timeout_ms);

#endif
