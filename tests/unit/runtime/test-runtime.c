/* SPDX-License-Identifier: MIT
 * Tests of launcher/runtime/runtime.c. */
#include "launcher/runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/runtime/find.h"
#include "launcher/vm/vm.h"
#include "tests/unit/unit.h"

#define RACERS 16
#define ROUNDS 8

/* A scratch directory and what is in it: "xdg", mode 0700, and "tmp", mode 1777. */
struct scratch {
	char *top, *xdg, *tmp;
	struct runtime_places places;
};

static int set_up(void **state)
{
	char path[] = "/tmp/owvm-test-runtime-XXXXXX";
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (scratch == NULL || mkdtemp(path) == NULL)
		return -1;
	scratch->top = text_format("%s", path);
	scratch->xdg = text_format("%s/xdg", path);
	scratch->tmp = text_format("%s/tmp", path);
	scratch->places = (struct runtime_places){
		.xdg = scratch->xdg, .fallback = scratch->tmp, .uid = geteuid()};
	*state = scratch;
	return mkdir(scratch->xdg, 0700) < 0 || mkdir(scratch->tmp, 0700) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	struct scratch *scratch = *state;
	char *command = text_format("rm -r '%s'", scratch->top);
	int r = system(command);

	free(command);
	free(scratch->top);
	free(scratch->xdg);
	free(scratch->tmp);
	free(scratch);
	return r;
}

static void must_claim(
	const struct runtime_places *places, const char *name, struct runtime *ret_runtime)
{
	char *error = NULL;

	*ret_runtime = (struct runtime)RUNTIME_NONE;
	if (runtime_claim(places, name, ret_runtime, &error) < 0)
		fail_msg("%s", error);
	assert_null(error);
}

static void must_fail(
	const struct runtime_places *places, const char *name, int expected, const char *sentence)
{
	struct runtime runtime = RUNTIME_NONE;
	char *error = NULL;
	int r = runtime_claim(places, name, &runtime, &error);

	if (r != expected || strstr(error, sentence) == NULL)
		fail_msg("%d, %s", r, error);
	assert_int_equal(runtime.lock, -1);
	free(error);
}

static void test_claim_and_remove(void **state)
{
	struct scratch *scratch = *state;
	struct runtime runtime, found = RUNTIME_NONE;
	char *expected = text_format("%s/owvm/router", scratch->xdg), *error = NULL;
	unsigned int fds = unit_count_fds();
	struct stat st = {0};

	must_claim(&scratch->places, "router", &runtime);
	assert_string_equal(runtime.directory, expected);
	assert_int_equal(stat(expected, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_true(runtime_alive(&runtime));
	assert_int_equal(runtime_find(&scratch->places, "router", &found, &error), 0);
	assert_string_equal(found.directory, expected);
	assert_int_equal(found.holder.pid, getpid());
	/* Alive: it stays. */
	runtime_remove(&found);
	assert_int_equal(access(expected, F_OK), 0);
	runtime_remove(&runtime);
	assert_int_equal(access(expected, F_OK), -1);
	runtime_close(&runtime);
	runtime_close(&found);
	assert_int_equal(unit_count_fds(), fds);
	free(expected);
}

static void test_claim_in_use(void **state)
{
	struct scratch *scratch = *state;
	char *sentence =
		text_format("name 'a' is in use by pid %d: 'owrun console a'", (int)getpid());
	struct runtime runtime, other;

	must_claim(&scratch->places, "a", &runtime);
	must_fail(&scratch->places, "a", -EBUSY, sentence);
	must_claim(&scratch->places, "b", &other);
	runtime_close(&other);
	runtime_close(&runtime);
	must_claim(&scratch->places, "a", &runtime);
	runtime_close(&runtime);
	free(sentence);
}

/* A login without XDG_RUNTIME_DIR started it; this one has it. */
static void test_claim_in_use_elsewhere(void **state)
{
	struct scratch *scratch = *state;
	struct runtime_places bare = scratch->places;
	struct runtime runtime, found = RUNTIME_NONE;
	char *error = NULL;

	bare.xdg = NULL;
	must_claim(&bare, "a", &runtime);
	must_fail(&scratch->places, "a", -EBUSY, "name 'a' is in use by pid");
	assert_int_equal(runtime_find(&scratch->places, "a", &found, &error), 0);
	assert_string_equal(found.directory, runtime.directory);
	runtime_close(&found);
	runtime_close(&runtime);
}

/* Of many that claim one name at a time exactly one wins, also while others remove it. */
static void test_claim_race(void **state)
{
	struct scratch *scratch = *state;

	for (int round = 0; round < ROUNDS; round++) {
		int go[2] = {-1, -1}, stay[2] = {-1, -1}, winners = 0;

		assert_int_equal(pipe2(go, O_CLOEXEC) | pipe2(stay, O_CLOEXEC), 0);
		for (int i = 0; i < RACERS; i++) {
			struct runtime runtime = RUNTIME_NONE;
			char *error = NULL, byte = 0;
			pid_t pid = fork();

			assert_true(pid >= 0);
			if (pid > 0)
				continue;
			close(go[1]);
			close(stay[1]);
			(void)!read(go[0], &byte, 1);
			if (runtime_claim(&scratch->places, "a", &runtime, &error) < 0)
				_exit(0);
			/* The winner holds on until all others have given up. */
			(void)!read(stay[0], &byte, 1);
			runtime_remove(&runtime);
			_exit(1);
		}
		close(go[0]);
		close(go[1]);
		for (int i = 0; i < RACERS; i++) {
			int status = 0;

			if (i == RACERS - 1)
				close(stay[1]);
			assert_true(wait(&status) > 0);
			assert_true(WIFEXITED(status));
			winners += WEXITSTATUS(status);
		}
		close(stay[0]);
		assert_int_equal(winners, 1);
	}
}

static void test_path_length(void **state)
{
	struct scratch *scratch = *state;
	char *directory = NULL, *error = NULL;
	char name[VM_NAME_SIZE] = "";
	char *deep = text_format("%s/%.*s", scratch->xdg, 60,
		"123456789012345678901234567890123456789012345678901234567890");
	struct runtime_places places = scratch->places;

	memset(name, 'n', sizeof(name) - 1);
	assert_int_equal(runtime_path(&places, name, &directory, &error), 0);
	/* sun_path has 108 bytes with the NUL. */
	assert_true(strlen(directory) + strlen("/" RUNTIME_MONITOR) < 108);
	free(directory);
	assert_int_equal(mkdir(deep, 0700), 0);
	places.xdg = deep;
	assert_int_equal(runtime_path(&places, name, &directory, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error, "more than 107 bytes; give a shorter '--name'"));
	free(error);
	must_fail(&places, name, -ENAMETOOLONG, "more than 107 bytes");
	free(deep);
}

static void test_find_nothing(void **state)
{
	static const char *const names[] = {"nobody", "", "..", "../owvm", "a/b"};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		struct runtime found = RUNTIME_NONE;
		char *error = NULL;

		assert_int_equal(runtime_find(&scratch->places, names[i], &found, &error), -ESRCH);
		assert_non_null(strstr(error, "'owrun ls' shows those that are"));
		free(error);
	}
}

static void note(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	FILE *stream = context;

	assert_non_null(strstr(runtime->directory, name));
	fprintf(stream, "%s%s ", name, alive ? "+" : "-");
}

static void test_each(void **state)
{
	struct scratch *scratch = *state;
	struct runtime_places bare = scratch->places;
	struct runtime b, a, c;
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	bare.xdg = NULL;
	runtime_each(&scratch->places, note, stream);
	fflush(stream);
	assert_string_equal(text, "");
	must_claim(&scratch->places, "b", &b);
	must_claim(&scratch->places, "a", &a);
	must_claim(&bare, "c", &c);
	runtime_close(&a);
	runtime_each(&scratch->places, note, stream);
	fclose(stream);
	assert_string_equal(text, "a- b+ c+ ");
	free(text);
	runtime_close(&b);
	runtime_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_claim_and_remove, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_claim_in_use, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_claim_in_use_elsewhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_claim_race, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_path_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_find_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_each, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("runtime", tests, NULL, NULL);
}
