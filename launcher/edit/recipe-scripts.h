/* SPDX-License-Identifier: MIT
 * The scripts of recipes, which OpenWrt's ash runs; those with a '%' are for text_format(). */
#ifndef OWVM_LAUNCHER_EDIT_RECIPE_SCRIPTS_H
#define OWVM_LAUNCHER_EDIT_RECIPE_SCRIPTS_H

extern const char recipe_wan_ssh_http[];
extern const char recipe_eth0_wan[];
extern const char recipe_eth0_wan_ifname[];
extern const char recipe_eth1_lan[];
extern const char recipe_eth1_lan_ifname[];
extern const char recipe_shell[];
extern const char recipe_hostshare[];

/* The compiler looks at the arguments of these. */
#define RECIPE_LAN_IP \
	"uci -q batch <<'END'\n" \
	"delete network.lan.ipaddr\n" \
	"set network.lan.ipaddr='%.*s'\n" \
	"set network.lan.netmask='%u.%u.%u.%u'\n" \
	"commit network\n" \
	"END\n"
#define RECIPE_LAN_IP_LIST \
	"uci -q batch <<'END'\n" \
	"delete network.lan.ipaddr\n" \
	"delete network.lan.netmask\n" \
	"add_list network.lan.ipaddr='%s'\n" \
	"commit network\n" \
	"END\n"
#define RECIPE_HOSTNAME \
	"uci -q batch <<'END'\n" \
	"set system.@system[0].hostname='%s'\n" \
	"commit system\n" \
	"END\n"
#define RECIPE_PASSWORD "sed -i 's|^root:[^:]*:|root:%s:|' /etc/shadow\n"
#define RECIPE_ROOT_KEY \
	"key=%s\n" \
	"file=/etc/dropbear/authorized_keys\n" \
	"mkdir -p /etc/dropbear\n" \
	"grep -qxF \"$key\" \"$file\" 2>/dev/null || printf '%%s\\n' \"$key\" >>\"$file\"\n" \
	"chmod 700 /etc/dropbear\n" \
	"chmod 600 \"$file\"\n"

#endif
