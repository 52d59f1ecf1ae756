/* SPDX-License-Identifier: MIT
 * The commands of owrun, as the table of commands calls them. */
#ifndef OWVM_LAUNCHER_COMMAND_COMMANDS_H
#define OWVM_LAUNCHER_COMMAND_COMMANDS_H

#include "launcher/options/options.h"

/* Exit status of a command line that makes no sense. */
#define EXIT_USAGE 2

/* Each carries its command out, tells on stderr what went wrong, and returns the exit status. */
int run_run(struct options *options);
int create_run(struct options *options);
int config_run(struct options *options);
int set_run(struct options *options);
int edit_run(struct options *options);
int clone_run(struct options *options);
int rename_run(struct options *options);
int import_run(struct options *options);
int enable_run(struct options *options);
int disable_run(struct options *options);
int list_run(struct options *options);
int status_run(struct options *options);
int attach_run(struct options *options);
int log_run(struct options *options);
int monitor_run(struct options *options);
int ssh_run(struct options *options);
int ssh_config_run(struct options *options);
int open_run(struct options *options);
int stop_run(struct options *options);
int kill_run(struct options *options);
int restart_run(struct options *options);
int remove_run(struct options *options);
int snapshot_run(struct options *options);
int restore_run(struct options *options);
int nets_run(struct options *options);
int ports_run(struct options *options);
int machines_run(struct options *options);
int cpus_run(struct options *options);
int nic_run(struct options *options);
int forward_run(struct options *options);
int capture_run(struct options *options);
int map_run(struct options *options);
int wait_run(struct options *options);
int doctor_run(struct options *options);
int pull_run(struct options *options);
int images_run(struct options *options);
int inject_run(struct options *options);
int recipes_run(struct options *options);
int ls_image_run(struct options *options);
int cp_run(struct options *options);
int cat_run(struct options *options);
int chroot_command(struct options *options);
int mkimage_run(struct options *options);
int completion_run(struct options *options);
int lan_run(struct options *options);
int help_run(struct options *options);

#endif
