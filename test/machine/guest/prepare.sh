#!/bin/sh
# Makes a machine of what debootstrap installed: prepare.sh ROOT PACKAGE…
set -eu
root=$1
shift
export DEBIAN_FRONTEND=noninteractive
# A folder for temporary files that only this machine has.
unset TMPDIR

# No daemon starts here, but their units are enabled for the first boot.
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"
chroot "$root" apt-get update -q
chroot "$root" apt-get install -y -q --no-install-recommends "$@"
chroot "$root" apt-get clean
umount "$root/proc"
rm "$root/usr/sbin/policy-rc.d"

# Both want port 80; the store of a fleet is for the steps that have one.
chroot "$root" systemctl disable -q nginx etcd
# What the steps say, and nothing else.
chroot "$root" systemctl mask -q serial-getty@hvc0
chroot "$root" passwd -q -d root
mkdir -p "$root/var/log/journal"
echo office > "$root/etc/hostname"
: > "$root/etc/fstab"

# The emulated processor is slow, and what emulates it may be busy.
mkdir -p "$root/etc/systemd/system.conf.d"
printf '[Manager]\nDefaultEnvironment=GABARIT_FRAGMENT_TIMEOUT=300\n' > "$root/etc/systemd/system.conf.d/slow.conf"

# A network card without a cable to anywhere.
cat > "$root/etc/systemd/network/lan.network" <<END
[Match]
Name=en* eth*
[Network]
Address=192.168.1.1/24
END
chroot "$root" systemctl enable -q systemd-networkd

cat > "$root/etc/systemd/system/machine-test.service" <<END
[Unit]
Description=Tests of gabarit
After=multi-user.target
[Service]
ExecStart=/bin/sh -c 'test -d /test || { mkdir /test && tar -C /test -xf /dev/vdb; }; exec /test/guest/runner'
[Install]
WantedBy=multi-user.target
END
chroot "$root" systemctl enable -q machine-test
