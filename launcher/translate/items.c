/* SPDX-License-Identifier: MIT
 * What a line of QEMU's became: options of owrun's, and sentences. */
#include <stdlib.h>

#include "launcher/base/text.h"
#include "launcher/translate/private.h"

void translation_free(struct translation *translation)
{
	for (size_t i = 0; i < translation->n_items; i++)
		free(translation->items[i].value);
	for (size_t i = 0; i < translation->n_wrong; i++)
		free(translation->wrong[i]);
	*translation = (struct translation){0};
}

void translation_complain(struct translation *translation, char *sentence)
{
	if (translation->n_wrong < TRANSLATION_MAX)
		translation->wrong[translation->n_wrong++] = sentence;
	else
		free(sentence);
}

void translation_add(struct translation *translation, const char *option, char *value)
{
	if (translation->n_items == TRANSLATION_MAX) {
		translation_complain(
			translation, text_format("'%s': more than %d options are too many", value,
					     TRANSLATION_MAX));
		free(value);
		return;
	}
	translation->items[translation->n_items].option = option;
	translation->items[translation->n_items++].value = value;
}
