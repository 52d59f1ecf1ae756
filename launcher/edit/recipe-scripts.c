/* SPDX-License-Identifier: MIT
 * The scripts of recipes, which OpenWrt's ash runs. */
#include "launcher/edit/recipe-scripts.h"

/* A section of that name of a rule for the firewall: said twice it is the same. */
#define OPEN_PORT(section, name, port) \
	"set firewall." section \
	"=rule\n" \
	"set firewall." section ".name='" name \
	"'\n" \
	"set firewall." section \
	".src='wan'\n" \
	"set firewall." section \
	".proto='tcp'\n" \
	"set firewall." section ".dest_port='" port \
	"'\n" \
	"set firewall." section ".target='ACCEPT'\n"

const char recipe_wan_ssh_http[] =
	"uci -q batch <<'END'\n" OPEN_PORT("owrun_ssh", "Allow-SSH-WAN", "22")
		OPEN_PORT("owrun_http", "Allow-HTTP-WAN", "80") "commit firewall\n"
	"delete dropbear.@dropbear[0].Interface\n"
	"delete dropbear.@dropbear[0].DirectInterface\n"
	"commit dropbear\n"
	"END\n";

/* Finds the bridge of the LAN, which is not always the first device. */
#define FIND_BRIDGE \
	"i=0\n" \
	"while name=$(uci -q get \"network.@device[$i].name\"); do\n" \
	"\t[ \"$name\" = br-lan ] && break\n" \
	"\ti=$((i + 1))\n" \
	"done\n" \
	"bridge=\"network.@device[$i]\"\n"

const char recipe_eth0_wan[] = FIND_BRIDGE
	"uci -q delete \"$bridge.ports\"\n"
	"uci add_list \"$bridge.ports=eth1\"\n"
	"uci set network.wan=interface\n"
	"uci set network.wan.device=eth0\n"
	"[ -n \"$(uci -q get network.wan.proto)\" ] || uci set network.wan.proto=dhcp\n"
	"[ -z \"$(uci -q get network.wan6)\" ] || uci set network.wan6.device=eth0\n"
	"uci commit network\n";

const char recipe_eth0_wan_ifname[] =
	"uci set network.lan.ifname=eth1\n"
	"uci set network.wan=interface\n"
	"uci set network.wan.ifname=eth0\n"
	"[ -n \"$(uci -q get network.wan.proto)\" ] || uci set network.wan.proto=dhcp\n"
	"[ -z \"$(uci -q get network.wan6)\" ] || uci set network.wan6.ifname=eth0\n"
	"uci commit network\n";

/* A port of owvm passes frames from the address of its card only, so the bridge has that. */
const char recipe_eth1_lan[] = FIND_BRIDGE
	"uci -q del_list \"$bridge.ports=eth1\"\n"
	"uci add_list \"$bridge.ports=eth1\"\n"
	"uci set \"$bridge.macaddr=$(cat /sys/class/net/eth1/address)\"\n"
	"for wan in wan wan6; do\n"
	"\t[ \"$(uci -q get network.$wan.device)\" = eth1 ] && uci delete network.$wan\n"
	"done\n"
	"uci commit network\n";

const char recipe_eth1_lan_ifname[] =
	"case \" $(uci -q get network.lan.ifname) \" in\n"
	"*' eth1 '*) ;;\n"
	"*) uci set \"network.lan.ifname=$(uci -q get network.lan.ifname) eth1\" ;;\n"
	"esac\n"
	"uci set network.lan.type=bridge\n"
	"uci set \"network.lan.macaddr=$(cat /sys/class/net/eth1/address)\"\n"
	"for wan in wan wan6; do\n"
	"\t[ \"$(uci -q get network.$wan.ifname)\" = eth1 ] && uci delete network.$wan\n"
	"done\n"
	"uci commit network\n";

/* inittab counts from the next boot on. */
const char recipe_shell[] =
	"grep -q '^ttyS1::' /etc/inittab ||\n"
	"\techo 'ttyS1::askfirst:/usr/libexec/login.sh' >>/etc/inittab\n"
	"[ ! -c /dev/ttyS1 ] || /bin/ash --login </dev/ttyS1 >/dev/ttyS1 2>&1 &\n";

/* Where the kernel has 9p as modules, they have to be in the image. */
const char recipe_hostshare[] =
	"mkdir -p /mnt/hostshare\n"
	"sed -i '/hostshare/d; /^exit 0/d' /etc/rc.local\n"
	"cat >>/etc/rc.local <<'END'\n"
	"mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 hostshare /mnt/hostshare\n"
	"exit 0\n"
	"END\n"
	"mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 hostshare /mnt/hostshare\n";
