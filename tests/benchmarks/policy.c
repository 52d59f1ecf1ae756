/* SPDX-License-Identifier: MIT
 * How long a large policy takes: to load it, and to decide with it. See README.md.
 *
 * usage: policy-bench FOLDER     (one that only the caller can write to, up to '/', or "-") */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "policy/policy-object.h"
#include "policy/policy-parse.h"
#include "tests/policy/names.h"

#define RULES 10000
#define LOADS 101
#define DECISIONS 1001
#define LOAD_GOAL_US 20000.0
#define DECIDE_GOAL_US 50.0

static double now_us(void)
{
	struct timespec now = {.tv_sec = 0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(values[0]), compare);
	return values[n / 2];
}

/* Returns whether the goal is reached. */
static bool report(const char *what, double *values, size_t n, double goal)
{
	double middle = median(values, n);

	printf("%-34s median %9.2f us, best %9.2f us: %6.3f of the goal of %.0f us\n", what, middle,
		values[0], middle / goal, goal);
	return middle <= goal;
}

/* All kinds of rule, of many users; name: whether users have names, which must be looked up. */
static char *make_rules(bool names, size_t *ret_size)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, ret_size);

	if (stream == NULL)
		abort();
	for (unsigned int i = 0; i < RULES; i += 4) {
		fprintf(stream,
			names ? "permit user root bridge br-%u taps 4 create\n"
			      : "permit user 0 bridge br-%u taps 4 create\n",
			i);
		fprintf(stream, "permit group %u bridge lab%u* isolated mac any\n", 3000 + i, i);
		fprintf(stream, "permit user %u bridge ow-%%U create\n", 5000 + i);
		fprintf(stream, "deny any bridge no-%u # not this one\n", i);
	}
	fclose(stream);
	return text;
}

static struct policy *parse(const char *text, size_t size)
{
	struct policy *policy = policy_new("policy", "subuid");

	policy_parse(policy, policy->main, text, size, &test_names);
	if (policy->n_rules != RULES || policy_broken_at(policy) != NULL)
		abort();
	return policy;
}

static bool bench_parse(const char *text, size_t size)
{
	double times[LOADS] = {0};

	for (size_t i = 0; i < LOADS; i++) {
		double start = now_us();
		struct policy *policy = parse(text, size);

		times[i] = now_us() - start;
		policy_free(policy);
	}
	return report("parse", times, LOADS, LOAD_GOAL_US);
}

/* From a file, with all checks of who could have written it; names by NSS. */
static bool bench_load(const char *what, const char *folder, const char *text, size_t size)
{
	OWNED_MEMORY char *file = NULL, *missing = NULL;
	double times[LOADS] = {0};
	FILE *stream = NULL;

	if (asprintf(&file, "%s/bench.conf", folder) < 0 ||
		asprintf(&missing, "%s/missing", folder) < 0)
		abort();
	stream = fopen(file, "we");
	if (stream == NULL || fwrite(text, 1, size, stream) != size || fclose(stream) != 0) {
		fprintf(stderr, "policy-bench: cannot write '%s'\n", file);
		return false;
	}
	for (size_t i = 0; i < LOADS; i++) {
		struct policy_paths paths = {
			.main = file, .directory = missing, .subuid = missing, .owner = geteuid()};
		double start = now_us();
		struct policy *policy = policy_load(&paths);

		times[i] = now_us() - start;
		if (policy_broken_at(policy) != NULL) {
			policy_print_errors(policy, stderr);
			policy_free(policy);
			return false;
		}
		policy_free(policy);
	}
	remove(file);
	return report(what, times, LOADS, LOAD_GOAL_US);
}

static bool bench_decide(
	const struct policy *policy, const char *what, const struct policy_query *query)
{
	double times[DECISIONS] = {0};
	enum code code = CODE_BUSY;

	for (size_t i = 0; i < DECISIONS; i++) {
		struct policy_decision decision = {.code = CODE_BUSY};
		double start = now_us();

		policy_decide(policy, query, &decision);
		times[i] = now_us() - start;
		code = decision.code;
	}
	printf("(%s) ", code_text(code));
	return report(what, times, DECISIONS, DECIDE_GOAL_US);
}

static bool bench_decisions(const char *text, size_t size)
{
	static const uint32_t gids[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 3000};
	struct policy_query query = {
		.subject = {.uid = 1000, .gids = gids, .n_gids = 11}, .bridge = "br0", .queues = 1};
	struct policy *policy = parse(text, size);
	bool good = bench_decide(policy, "decide, no rule matches", &query);

	query.bridge = "lab0";
	good = bench_decide(policy, "decide, a rule at the top", &query) && good;
	query.bridge = "no-9996";
	good = bench_decide(policy, "decide, the last rule", &query) && good;
	policy_free(policy);
	return good;
}

int main(int argc, char *argv[])
{
	OWNED_MEMORY char *ids = NULL, *names = NULL;
	size_t ids_size = 0, names_size = 0;
	bool good = true;

	if (argc != 2) {
		fprintf(stderr, "usage: policy-bench FOLDER, or '-' to load from no file\n");
		return 2;
	}
	ids = make_rules(false, &ids_size);
	names = make_rules(true, &names_size);
	good = bench_parse(ids, ids_size);
	if (strcmp(argv[1], "-") != 0) {
		good = bench_load("load, users by number", argv[1], ids, ids_size) && good;
		good = bench_load("load, 2500 users by name", argv[1], names, names_size) && good;
	}
	good = bench_decisions(ids, ids_size) && good;
	return good ? 0 : 1;
}
