/* SPDX-License-Identifier: MIT
 * Tests of launcher/home/remember.c. */
#include "launcher/home/remember.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "tests/unit/unit.h"

#define FILE_NAME "remembered.json"

static struct vmdir place = VMDIR_NONE;

/* A directory to write in; it is the working directory. */
static int set_up(void **state)
{
	char template[] = "/tmp/owvm-remember-XXXXXX", *error = NULL;

	if (mkdtemp(template) == NULL || chdir(template) < 0)
		return -1;
	if (vmdir_open(template, false, &place, &error) < 0)
		return -1;
	*state = text_format("%s", template);
	return 0;
}

/* Fails when anything but the file is left. */
static int tear_down(void **state)
{
	int r = 0;

	vmdir_close(&place);
	unlink(FILE_NAME);
	r = rmdir(*state);
	free(*state);
	return r;
}

static void write_file(const char *text)
{
	int fd = open(FILE_NAME, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void save(const json_t *remembered)
{
	char *error = NULL;

	assert_int_equal(remember_save(&place, remembered, &error), 0);
	assert_null(error);
}

static json_t *load(void)
{
	char *complaint = NULL;
	json_t *remembered = remember_load(&place, &complaint);

	if (complaint != NULL)
		fail_msg("%s", complaint);
	assert_true(json_is_object(remembered));
	return remembered;
}

static void test_kvm_failed_and_works_again(void **state)
{
	json_t *remembered = load();
	struct stat status = {0};
	char *phrase = NULL;

	(void)state;
	assert_null(remember_kvm(remembered));
	remember_kvm_failed(remembered, "it showed no sign of \x1blife", 1700000000);
	save(remembered);
	json_decref(remembered);
	assert_int_equal(stat(FILE_NAME, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	remembered = load();
	phrase = remember_kvm(remembered);
	assert_non_null(strstr(phrase, "under KVM it showed no sign of \x1blife on 2023-11-1"));
	assert_non_null(strstr(phrase, "('--accel kvm' tries again)"));
	free(phrase);
	remember_kvm_works(remembered);
	assert_null(remember_kvm(remembered));
	save(remembered);
	json_decref(remembered);
	/* Nothing is left to remember. */
	assert_int_equal(access(FILE_NAME, F_OK), -1);
}

static void test_unknown_members_are_kept(void **state)
{
	json_t *remembered = NULL;

	(void)state;
	write_file("{\"later\": [1]}");
	remembered = load();
	remember_kvm_failed(remembered, "it stopped", 0);
	save(remembered);
	json_decref(remembered);
	remembered = load();
	assert_int_equal(json_array_size(json_object_get(remembered, "later")), 1);
	json_decref(remembered);
}

static void test_the_same_is_not_written_again(void **state)
{
	json_t *remembered = json_pack("{s:i}", "later", 1);
	struct stat before = {0}, after = {0};

	(void)state;
	save(remembered);
	assert_int_equal(stat(FILE_NAME, &before), 0);
	save(remembered);
	assert_int_equal(stat(FILE_NAME, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	json_decref(remembered);
}

static void test_broken(void **state)
{
	static const char *const cases[] = {"", "{", "[]", "7", "{} {}", "{\"a\":1,\"a\":2}",
		"{\"kvm\": true}", "{\"kvm\": {\"reason\": \"x\"}}",
		"{\"kvm\": {\"reason\": 1, \"time\": 1}}", "{\"ports\": []}",
		"{\"ports\": {\"127.0.0.1:0:80\": 65536}}", "{\"ports\": {\"127.0.0.1:0:80\": -1}}",
		"{\"ports\": {\"127.0.0.1:0:80\": \"8080\"}}", "{\"macs\": 1}",
		"{\"macs\": {\"0\": \"03:00:00:00:00:01\"}}"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *complaint = NULL;
		json_t *remembered = NULL;

		write_file(cases[i]);
		remembered = remember_load(&place, &complaint);
		if (complaint == NULL)
			fail_msg("'%s' was taken", cases[i]);
		assert_non_null(strstr(complaint, "/" FILE_NAME "' is not used: "));
		assert_int_equal(json_object_size(remembered), 0);
		/* It starts anew. */
		remember_kvm_failed(remembered, "it stopped", 0);
		save(remembered);
		json_decref(remembered);
		json_decref(load());
		free(complaint);
	}
}

/* There is no room: a limit tells it like a full disk does. */
static void test_no_room(void **state)
{
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
	json_t *remembered = json_object();
	struct rlimit before;
	char *error = NULL;

	(void)state;
	remember_kvm_failed(remembered, "it stopped", 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(remember_save(&place, remembered, &error), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(error, ": File too large"));
	json_decref(remembered);
	free(error);
}

static void test_no_place(void **state)
{
	const struct vmdir none = VMDIR_NONE;
	char *error = NULL;
	json_t *remembered = remember_load(&none, &error);

	(void)state;
	assert_null(error);
	assert_int_equal(json_object_size(remembered), 0);
	json_decref(remembered);
}

static void probe(json_t *remembered, struct forward *forwards, size_t n)
{
	char *error = NULL;

	if (remember_probe(remembered, forwards, n, &error) != 0)
		fail_msg("%s", error);
}

static void test_ports_are_the_same_again(void **state)
{
	static const struct forward asked[] = {
		{.address = "127.0.0.1", .guest = 80},
		{.address = "127.0.0.1", .guest = 80, .udp = true},
		{.address = "127.0.0.1", .guest = 22},
		{.address = "127.0.0.1", .guest = 22},
	};
	struct forward first[4] = {0}, second[4] = {0};
	json_t *remembered = load();

	(void)state;
	memcpy(first, asked, sizeof(asked));
	memcpy(second, asked, sizeof(asked));
	probe(remembered, first, 4);
	save(remembered);
	json_decref(remembered);
	remembered = load();
	probe(remembered, second, 4);
	assert_int_equal(second[0].host, first[0].host);
	assert_int_equal(second[1].host, first[1].host);
	/* Of two that are written alike, one is remembered, and the other gets another port. */
	assert_true(second[2].host == first[3].host);
	assert_int_not_equal(second[3].host, second[2].host);
	json_decref(remembered);
}

/* Listen on a port of the loopback address; 0: any. */
static int take_port(uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(*port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void test_a_port_that_is_taken_is_replaced(void **state)
{
	struct forward forwards[2] = {{.address = "127.0.0.1", .guest = 80}};
	json_t *remembered = json_object();
	uint16_t port = 0;
	int fd = 0;

	(void)state;
	probe(remembered, forwards, 1);
	port = forwards[0].host;
	fd = take_port(&port);
	forwards[0].host = 0;
	probe(remembered, forwards, 1);
	assert_int_not_equal(forwards[0].host, port);
	close(fd);
	/* The new one is remembered, unless another forward wants it by number. */
	port = forwards[0].host;
	forwards[0].host = 0;
	probe(remembered, forwards, 1);
	assert_int_equal(forwards[0].host, port);
	forwards[1] = forwards[0];
	forwards[0].host = 0;
	probe(remembered, forwards, 2);
	assert_int_not_equal(forwards[0].host, port);
	assert_int_equal(json_object_size(json_object_get(remembered, "ports")), 1);
	json_decref(remembered);
}

static void test_macs(void **state)
{
	static const uint8_t mac[MAC_SIZE] = {2, 0, 0, 3, 232, 7};
	uint8_t found[MAC_SIZE] = {0};
	json_t *remembered = json_object();

	(void)state;
	remember_mac_is(remembered, 1, mac);
	assert_true(!remember_mac(remembered, 0, found) && remember_mac(remembered, 1, found));
	assert_memory_equal(found, mac, MAC_SIZE);
	json_decref(remembered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_macs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kvm_failed_and_works_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unknown_members_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_the_same_is_not_written_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_broken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_room, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ports_are_the_same_again, set_up, tear_down),
		cmocka_unit_test(test_a_port_that_is_taken_is_replaced),
	};

	return cmocka_run_group_tests_name("remember", tests, NULL, NULL);
}
