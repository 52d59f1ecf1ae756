/* SPDX-License-Identifier: MIT
 * Tests of netd_client_stay(): a helper that another process starts, which is this program itself,
 * started with --fd. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/netd-client/client.h"
#include "tests/unit/netd-client/unit-netd.h"
#include "tests/unit/unit.h"

#define SOCKET "sock" /* in a scratch directory, which the tests are in */
#define MODE "OWVM_FAKE_NETD"

static const struct netd_client helper = {
	.socket = SOCKET, .helper = "/proc/self/exe", .timeout_ms = 500};

static int ask(const struct netd_client *client, char **reterr_text)
{
	const struct wire_request request = {
		.operation = WIRE_TAP, .tap = {.bridge = "br0", .queues = 1, .label = "vm"}};
	struct wire_reply reply = {0};
	OWNED_NETD_FDS fds = {0};

	return netd_client_ask(client, &request, &reply, &fds, reterr_text);
}

/* What the one that stays has answered by a helper, as often as it is asked. */
static void test_answers(void **state)
{
	static const struct {
		const char *mode;
		int result;
	} cases[] = {{"grant", 0}, {"refuse", 0}, {"close", -EPIPE}, {"magic", -EPROTO},
		{"hang", -ETIMEDOUT}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct netd_client client = helper;
		unsigned int fds = unit_count_fds();
		char *error = NULL;

		assert_int_equal(setenv(MODE, cases[i].mode, 1), 0);
		assert_int_equal(netd_client_stay(&client, &error), 0);
		assert_true(client.staying.pid > 0);
		assert_int_equal(ask(&client, &error), cases[i].result);
		/* Behind one that hangs nobody else is served. */
		assert_int_equal(ask(&client, &error), cases[i].result);
		netd_client_leave(&client);
		netd_client_leave(&client);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(unit_count_fds(), fds);
		free(error);
	}
}

static void test_nobody_stays_beside_a_service(void **state)
{
	struct netd_client client = helper;
	int service = netd_listen(SOCKET);
	char *error = NULL;

	(void)state;
	assert_int_equal(netd_client_stay(&client, &error), 0);
	assert_int_equal(client.staying.pid, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	netd_client_leave(&client);
	close(service);
	assert_int_equal(unlink(SOCKET), 0);
}

static int set_up(void **state)
{
	static char path[] = "/tmp/owvm-test-staying-XXXXXX";

	*state = mkdtemp(path);
	return *state == NULL ? -1 : chdir(path);
}

static int tear_down(void **state)
{
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_nobody_stays_beside_a_service),
	};

	if (argc == 3 && strcmp(argv[1], "--fd") == 0 && getenv(MODE) != NULL) {
		netd_serve(getenv(MODE), 3);
		return 0;
	}
	return cmocka_run_group_tests_name("staying", tests, set_up, tear_down);
}
