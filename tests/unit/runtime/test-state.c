/* SPDX-License-Identifier: MIT
 * Tests of launcher/runtime/state.c: what is noted of a VM is found again, whatever the file
 * holds. */
#include "launcher/runtime/state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/options/options.h"
#include "launcher/options/settings-json.h"
#include "launcher/options/table.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define STATE "vm/" RUNTIME_STATE

static int directory_fd; /* of "vm" */

static struct runtime runtime_here(void)
{
	static char directory[] = "vm";

	return (struct runtime){.directory = directory, .directory_fd = directory_fd, .lock = -1};
}

static int set_up(void **state)
{
	if (scratch_set_up(state) < 0 || mkdir("vm", 0700) < 0)
		return -1;
	directory_fd = open("vm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory_fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	close(directory_fd);
	return scratch_tear_down(state);
}

/* Read settings as `owrun run` does: "KEY=VALUE" each. */
static void set(struct settings *settings, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		size_t length = strcspn(words[i], "=");

		settings_add(settings, options_find_key(words[i], length), words[i] + length + 1,
			NULL, NULL);
	}
}

/* Note a VM of these settings. Returns what state_write() does. */
static int write_note(const char *const *words, const char *vmdir, char *const *arguments)
{
	struct runtime runtime = runtime_here();
	OWNED_SETTINGS settings = {0};
	char *error = NULL, reason[] = "no /dev/kvm";
	char interfaces[VM_NICS_MAX][IFNAME_SIZE] = {{0}};
	struct plan_facts facts = {.accel = ACCEL_TCG, .arguments = arguments};
	struct vm vm;
	/* Of this process, and of one that is not there. */
	struct runtime_holder passts[VM_NICS_MAX] = {{.pid = getpid()}, {.pid = getpid()}};
	struct state state = {.vm = &vm, .vmdir = vmdir, .facts = &facts, .accel_reason = reason};
	json_t *said = NULL;
	int r = 0;

	state.passts = passts;
	assert_true(process_start(getpid(), passts[0].start));
	memcpy(passts[1].start, "1", 2);
	vm_init(&vm);
	set(&settings, words);
	if (settings_apply(&settings, &vm, &error) < 0 || vm_complete(&vm, 1000, &error) < 0)
		fail_msg("%s", error);
	while (arguments != NULL && arguments[facts.n_arguments] != NULL)
		facts.n_arguments++;
	for (size_t i = 0; i < vm.n_nics; i++) {
		facts.nics[i].mac[0] = 2;
		facts.nics[i].mac[5] = (uint8_t)(i + 1);
		snprintf(interfaces[i], sizeof(interfaces[i]), "ow1t%u", (unsigned int)i & 7);
		if (vm.nics[i].kind == NIC_BRIDGE)
			state.interfaces[i] = interfaces[i];
	}
	said = settings_to_json(&settings);
	state.settings = said;
	r = state_write(&runtime, &state);
	json_decref(said);
	vm_free(&vm);
	return r;
}

/* Note a VM of these settings, and read what was noted. Give it back. */
static json_t *note(const char *const *words, const char *vmdir, char *const *arguments)
{
	struct runtime runtime = runtime_here();

	assert_int_equal(write_note(words, vmdir, arguments), 0);
	return state_read(&runtime);
}

/* The member as JSON, in the order of its keys. */
static void check(const json_t *state, const char *key, const char *expected)
{
	char *text = json_dumps(
		json_object_get(state, key), JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);

	assert_non_null(text);
	if (strcmp(text, expected) != 0)
		fail_msg("%s: %s", key, text);
	free(text);
}

/* There is no room: a limit tells it like a full disk does. */
static void test_write_without_room(void **state)
{
	static const char *const words[] = {"name=r", "disk=/a.img", NULL};
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
	struct rlimit before;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(write_note(words, NULL, NULL), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	/* Nothing of it is left. */
	assert_int_equal(rmdir("vm"), 0);
}

static void test_write(void **state)
{
	static const char *const words[] = {"name=r", "disk=/a.img", "disk=/b.qcow2,readonly",
		"disk=/c.img,snapshot", "forward=8080:80", "share=/srv:data", "monitor=tcp:4444",
		NULL};
	json_t *read = note(words, "/v/r", NULL);
	json_int_t started = json_integer_value(json_object_get(read, "started"));

	(void)state;
	check(read, "name", "\"r\"");
	check(read, "vmdir", "\"/v/r\"");
	check(read, "accel", "\"tcg\"");
	check(read, "accel_reason", "\"no /dev/kvm\"");
	check(read, "lan", "\"ow-1000\"");
	check(read, "wan", "\"user\"");
	check(read, "interface", "\"ow1t0\"");
	check(read, "nics",
		"[{\"interface\":\"ow1t0\",\"mac\":\"02:00:00:00:00:01\",\"model\":\"virtio-net-pci\","
		"\"network\":\"ow-1000\"},"
		"{\"interface\":null,\"mac\":\"02:00:00:00:00:02\",\"model\":\"virtio-net-pci\","
		"\"network\":\"user\"}]");
	check(read, "forwards", "[\"127.0.0.1:8080:80\"]");
	check(read, "disks",
		"[{\"path\":\"/a.img\",\"written\":true},{\"path\":\"/b.qcow2\",\"written\":false},"
		"{\"path\":\"/c.img\",\"written\":false}]");
	check(read, "monitor", "\"tcp:127.0.0.1:4444\"");
	check(read, "serials", "[\"console\"]");
	check(read, "sandbox", "true");
	check(read, "arguments", "[]");
	assert_true(started > 0 && started <= time(NULL));
	assert_false(state_before_boot(read));
	assert_int_equal(access(STATE ".new", F_OK), -1);
	json_decref(read);
}

static void test_write_less(void **state)
{
	static const char *const words[] = {"kernel=/k", "name=r", "nic=none", "ephemeral=yes",
		"disk=/a.img", "no-sandbox=yes", NULL};
	json_t *read = note(words, NULL, NULL);

	(void)state;
	check(read, "vmdir", "null");
	check(read, "lan", "\"none\"");
	check(read, "wan", "\"none\"");
	check(read, "interface", "null");
	check(read, "nics", "[]");
	check(read, "monitor", "null");
	check(read, "sandbox", "false");
	check(read, "disks", "[{\"path\":\"/a.img\",\"written\":false}]");
	json_decref(read);
}

/* What `restart` needs: the settings and the arguments, word by word. */
static void test_restart(void **state)
{
	static const char *const words[] = {
		"kernel=/k", "append=a=b 'c'", "append=d", "nic=user", "memory=1G", NULL};
	char uuid[] = "-uuid", text[] = "a \"b\" \\", empty[] = "";
	char *const given[] = {uuid, text, empty, NULL};
	json_t *read = note(words, NULL, given);
	OWNED_SETTINGS again = {0};
	char **arguments = NULL, *name = state_text(read, "name"), *missing = NULL;
	size_t n = 0;

	(void)state;
	settings_from_json(json_object_get(read, "settings"), &again);
	for (size_t i = 0; words[i] != NULL; i++) {
		char *word = text_format("%s=%s", again.items[i].row->name, again.items[i].text);

		assert_true(i < again.n);
		assert_string_equal(word, words[i]);
		free(word);
	}
	state_arguments(read, &arguments, &n);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(arguments[i], given[i]);
		free(arguments[i]);
	}
	assert_null(arguments[n]);
	assert_string_equal(name, "k");
	missing = state_text(read, "nonsense");
	assert_null(missing);
	assert_null(state_text(read, "sandbox"));
	free(arguments);
	free(name);
	json_decref(read);
}

static void test_read_nonsense(void **state)
{
	static const char *const cases[] = {"", "{", "[]", "null", "7", "{}", "{\"arguments\": 7}",
		"{\"arguments\": {\"a\": \"b\"}, \"boot\": 1}", "{\"name\": \"\xff\"}"};
	struct runtime runtime = runtime_here();

	(void)state;
	for (size_t i = 0; i <= UNIT_COUNT(cases); i++) {
		json_t *read = NULL;
		char **arguments = NULL;
		size_t n = 7;

		/* In the end there is no file. */
		if (i < UNIT_COUNT(cases))
			scratch_write(STATE, cases[i]);
		else
			assert_int_equal(unlink(STATE), 0);
		read = state_read(&runtime);
		assert_true(json_is_object(read));
		assert_null(state_text(read, "name"));
		assert_false(state_before_boot(read));
		state_arguments(read, &arguments, &n);
		assert_int_equal(n, 0);
		assert_null(arguments[0]);
		free(arguments);
		json_decref(read);
	}
}

static void test_before_boot(void **state)
{
	struct runtime runtime = runtime_here();
	json_t *read = NULL;

	(void)state;
	scratch_write(STATE, "{\"boot\": \"5f0f6d3e-0000-0000-0000-000000000000\"}");
	read = state_read(&runtime);
	assert_true(state_before_boot(read));
	json_decref(read);
}

static void test_passt(void **state)
{
	static const char *const words[] = {"name=r", "nic=passt", "nic=passt", "disk=a.img", NULL};
	static const char *const user[] = {"name=r", "disk=/a.img", "lan=user", "wan=passt", NULL};
	const struct forward plain = {.guest = 80}, wan = {.guest = 80, .wan = true};
	json_t *noted = note(words, NULL, NULL), *nics = json_object_get(noted, "nics");

	(void)state;
	state_judge_passts(noted);
	assert_true(json_is_false(json_object_get(json_array_get(nics, 0), "ended")));
	assert_true(json_is_true(json_object_get(json_array_get(nics, 1), "ended")));
	json_decref(noted);
	noted = note(user, NULL, NULL);
	assert_false(state_forwards_by_passt(noted, &plain));
	assert_true(state_forwards_by_passt(noted, &wan));
	json_decref(noted);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_passt),
		TEST(test_write_without_room),
		TEST(test_write),
		TEST(test_write_less),
		TEST(test_restart),
		TEST(test_read_nonsense),
		TEST(test_before_boot),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
