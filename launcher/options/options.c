/* SPDX-License-Identifier: MIT
 * The command line of owrun: what it said. */
#include "launcher/options/options.h"

#include <stdlib.h>

#define ESCAPE_DEFAULT 0x1d /* ^] */
#define TIMEOUT_DEFAULT 10  /* seconds */

void options_init(struct options *ret_options)
{
	*ret_options = (struct options){
		.vmdir = VMDIR_NONE, .escape = ESCAPE_DEFAULT, .timeout = TIMEOUT_DEFAULT};
	vm_init(&ret_options->vm);
}

void options_free(struct options *options)
{
	vm_free(&options->vm);
	settings_free(&options->settings);
	translation_free(&options->translation);
	free(options->name);
	free(options->operands);
	vmdir_close(&options->vmdir);
	for (size_t i = 0; options->arguments != NULL && options->arguments[i] != NULL; i++)
		free(options->arguments[i]);
	free(options->arguments);
}

void options_add_operand(struct options *options, char *operand)
{
	options->operands = reallocarray(
		options->operands, options->n_operands + 1, sizeof(*options->operands));
	if (options->operands == NULL)
		abort();
	options->operands[options->n_operands++] = operand;
}
