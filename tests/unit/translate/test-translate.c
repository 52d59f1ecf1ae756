/* SPDX-License-Identifier: MIT
 * Tests of launcher/translate: lines of QEMU's. */
#include "launcher/translate/translate.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/base/text.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 12

/* All that the line became: "OPTION VALUE" and sentences, each with "; " behind. */
static char *translate(const char *const *line)
{
	struct translation translation = {0};
	char *words[WORDS_MAX] = {0}, *text = text_format("%s", "");
	size_t n = 0;

	for (; line[n] != NULL; n++) {
		assert_true(n < WORDS_MAX);
		words[n] = strdup(line[n]);
	}
	for (size_t i = 0; i < n;) {
		size_t taken = translation_take(&translation, words + i, n - i);

		if (taken == 0)
			text_append(&text, "not '%s'; ", words[i]);
		i += taken == 0 ? 1 : taken;
	}
	translation_end(&translation);
	for (size_t i = 0; i < translation.n_items; i++)
		text_append(
			&text, "%s %s; ", translation.items[i].option, translation.items[i].value);
	for (size_t i = 0; i < translation.n_wrong; i++)
		text_append(&text, "! %s; ", translation.wrong[i]);
	translation_free(&translation);
	for (size_t i = 0; i < n; i++)
		free(words[i]);
	return text;
}

static const struct {
	const char *words[WORDS_MAX], *text;
} lines[] = {
	{{"-nographic", "-nodefaults", "-no-user-config", "-display", "none", "-vga", "none",
		 "-sandbox", "on,spawn=deny"},
		""},
	{{"-name", "r,process=p"}, "name r; "},
	{{"-name", "process=p,guest=r"}, "name r; "},
	{{"-name", "process=p"}, ""},
	{{"-m", "--name", "-nic"}, "not '-m'; not '--name'; not '-nic'; "},
	/* NICs: the order is that of the devices. */
	{{"-netdev", "user,id=w", "-netdev", "bridge,id=l,br=br0", "-device", "e1000,netdev=l",
		 "-device", "virtio-net-pci,netdev=w,mac=52:54:00:00:00:01,addr=0x4,id=n"},
		"nic bridge=br0,model=e1000; nic user,mac=52:54:00:00:00:01,addr=0x4; "},
	{{"-device", "virtio-net,netdev=n", "-netdev", "bridge,id=n"}, "nic bridge; "},
	{{"-nic", "user,model=e1000,id=x"}, "nic user,model=e1000; "},
	{{"-nic", "none"}, "nic none; "},
	{{"-nic", "bridge=br0"}, "nic bridge=br0; "},
	{{"-nic", "socket,listen=:1"}, "nic socket,listen=:1; "},
	{{"-nic", "tap,br=br0,ifname=t,script=no,downscript=no"}, "nic bridge=br0; "},
	{{"-nic", "tap,ifname=t,script=no,model=e1000"},
		"! '-nic tap,ifname=t,script=no,model=e1000': a tap is made by owvm-netd, on a bridge: '--nic bridge=NAME,model=e1000'; "},
	{{"-netdev", "tap,id=n,ifname=t", "-device", "e1000,netdev=n"},
		"! '-netdev tap,id=n,ifname=t': a tap is made by owvm-netd, on a bridge: '--nic bridge=NAME,model=e1000'; "},
	{{"-netdev", "vde,id=n", "-device", "e1000,netdev=n"},
		"! '-netdev vde,id=n': NICs are made by '--nic bridge=NAME' and '--nic user'; "},
	{{"-netdev", "user,id=n"}, "! '-netdev user,id=n': no '-device' goes with it; "},
	{{"-device", "e1000,netdev=n"},
		"! '-device e1000,netdev=n': no '-netdev' has the id 'n'; "},
	/* Each netdev has one device. */
	{{"-netdev", "user,id=n", "-device", "e1000,netdev=n", "-device", "e1000,netdev=n"},
		"nic user,model=e1000; ! '-device e1000,netdev=n': no '-netdev' has the id 'n'; "},
	/* Forwards keep their addresses; none is every address, as in QEMU. */
	{{"-nic", "user,hostfwd=tcp::2222-:22,hostfwd=udp:127.0.0.1:53-:53"},
		"forward wan:0.0.0.0:2222:22; forward wan:127.0.0.1:53:53/udp; nic user; "},
	{{"-nic", "user,hostfwd=:10.1.2.3:80-:81"}, "forward wan:10.1.2.3:80:81; nic user; "},
	{{"-nic", "user,hostfwd=tcp::80"},
		"nic user; ! 'hostfwd=tcp::80': ports are opened by '--forward [ADDR:]HOST:GUEST[/udp]'; "},
	{{"-nic", "user,hostfwd=sctp::80-:80"},
		"nic user; ! 'hostfwd=sctp::80-:80': ports are opened by '--forward [ADDR:]HOST:GUEST[/udp]'; "},
	/* Disks. */
	{{"-drive", "file=/a,,b,format=raw,id=d,readonly=on,snapshot=off"},
		"disk file=/a,,b,format=raw,readonly; "},
	{{"-drive", "file=/a,if=none,id=d", "-device", "ide-hd,drive=d"}, "disk file=/a,if=ide; "},
	{{"-device", "virtio-blk-pci,drive=d", "-drive", "if=none,id=d,file=/a"}, "disk file=/a; "},
	{{"-drive", "file=/a,if=none,id=d", "-device", "nvme,drive=d"},
		"! '-device nvme,drive=d': disks are '--disk PATH[,if=virtio|ide]'; "},
	{{"-drive", "file=/a,if=none,id=d"},
		"! '-drive file=/a,if=none,id=d': no '-device' goes with it; "},
	/* Shares. */
	{{"-virtfs", "local,path=/a,,b,mount_tag=t,security_model=passthrough,id=x"},
		"share /a,,b:t,shared; "},
	{{"-virtfs", "local,path=/a,mount_tag=t,security_model=mapped-xattr,readonly=on"},
		"share /a:t,ro; "},
	{{"-virtfs", "local,path=/a,mount_tag=t,security_model=mapped-file"},
		"! '-virtfs local,path=/a,mount_tag=t,security_model=mapped-file': directories are shared by '--share PATH[:TAG][,shared]'; "},
	{{"-device", "virtio-9p-pci,fsdev=f,mount_tag=t"},
		"! '-device virtio-9p-pci,fsdev=f,mount_tag=t': '--share PATH[:TAG]' brings its device along; "},
	/* Only QEMU's. */
	{{"-device", "usb-tablet", "-usb", "-display", "gtk"},
		"! '-device': what owrun does not know itself goes behind '--': 'owrun run ... -- -device usb-tablet'; "
		"! '-usb': what owrun does not know itself goes behind '--': 'owrun run ... -- -usb'; "
		"! '-display': what owrun does not know itself goes behind '--': 'owrun run ... -- -display gtk'; "},
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lines); i++) {
		char *text = translate(lines[i].words);

		assert_string_equal(text, lines[i].text);
		free(text);
	}
}

/* Whatever the number of words, none is lost without a sentence. */
static void test_too_many(void **state)
{
	struct translation translation = {0};
	char option[] = "-netdev", value[] = "user,id=n", *words[] = {option, value};

	(void)state;
	for (size_t i = 0; i < TRANSLATION_MAX + 1; i++)
		assert_int_equal(translation_take(&translation, words, 2), 2);
	assert_int_equal(translation.n_wrong, 1);
	assert_non_null(strstr(translation.wrong[0], "too many"));
	translation_free(&translation);
}

static void test_program(void **state)
{
	(void)state;
	assert_string_equal(translation_program("qemu-system-arm"), "arm");
	assert_string_equal(translation_program("/usr/bin/qemu-system-x86_64"), "x86_64");
	assert_null(translation_program("qemu-img"));
	assert_null(translation_program("router"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_program),
	};

	return cmocka_run_group_tests_name("translate", tests, NULL, NULL);
}
