/* SPDX-License-Identifier: MIT
 * Tests of launcher/plan/plan.c: network cards. */
#include <stdlib.h>
#include <string.h>

#include "launcher/base/text.h"
#include "tests/unit/plan/unit-plan.h"
#include "tests/unit/unit.h"

static void test_lan_user(void **state)
{
	(void)state;
	unit_plan_check((const char *const[]){"--disk=/a.img", "--lan=user", "--forward=8080:80",
				"--forward=0.0.0.0:5353:53/udp", NULL},
		&unit_plan_facts,
		MACHINE DISK
		"\t-netdev user,id=nic0,net=192.168.1.0/24,host=192.168.1.2,"
		"hostfwd=tcp:127.0.0.1:8080-192.168.1.1:80,"
		"hostfwd=udp:0.0.0.0:5353-192.168.1.1:53 \\\n" LAN_NIC WAN_USER WAN_NIC SOCKETS);
}

static void test_wan_forwards(void **state)
{
	(void)state;
	/* Those of a LAN that is a bridge are none of QEMU's. */
	unit_plan_check((const char *const[]){"--disk=/a.img", "--forward=wan:8080:80",
				"--forward=8081:81", "--forward=wan:2222:10.0.2.16:22", NULL},
		&unit_plan_facts,
		MACHINE DISK LAN_TAP LAN_NIC
		"\t-netdev user,id=nic1,hostfwd=tcp:127.0.0.1:8080-:80,"
		"hostfwd=tcp:127.0.0.1:2222-10.0.2.16:22 \\\n" WAN_NIC SOCKETS);
	unit_plan_check((const char *const[]){"--disk=/a.img", "--lan=none", NULL},
		&unit_plan_facts, MACHINE DISK "\t-netdev user,id=nic0 \\\n" LAN_NIC SOCKETS);
}

/* The guest learns the bridge's MTU where it is not what it would assume. */
static void test_lan_mtu(void **state)
{
	struct plan_facts jumbo = unit_plan_facts, unknown = unit_plan_facts;

	(void)state;
	jumbo.nics[0].mtu = 9000;
	unknown.nics[0].mtu = 0;
	unit_plan_check((const char *const[]){"--disk=/a.img", "--wan=none", NULL}, &jumbo,
		MACHINE DISK LAN_TAP
		"\t-device virtio-net-pci,netdev=nic0,mac=02:00:00:03:e8:01,"
		"romfile=,addr=0x8.0,host_mtu=9000 \\\n" SOCKETS);
	unit_plan_check((const char *const[]){"--disk=/a.img", "--wan=none", NULL}, &unknown,
		MACHINE DISK LAN_TAP LAN_NIC SOCKETS);
	/* It says nothing about a user network. */
	unit_plan_check((const char *const[]){"--disk=/a.img", "--lan=user", "--wan=none", NULL},
		&jumbo,
		MACHINE DISK
		"\t-netdev user,id=nic0,net=192.168.1.0/24,host=192.168.1.2 \\\n" LAN_NIC SOCKETS);
}

static void test_nics(void **state)
{
	struct plan_facts by_helper = unit_plan_facts;

	(void)state;
	unit_plan_check(
		(const char *const[]){"--disk=/a.img",
			"--nic=user,model=e1000,addr=3,net=10.7.0.0/24,host=10.7.0.9,dhcpstart=10.7.0.77",
			"--nic=bridge=br0,model=rtl8139", "--nic=user", "--forward=1:2", NULL},
		&unit_plan_facts,
		MACHINE DISK
		"\t-netdev user,id=nic0,net=10.7.0.0/24,host=10.7.0.9,dhcpstart=10.7.0.77,"
		"hostfwd=tcp:127.0.0.1:1-:2 \\\n"
		"\t-device e1000,netdev=nic0,mac=02:00:00:03:e8:01,romfile=,addr=0x3.0 \\\n"
		"\t-netdev tap,id=nic1,fds=5 \\\n"
		"\t-device rtl8139,netdev=nic1,mac=02:00:00:03:e8:02,romfile=,addr=0x9.0 \\\n"
		"\t-netdev user,id=nic2 \\\n"
		"\t-device virtio-net-pci,netdev=nic2,mac=02:00:00:03:e8:03,romfile=,addr=0xa.0 \\\n" SOCKETS);
	unit_plan_check((const char *const[]){"--disk=/a.img", "--nic=none", NULL},
		&unit_plan_facts, MACHINE DISK SOCKETS);
	by_helper.bridge_helper = "/bin/h";
	unit_plan_check(
		(const char *const[]){"--disk=/a.img", "--nic=bridge=br0", "--no-sandbox", NULL},
		&by_helper,
		MACHINE DISK
		"\t-netdev 'bridge,id=nic0,br=br0,helper=/bin/h --mac=02:00:00:03:e8:01' \\\n" LAN_NIC
			PORTS UNCONFINED "\t-pidfile /run/user/1000/owvm/r/pid\n");
}

/* The slots in the order of the NICs. */
static void check_slots(const char *const *words, const unsigned int *expected, size_t n)
{
	struct plan_facts facts = unit_plan_facts;
	char *text = unit_plan_of(words, &facts), *at = text;

	for (size_t i = 0; i < n; i++) {
		char *wanted = text_format("netdev=nic%zu,", i);
		char *address = text_format(",addr=0x%x.0", expected[i]);

		at = strstr(at, wanted);
		assert_non_null(at);
		at = strstr(at, ",addr=");
		if (strncmp(at, address, strlen(address)) != 0)
			fail_msg("nic%zu: %.12s", i, at);
		free(wanted);
		free(address);
	}
	free(text);
}

/* What is given goes before what is not. */
static void test_slots_that_are_given(void **state)
{
	(void)state;
	check_slots((const char *const[]){"--disk=/a.img", "--nic=user,addr=9", "--nic=user", NULL},
		(const unsigned int[]){0x9, 0xa}, 2);
	check_slots((const char *const[]){"--disk=/a.img", "--nic=user", "--nic=user,addr=8", NULL},
		(const unsigned int[]){0x9, 0x8}, 2);
	check_slots((const char *const[]){"--disk=/a.img", "--nic=user", "--nic=user", "--nic=user",
			    "--nic=user,addr=9", "--nic=user,addr=0xa", NULL},
		(const unsigned int[]){0x8, 0xb, 0xc, 0x9, 0xa}, 5);
	check_slots((const char *const[]){"--disk=/a.img", "--nic=user", "--nic=user,addr=3",
			    "--nic=user", NULL},
		(const unsigned int[]){0x8, 0x3, 0xa}, 3);
}

/* QEMU has its socket or, by the command of --dry-run, connects to it. */
static void test_passt(void **state)
{
	struct plan_facts by_path = unit_plan_facts;
	static const char *const words[] = {"--disk=/a.img", "--wan=passt", NULL};

	(void)state;
	unit_plan_check(words, &unit_plan_facts,
		MACHINE DISK LAN_TAP LAN_NIC
		"\t-netdev stream,id=nic1,server=off,addr.type=fd,addr.str=5 \\\n" WAN_NIC SOCKETS);
	by_path.nics[1].fd = 0;
	by_path.directory = "/a,b";
	char *text = unit_plan_of(words, &by_path);

	assert_non_null(strstr(text,
		"-netdev stream,id=nic1,server=off,addr.type=unix,"
		"addr.path=/a,,b/passt-nic1.sock \\\n"));
	free(text);
}

/* The lines of its own command, after those that are always there. */
static void check_passt(const struct plan_passt *passt, const char *expected)
{
	struct plan plan = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	plan_make_passt(passt, &plan);
	plan_print(&plan, stream);
	plan_free(&plan);
	fclose(stream);
	assert_string_equal(text, expected);
	free(text);
}

#define PASST \
	"/bin/passt \\\n" \
	"\t--quiet \\\n" \
	"\t--ipv4-only \\\n" \
	"\t--interface lo \\\n"
#define PASST_FILES \
	"\t--log-file /r/passt-nic1.log \\\n" \
	"\t--pid /r/passt-nic1.pid \\\n"

static void test_passt_itself(void **state)
{
	struct nic nic = {0};
	struct plan_passt passt = {
		.program = "/bin/passt",
		.directory = "/r",
		.id = "nic1",
		.nic = &nic,
		.forwards = {{.address = "127.0.0.1", .host = 8080, .guest = 80},
			{.address = "0.0.0.0", .host = 2222, .guest = 22},
			{.address = "127.0.0.1", .host = 5353, .guest = 53, .udp = true}},
	};
	char *error = NULL;

	(void)state;
	nic_init_wan_passt(&nic);
	passt.n_forwards = 1;
	passt.fd = 3;
	check_passt(&passt, PASST
		"\t--address 10.0.2.15 \\\n\t--netmask 24 \\\n\t--gateway 10.0.2.2 \\\n"
		"\t--mac-addr 52:55:0a:00:02:02 \\\n\t--dns-forward 10.0.2.3 \\\n"
		"\t--tcp-ports 127.0.0.1/8080:80 \\\n\t--udp-ports none \\\n" PASST_FILES
		"\t--fd 3\n");
	assert_int_equal(
		nic_parse("passt,net=10.7.1.0/16,host=10.7.0.9,dhcpstart=10.7.0.77", &nic, &error),
		0);
	passt.n_forwards = 3;
	passt.fd = 0;
	check_passt(&passt, PASST
		"\t--address 10.7.0.77 \\\n\t--netmask 16 \\\n\t--gateway 10.7.0.9 \\\n"
		"\t--mac-addr 52:55:0a:07:00:09 \\\n\t--dns-forward 10.7.0.3 \\\n"
		"\t--tcp-ports 127.0.0.1/8080:80 \\\n\t--tcp-ports 0.0.0.0/2222:22 \\\n"
		"\t--udp-ports 127.0.0.1/5353:53 \\\n" PASST_FILES
		"\t--one-off \\\n\t--socket /r/passt-nic1.sock\n");
}

static void test_queues(void **state)
{
	static const char *const words[] = {
		"--disk=/a.img", "--nic=bridge=br0,queues=3,vhost=on", NULL};
	struct plan_facts facts = unit_plan_facts;

	(void)state;
	facts.nics[0].taps = 3;
	unit_plan_check(words, &facts,
		MACHINE DISK
		"\t-netdev tap,id=nic0,fds=4:5:6 \\\n"
		"\t-device virtio-net-pci,netdev=nic0,mac=02:00:00:03:e8:01,romfile=,addr=0x8.0,"
		"mq=on,vectors=8 \\\n" SOCKETS);
	facts.nics[0].vhosts = 3;
	unit_plan_check(words, &facts,
		MACHINE DISK
		"\t-netdev tap,id=nic0,fds=4:5:6,vhost=on,vhostfds=7:8:9 \\\n"
		"\t-device virtio-net-pci,netdev=nic0,mac=02:00:00:03:e8:01,romfile=,addr=0x8.0,"
		"mq=on,vectors=8 \\\n" SOCKETS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lan_user),
		cmocka_unit_test(test_wan_forwards),
		cmocka_unit_test(test_lan_mtu),
		cmocka_unit_test(test_nics),
		cmocka_unit_test(test_slots_that_are_given),
		cmocka_unit_test(test_passt),
		cmocka_unit_test(test_passt_itself),
		cmocka_unit_test(test_queues),
	};

	return cmocka_run_group_tests_name("plan-network", tests, NULL, NULL);
}
