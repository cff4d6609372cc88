/** What takes the place of events of SME Server and NethServer. A name may end in `*`. */
const TWINS: readonly (readonly [names: string, advice: string])[] = [
  ['ibay-create ibay-modify-servers', 'signal-event ibay-modify NAME'],
  ['ibay-delete', 'db accounts delete NAME, then signal-event ibay-modify'],
  ['virtualhost-create vhost-create', 'signal-event domain-create NAME'],
  ['virtualhost-modify vhost-modify', 'signal-event domain-modify NAME'],
  ['virtualhost-delete vhost-delete', 'signal-event domain-delete NAME'],
  ['network-* trusted-networks-* interface-* static-routes-*', 'signal-event network-update'],
  ['portforward* firewall-* fwservice-* masq*', 'signal-event firewall-update'],
  ['sshd-* nethserver-openssh-*', 'signal-event remoteaccess-update'],
  ['openvpn-* nethserver-openvpn-* nethserver-vpn-* smeserver-openvpn-*', 'signal-event openvpn-update'],
  ['certificate-* letsencrypt-* nethserver-letsencrypt-* smeserver-letsencrypt-*', 'signal-event letsencrypt-modify'],
  ['proxypass-* nethserver-reverse-proxy-*', 'signal-event proxy-modify NAME'],
  ['httpd-* webapps-* nethserver-httpd-*', 'signal-event ssl-update'],
  ['post-restore* pre-restore restore-*', 'signal-event post-upgrade, then signal-event console-save'],
  ['ip-change ip-up static-ip-* fqdn* dns-* update-dns nethserver-* smeserver-*', 'signal-event console-save'],
  ['reboot', 'systemctl reboot'],
  ['halt shutdown poweroff', 'systemctl poweroff'],
  ['logrotate', "the distribution's logrotate"],
  ['timeserver-* ntpd-* ntp-*', "the distribution's time service: timedatectl"],
  ['pre-backup* post-backup* conf-backup backup-* tape-*', 'your own backup of /etc/gabarit and /var/lib/gabarit'],
  ['user-* group-* password-* machine-account-* quota-* init-* bootstrap-ldap-save', 'adduser, deluser and passwd'],
  ['pseudonym-* mail-* fetchmail-* spamassassin-* pop-* imap-*', 'nothing: gabarit has no mail'],
  [
    'printer-* workgroup-* samba-* ldap-* squid-* proxy-update',
    'nothing: gabarit has no file shares, printers or web cache',
  ],
]

/** What does here what an event of SME Server does there; undefined for any other name. @param item its argument */
export function twinOf(event: string, item = 'NAME'): string | undefined {
  const fits = (name: string) => (name.endsWith('*') ? event.startsWith(name.slice(0, -1)) : event === name)
  const advice = TWINS.find(([names]) => names.split(' ').some(fits))?.[1]
  return advice?.replace('NAME', () => item)
}
