/* SPDX-License-Identifier: MIT
 * Fuzz target: any text as a recipe with its value, and as what an image says of its release.
 *
 * The first byte picks the syntax. What comes into a script from a value leaves its quotes even and
 * has no control character, so that a shell reads it as one word. */
#include <stdlib.h>
#include <string.h>

#include "launcher/edit/recipe.h"
#include "tests/fuzz/fuzz.h"

static void expect_quoted(const char *script)
{
	size_t quotes = 0;

	for (const char *c = script; *c != '\0'; c++) {
		EXPECT((unsigned char)*c >= ' ' || *c == '\n' || *c == '\t');
		quotes += *c == '\'';
	}
	EXPECT(quotes % 2 == 0);
}

/* Those that name a file are as good as the file. */
static int names_a_file(const char *said)
{
	return strncmp(said, "root-key", 8) == 0 || strncmp(said, "ssh-host-keys", 13) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *said = size == 0 ? NULL : calloc(1, size), *error = NULL;
	struct recipe_made made = {0};

	if (said == NULL)
		return 0;
	memcpy(said, data + 1, size - 1);
	EXPECT(recipe_syntax_of(said) <= RECIPE_LISTS);
	if (!names_a_file(said) && recipe_check(said, &error) == 0) {
		EXPECT(recipe_make(said, (enum recipe_syntax)(data[0] % 3), &made, &error) == 0);
		expect_quoted(made.script);
		EXPECT(strchr(made.destination + strlen(RECIPE_DIRECTORY) + 1, '/') == NULL);
	}
	recipe_free(&made);
	free(error);
	free(said);
	return 0;
}
