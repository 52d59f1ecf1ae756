/* SPDX-License-Identifier: MIT
 * Tests of launcher/console/boot.c. */
#include "launcher/console/boot.h"

#include <string.h>

#include "tests/unit/unit.h"

#define SEABIOS "\033c\033[?7l\033[2J\033[0mSeaBIOS (version 1.16.2-debian-1.16.2-1)\r\n"
#define IPXE \
	"\n\n\033[0;1miPXE 1.0.0+git\033[0m -- Open Source Network Boot Firmware -- " \
	"\033[0;36mhttp\r\n://ipxe.org\r\n\033[0mFeatures: DNS HTTP\r\n" \
	"Press Ctrl-B for the iPXE command line...\b \b\b \bnet0: 52:54:00:12:34:56\r\n" \
	"  [Link:up, TX:0 TXE:0 RX:0 RXE:0]\r\nConfiguring (net0 52:54)...... ok\r\n"

static void test_signs(void **state)
{
	static const struct {
		const char *log;
		enum boot_sign sign;
	} cases[] = {
		{"", BOOT_SILENT},
		{"\r\n  \033[2J\033[1;1H\n", BOOT_SILENT},
		{SEABIOS, BOOT_FIRMWARE},
		{SEABIOS "Booting from Hard Disk...\r\n", BOOT_FIRMWARE},
		{SEABIOS IPXE, BOOT_FIRMWARE},
		{SEABIOS IPXE "Booting from Floppy...\r\nBoot failed: could not read the boot disk"
			      "\r\n\nNo bootable device.\r\n",
			BOOT_GIVEN_UP},
		{SEABIOS "Booting from Hard Disk...\r\nGRUB loading.\r\n", BOOT_FIRMWARE},
		{SEABIOS "[    0.000000] Linux version 5.15\r\n", BOOT_MORE},
		{SEABIOS "No bootable device.\r\n# ", BOOT_MORE},
		{"x", BOOT_MORE},
		{"\033", BOOT_SILENT},
		{"\033[12", BOOT_SILENT},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		assert_int_equal(boot_sign_of(cases[i].log, strlen(cases[i].log)), cases[i].sign);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signs),
	};

	return cmocka_run_group_tests_name("boot", tests, NULL, NULL);
}
