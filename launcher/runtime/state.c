/* SPDX-License-Identifier: MIT
 * What owrun tells of a VM that it started: a small JSON file in its runtime directory. */
#include "launcher/runtime/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/text.h"
#include "launcher/runtime/file.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

char *state_boot_id(void)
{
	FILE *stream = fopen(BOOT_ID, "re");
	char *line = NULL;
	size_t size = 0;

	if (stream == NULL || getline(&line, &size, stream) < 0) {
		free(line);
		line = text_format("%s", "");
	}
	if (stream != NULL)
		fclose(stream);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

int state_rewrite(const struct runtime *runtime, const json_t *changed)
{
	return atomic_file_write(runtime->directory_fd, RUNTIME_STATE, changed);
}

json_t *state_read(const struct runtime *runtime)
{
	OWNED_FD fd = runtime_file_open(runtime->directory_fd, RUNTIME_STATE, RUNTIME_FILE_MAX);
	json_t *state = fd < 0 ? NULL : json_loadfd(fd, 0, NULL);

	if (json_is_object(state))
		return state;
	json_decref(state);
	state = json_object();
	if (state == NULL)
		abort();
	return state;
}

bool state_enters_by_lan(const json_t *state, const struct forward *forward)
{
	const json_t *lan = json_array_get(json_object_get(state, "nics"), 0);

	return !forward->wan && json_is_string(json_object_get(lan, "interface"));
}

bool state_forward(const json_t *state, size_t i, struct forward *ret_forward)
{
	const char *text = json_string_value(json_array_get(json_object_get(state, "forwards"), i));
	OWNED_MEMORY char *ignored = NULL;

	return text != NULL && forward_parse(text, ret_forward, &ignored) == 0;
}

bool state_find_forward(const json_t *state, uint32_t guest, struct forward *ret_forward)
{
	const char *address = json_string_value(json_object_get(state, "guest_address"));
	size_t n = json_array_size(json_object_get(state, "forwards"));
	bool found = false;

	for (size_t i = 0; i < n && (!found || ret_forward->wan); i++) {
		struct forward one = {0};

		if (!state_forward(state, i, &one) || one.udp || one.guest != guest ||
			(found && one.wan) || !forward_is_of(&one, address))
			continue;
		*ret_forward = one;
		found = true;
	}
	return found;
}

bool state_forwards_by_passt(const json_t *state, const struct forward *forward)
{
	const json_t *nics = json_object_get(state, "nics"), *first = NULL;

	if (state_enters_by_lan(state, forward))
		return false;
	/* As vm_forward_nic() chooses. */
	for (size_t i = 0; i < json_array_size(nics); i++) {
		const json_t *nic = json_array_get(nics, i);
		bool lan = json_object_get(nic, "guest") != NULL;

		if (json_is_string(json_object_get(nic, "interface")) || (forward->wan && lan))
			continue;
		if (first == NULL || lan)
			first = nic;
		if (lan)
			break;
	}
	return json_object_get(first, "pid") != NULL;
}

void state_judge_passts(json_t *state)
{
	const json_t *nics = json_object_get(state, "nics");

	for (size_t i = 0; i < json_array_size(nics); i++) {
		json_t *nic = json_array_get(nics, i);
		json_int_t pid = json_integer_value(json_object_get(nic, "pid"));
		const char *start = json_string_value(json_object_get(nic, "start"));

		if (pid != 0 && start != NULL)
			json_object_set_new(
				nic, "ended", json_boolean(!process_is_there((pid_t)pid, start)));
	}
}

char *state_text(const json_t *state, const char *key)
{
	const char *text = json_string_value(json_object_get(state, key));

	return text == NULL ? NULL : text_format("%s", text);
}

void state_arguments(const json_t *state, char ***ret_arguments, size_t *ret_n)
{
	const json_t *array = json_object_get(state, "arguments");
	size_t n = json_array_size(array), used = 0;
	char **arguments = calloc(n + 1, sizeof(*arguments));

	if (arguments == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (text != NULL)
			arguments[used++] = text_format("%s", text);
	}
	*ret_arguments = arguments;
	*ret_n = used;
}

bool state_before_boot(const json_t *state)
{
	const char *then = json_string_value(json_object_get(state, "boot"));
	OWNED_MEMORY char *now = state_boot_id();

	return then != NULL && strcmp(then, now) != 0;
}
