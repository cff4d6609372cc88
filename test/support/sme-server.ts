/** Databases of an SME Server, as its files hold them. */
export const CONFIGURATION = `# DO NOT MODIFY THIS FILE.
DomainName=example.org
SystemName=server
LocalIP=192.168.1.1
LocalNetmask=255.255.255.0
httpd-admin=service|PermitPlainTextAccess|no|TCPPort|980|ValidFrom||access|private|status|enabled
httpd-e-smith=service|TCPPort|80|access|private|status|enabled
letsencrypt=service|ACCEPT_TERMS|yes|API|2|configure|domains|email|a@example.org|hookScript|enabled|status|enabled
masq=service|Logging|none|Stealth|no|status|enabled
sshd=service|MaxAuthTries|2|PasswordAuthentication|yes|PermitRootLogin|yes|Protocol|2|TCPPort|2222|access|public|status|enabled
`
export const TREE = {
  configuration: CONFIGURATION,
  accounts: 'Primary=ibay|Name|Primary i-bay|PublicAccess|global|Removable|no|UserAccess|wr-admin-rd-group\n',
  domains: 'example.org=domain|Content|Primary|Nameservers|localhost|Removable|no|SystemPrimaryDomain|yes\n',
  hosts: 'www.example.org=host|ExternalIP||HostType|Self|InternalIP||MACAddress||Visibility|Global\n',
  networks: '192.168.1.0=network|Mask|255.255.255.0|Removable|no|Router|default|SystemLocalNetwork|yes\n',
}
