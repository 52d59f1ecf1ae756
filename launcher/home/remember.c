/* SPDX-License-Identifier: MIT
 * What is remembered of a VM from one start to the next: a small JSON file in its directory. */
#include "launcher/home/remember.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/text.h"
#include "launcher/home/state-home.h"
#include "launcher/host/forward-probe.h"

#define DATE_SIZE 32
#define PLACE_OF_RUN "run/%s" /* in state_home_open(), by the name of a VM */

static json_t *empty(void)
{
	json_t *object = json_object();

	if (object == NULL)
		abort();
	return object;
}

static bool kvm_valid(const json_t *kvm)
{
	return kvm == NULL || (json_is_string(json_object_get(kvm, "reason")) &&
				      json_is_integer(json_object_get(kvm, "time")));
}

static bool ports_valid(json_t *ports)
{
	const char *key = NULL;
	json_t *value = NULL;

	if (ports == NULL)
		return true;
	json_object_foreach (ports, key, value)
		if (json_integer_value(value) < 1 || json_integer_value(value) > UINT16_MAX)
			return false;
	return json_is_object(ports);
}

static bool macs_valid(json_t *macs)
{
	const char *key = NULL;
	json_t *value = NULL;
	uint8_t mac[MAC_SIZE] = {0};

	if (macs == NULL)
		return true;
	json_object_foreach (macs, key, value)
		if (!json_is_string(value) || !mac_parse(json_string_value(value), mac) ||
			!mac_valid_for_guest(mac))
			return false;
	return json_is_object(macs);
}

static bool valid(const json_t *remembered)
{
	return json_is_object(remembered) && kvm_valid(json_object_get(remembered, "kvm")) &&
	       ports_valid(json_object_get(remembered, "ports")) &&
	       macs_valid(json_object_get(remembered, "macs"));
}

json_t *remember_load(const struct vmdir *vmdir, char **ret_complaint)
{
	OWNED_MEMORY char *reason = NULL;
	json_t *remembered = NULL;
	int r = vmdir->fd < 0 ? -ENOENT : vmdir_read(vmdir, VMDIR_REMEMBERED, &remembered, &reason);

	if (r == 0 && valid(remembered))
		return remembered;
	if (r != -ENOENT)
		(void)text_fail(ret_complaint, -EINVAL,
			"what was remembered in '%s/" VMDIR_REMEMBERED "' is not used: %s",
			vmdir->path, r < 0 ? reason : "it is not what owrun writes");
	json_decref(remembered);
	return empty();
}

int remember_open_run(const char *name, struct vmdir *ret_directory, char **reterr_text)
{
	OWNED_MEMORY char *place = text_format(PLACE_OF_RUN, name);

	return state_home_open(place, ret_directory, reterr_text);
}

int remember_make_run(const char *name, struct vmdir *ret_directory, char **reterr_text)
{
	OWNED_MEMORY char *place = text_format(PLACE_OF_RUN, name);

	return state_home_make(place, ret_directory, reterr_text);
}

bool remember_forget_run(const char *name)
{
	OWNED_MEMORY char *ignored = NULL;
	OWNED_VMDIR place = VMDIR_NONE;

	if (remember_open_run(name, &place, &ignored) < 0)
		return false;
	(void)!vmdir_unlink(&place, VMDIR_REMEMBERED);
	return vmdir_remove(&place) == 0;
}

static bool is_saved(const struct vmdir *vmdir, const json_t *remembered)
{
	OWNED_MEMORY char *complaint = NULL;
	json_t *saved = remember_load(vmdir, &complaint);
	bool same = complaint == NULL && json_equal(saved, remembered);

	json_decref(saved);
	return same;
}

int remember_save(const struct vmdir *vmdir, const json_t *remembered, char **reterr_text)
{
	int r = 0;

	if (json_object_size(remembered) == 0)
		r = vmdir_unlink(vmdir, VMDIR_REMEMBERED);
	else if (!is_saved(vmdir, remembered))
		r = atomic_file_save(vmdir->fd, VMDIR_REMEMBERED, remembered);
	if (r == 0 || r == -ENOENT)
		return 0;
	return text_fail(reterr_text, r, "cannot remember in '%s/" VMDIR_REMEMBERED "': %s",
		vmdir->path, strerror(-r));
}

char *remember_kvm(const json_t *remembered)
{
	const json_t *kvm = json_object_get(remembered, "kvm");
	time_t when = (time_t)json_integer_value(json_object_get(kvm, "time"));
	OWNED_MEMORY char *reason = NULL;
	char date[DATE_SIZE] = "";
	struct tm calendar = {0};

	if (kvm == NULL)
		return NULL;
	reason = text_format("%s", json_string_value(json_object_get(kvm, "reason")));
	if (localtime_r(&when, &calendar) == NULL ||
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &calendar) == 0)
		memcpy(date, "some day", sizeof("some day"));
	return text_format("under KVM %s on %s ('--accel kvm' tries again)", reason, date);
}

void remember_kvm_failed(json_t *remembered, const char *reason, time_t when)
{
	json_t *kvm = json_pack("{s:s, s:I}", "reason", reason, "time", (json_int_t)when);

	if (kvm == NULL || json_object_set_new(remembered, "kvm", kvm) < 0)
		abort();
}

void remember_kvm_works(json_t *remembered)
{
	(void)json_object_del(remembered, "kvm");
}

bool remember_mac(const json_t *remembered, size_t nic, uint8_t ret_mac[MAC_SIZE])
{
	OWNED_MEMORY char *key = text_format("%zu", nic);
	const char *text =
		json_string_value(json_object_get(json_object_get(remembered, "macs"), key));

	return text != NULL && mac_parse(text, ret_mac);
}

/* The object of addresses, which is made where there is none. */
static json_t *macs_of(json_t *remembered)
{
	json_t *macs = json_object_get(remembered, "macs");

	if (macs == NULL) {
		macs = empty();
		if (json_object_set_new(remembered, "macs", macs) < 0)
			abort();
	}
	return macs;
}

void remember_mac_is(json_t *remembered, size_t nic, const uint8_t mac[MAC_SIZE])
{
	OWNED_MEMORY char *key = text_format("%zu", nic);
	char text[MAC_TEXT_SIZE] = {0};

	mac_format(mac, text);
	if (json_object_set_new(macs_of(remembered), key, json_string(text)) < 0)
		abort();
}

int remember_by_host(const struct vmdir *vmdir, char **reterr_text)
{
	OWNED_MEMORY char *complaint = NULL;
	json_t *remembered = remember_load(vmdir, &complaint);
	int r = 0;

	(void)macs_of(remembered);
	r = remember_save(vmdir, remembered, reterr_text);
	json_decref(remembered);
	return r;
}

bool remember_is_by_host(const json_t *remembered)
{
	return json_object_get(remembered, "macs") != NULL;
}

/* Is the port one that another forward has, or is about to get? */
static bool taken(const struct forward *forwards, size_t n, uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		if (forwards[i].host == port)
			return true;
	return false;
}

/* Give an automatic forward the port that it had, if it is free. */
static void recall(const json_t *ports, struct forward *forwards, size_t n, size_t i)
{
	struct forward trial = forwards[i];
	OWNED_MEMORY char *error = NULL;
	char text[FORWARD_TEXT_SIZE] = {0};
	json_int_t port = 0;

	forward_format(&forwards[i], text);
	port = json_integer_value(json_object_get(ports, text));
	trial.host = (uint16_t)port;
	if (port == 0 || taken(forwards, n, trial.host) || forward_probe(&trial, 1, &error) < 0)
		return;
	forwards[i].host = trial.host;
}

static void note(json_t *remembered, const struct forward *asked, uint16_t port)
{
	json_t *ports = json_object_get(remembered, "ports");
	char text[FORWARD_TEXT_SIZE] = {0};

	forward_format(asked, text);
	if (ports == NULL || json_object_size(ports) >= REMEMBER_PORTS_MAX) {
		ports = empty();
		if (json_object_set_new(remembered, "ports", ports) < 0)
			abort();
	}
	if (json_object_set_new(ports, text, json_integer(port)) < 0)
		abort();
}

int remember_probe(json_t *remembered, struct forward *forwards, size_t n, char **reterr_text)
{
	const json_t *ports = json_object_get(remembered, "ports");
	struct forward asked[FORWARDS_MAX] = {0};
	int r = 0;

	assert(n <= FORWARDS_MAX);
	if (n > 0)
		memcpy(asked, forwards, n * sizeof(asked[0]));
	for (size_t i = 0; i < n; i++)
		if (asked[i].host == 0)
			recall(ports, forwards, n, i);
	r = forward_probe(forwards, n, reterr_text);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (asked[i].host == 0)
			note(remembered, &asked[i], forwards[i].host);
	return r;
}
