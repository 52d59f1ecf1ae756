/* SPDX-License-Identifier: MIT
 * VMs that have ended: what is noted of the end, and told. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/text.h"
#include "launcher/home/ended-private.h"
#include "launcher/runtime/file.h"

#define AWAIT_TIMEOUT 3000 /* ms: it copies some files */
#define DATE_SIZE 48

json_t *ended_to_json(const struct ended *ended)
{
	json_t *object = json_object();

	if (object == NULL)
		abort();
	if (ended->time != 0)
		json_object_set_new(object, "ended", json_integer(ended->time));
	if (ended->status != ENDED_UNKNOWN)
		json_object_set_new(object, ended->status < 0 ? "signal" : "status",
			json_integer(ended->status < 0 ? -ended->status : ended->status));
	return object;
}

/* A member that is a sound number, or `otherwise`. */
static json_int_t number_of(const json_t *object, const char *key, json_int_t otherwise)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);

	return json_is_integer(value) && number >= 0 && number <= INT64_C(0x7fffffffffff)
		       ? number
		       : otherwise;
}

void ended_of_json(const json_t *object, struct ended *ret_ended)
{
	json_int_t status = number_of(object, "status", -1), by = number_of(object, "signal", 0);

	*ret_ended = (struct ended){
		.time = (time_t)number_of(object, "ended", 0), .status = ENDED_UNKNOWN};
	if (status >= 0 && status <= UINT8_MAX)
		ret_ended->status = (int)status;
	else if (by > 0 && by <= UINT8_MAX)
		ret_ended->status = -(int)by;
}

int ended_note(const struct runtime *runtime, const struct ended *ended)
{
	json_auto_t *object = ended_to_json(ended);

	return atomic_file_write(runtime->directory_fd, RUNTIME_ENDED, object);
}

json_t *ended_read_note(const struct runtime *runtime)
{
	OWNED_FD fd = runtime_file_open(runtime->directory_fd, RUNTIME_ENDED, RUNTIME_FILE_MAX);

	return fd < 0 ? NULL : json_loadfd(fd, 0, NULL);
}

void ended_noted(const struct runtime *runtime, struct ended *ret_ended)
{
	json_auto_t *object = ended_read_note(runtime);

	ended_of_json(object, ret_ended);
}

void ended_await(const struct runtime *runtime)
{
	struct runtime_holder keeper = {0};
	struct pollfd wait = {.fd = -1, .events = POLLIN};

	if (!runtime_noted(runtime->directory_fd, RUNTIME_KEEPER_PID, &keeper))
		return;
	wait.fd = pidfd_open(keeper.pid, 0);
	/* The pid may be another's by now. */
	if (wait.fd >= 0 && process_is_there(keeper.pid, keeper.start))
		(void)!poll(&wait, 1, AWAIT_TIMEOUT);
	cleanup_close(&wait.fd);
}

char *ended_sentence(const char *name, const struct ended *ended)
{
	char *text = NULL;
	char date[DATE_SIZE] = "";
	struct tm calendar = {0};

	if (ended->time == 0 || localtime_r(&ended->time, &calendar) == NULL ||
		strftime(date, sizeof(date), "on %Y-%m-%d at %H:%M:%S", &calendar) == 0)
		return text_format("VM '%s' has ended; nobody saw when and how", name);
	text = text_format("VM '%s' ended %s: ", name, date);
	if (ended->status == ENDED_UNKNOWN)
		text_append(&text, "nobody saw how");
	else if (ended->status < 0)
		text_append(&text, "QEMU was killed by signal %d (%s)", -ended->status,
			strsignal(-ended->status));
	else
		text_append(&text, "QEMU's exit status was %d", ended->status);
	return text;
}
