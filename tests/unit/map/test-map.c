/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "launcher/map/map.h"
#include "tests/unit/unit.h"

#define FOLDER "tests/unit/map/"

/* The map of facts.json, which the caller gives back. */
static json_t *make(void)
{
	char *text = unit_read_source(FOLDER "facts.json");
	json_t *facts = json_loads(text, 0, NULL);
	json_t *map = NULL;

	assert_non_null(facts);
	map = map_make(&(struct map_facts){
		.ports = json_object_get(facts, "ports"),
		.vms = json_object_get(facts, "vms"),
		.hosts = json_object_get(facts, "hosts"),
	});
	json_decref(facts);
	free(text);
	return map;
}

/* columns 0: the SVG. The caller frees it. */
static char *draw(const json_t *map, size_t columns, bool unicode)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	if (columns == 0)
		map_print_svg(map, stream);
	else
		map_print_text(map, columns, unicode, stream);
	fclose(stream);
	return text;
}

static void test_make_puts_ports_and_vms_together(void **state)
{
	char *text = unit_read_source(FOLDER "map.json");
	json_t *expected = json_loads(text, 0, NULL), *map = make();

	(void)state;
	assert_non_null(expected);
	assert_true(json_equal(map, expected));
	json_decref(map);
	json_decref(expected);
	free(text);
}

static void test_print_draws_as_the_golden_files_have_it(void **state)
{
	static const struct {
		const char *file;
		size_t columns;
		bool unicode;
	} cases[] = {
		{FOLDER "40-ascii.txt", 40, false},
		{FOLDER "60.txt", 60, true},
		{FOLDER "200.txt", 200, true},
		{FOLDER "map.svg", 0, true},
	};
	json_t *map = make();

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *expected = unit_read_source(cases[i].file);
		char *drawn = draw(map, cases[i].columns, cases[i].unicode);

		assert_string_equal(drawn, expected);
		free(drawn);
		free(expected);
	}
	json_decref(map);
}

static size_t characters(const char *line, size_t length)
{
	size_t n = 0;

	for (size_t i = 0; i < length; i++)
		n += ((unsigned char)line[i] & 0xc0) != 0x80 ? 1 : 0;
	return n;
}

static void test_print_text_keeps_to_the_width_and_leaves_no_blanks(void **state)
{
	json_t *map = make();

	(void)state;
	/* The widest word, a forward, and what is before it have 40. */
	for (size_t columns = 40; columns < 200; columns++) {
		char *drawn = draw(map, columns, columns % 2 == 0);

		for (const char *line = drawn; *line != '\0';) {
			size_t length = strcspn(line, "\n");

			assert_true(characters(line, length) <= columns);
			assert_true(length == 0 || line[length - 1] != ' ');
			line += length + 1;
		}
		free(drawn);
	}
	json_decref(map);
}

/* By the WAN they lead to the one, else to the other, whatever carries it. */
static void test_make_knows_a_user_network_of_either_kind(void **state)
{
	static const char *const networks[] = {"user", "passt"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(networks); i++) {
		json_t *vms = json_pack("[{s:s, s:[s, s], s:[{s:s, s:s}, {s:s}]}]", "name", "r",
			"forwards", "wan:127.0.0.1:1:80", "127.0.0.1:2:80", "nics", "network",
			networks[i], "guest", "192.168.1.1", "network", networks[i]);
		json_t *map = map_make(&(struct map_facts){.vms = vms});
		char *drawn = draw(map, 80, false);

		assert_non_null(vms);
		assert_string_equal(drawn,
			"user networks, a VM alone on each\n"
			"|- r  eth0\n"
			"|     127.0.0.1:2 -> 80\n"
			"`- r  eth1\n"
			"      127.0.0.1:1 -> 80\n");
		free(drawn);
		json_decref(map);
		json_decref(vms);
	}
}

static void test_print_draws_nothing_of_nothing(void **state)
{
	json_t *map = map_make(&(struct map_facts){0});
	char *text = draw(map, 80, true), *svg = draw(map, 0, true);

	(void)state;
	assert_string_equal(text, "");
	assert_non_null(strstr(svg, "</svg>\n"));
	free(text);
	free(svg);
	json_decref(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make_puts_ports_and_vms_together),
		cmocka_unit_test(test_print_draws_as_the_golden_files_have_it),
		cmocka_unit_test(test_print_text_keeps_to_the_width_and_leaves_no_blanks),
		cmocka_unit_test(test_make_knows_a_user_network_of_either_kind),
		cmocka_unit_test(test_print_draws_nothing_of_nothing),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
