/* SPDX-License-Identifier: MIT
 * The page of a router. */
#include "launcher/doctor/page.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/doctor/forward.h"
#include "launcher/runtime/state.h"

#define HTTP 80

bool page_by_forward(const json_t *state, size_t i, struct page *ret_page)
{
	const char *guest = json_string_value(json_object_get(state, "guest_address"));
	struct page page = {0};
	size_t n = json_array_size(json_object_get(state, "forwards"));

	for (size_t at = 0, found = 0; at < n; at++)
		if (state_forward(state, at, &page.way) && !page.way.udp &&
			page.way.guest == HTTP && forward_is_of(&page.way, guest) && found++ == i) {
			*ret_page = page;
			return true;
		}
	return false;
}

static uint32_t ipv4_of(const struct sockaddr *address)
{
	struct sockaddr_in in = {0};

	if (address == NULL || address->sa_family != AF_INET)
		return 0;
	memcpy(&in, address, sizeof(in));
	return in.sin_addr.s_addr;
}

/* Has this host an address on that link, in whose network the router's is? */
static bool is_on(const char *link, const char *router)
{
	struct ifaddrs *all = NULL;
	struct in_addr wanted = {0};
	bool found = false;

	if (inet_pton(AF_INET, router, &wanted) != 1 || getifaddrs(&all) < 0)
		return false;
	for (const struct ifaddrs *one = all; one != NULL && !found; one = one->ifa_next) {
		uint32_t mine = ipv4_of(one->ifa_addr), mask = ipv4_of(one->ifa_netmask);

		found = strcmp(one->ifa_name, link) == 0 && mine != 0 && mine != wanted.s_addr &&
			((mine ^ wanted.s_addr) & mask) == 0;
	}
	freeifaddrs(all);
	return found;
}

bool page_by_bridge(const json_t *state, struct page *ret_page)
{
	const char *bridge = json_string_value(json_object_get(state, "lan"));
	const char *guest = json_string_value(json_object_get(state, "guest_address"));
	struct page page = {.way = {.host = HTTP, .guest = HTTP}};

	if (bridge == NULL || strlen(bridge) >= sizeof(page.link) || guest == NULL ||
		strlen(guest) >= sizeof(page.way.address) || !is_on(bridge, guest))
		return false;
	memcpy(page.way.address, guest, strlen(guest) + 1);
	memcpy(page.link, bridge, strlen(bridge) + 1);
	*ret_page = page;
	return true;
}

char *page_url(const struct page *page)
{
	const char *address = forward_reach(&page->way);

	return page->way.host == HTTP
		       ? text_format("http://%s/", address)
		       : text_format("http://%s:%u/", address, (unsigned int)page->way.host);
}

bool page_answers(const struct page *page, int timeout_ms)
{
	char seen[DOCTOR_FORWARD_SEEN] = "";
	int error = 0;

	return doctor_forward_try(&page->way, page->link[0] == '\0' ? NULL : page->link, timeout_ms,
		       seen, &error) == DOCTOR_FORWARD_ANSWERS &&
	       strncmp(seen, "HTTP/", 5) == 0;
}
