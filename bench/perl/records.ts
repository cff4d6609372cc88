/** Records beside the defaults of the trees, so that loops over them have something to do, as flat files. */
export const RECORDS: Readonly<Record<string, readonly string[]>> = {
  configuration: [
    'DomainName=example.org',
    'SystemName=server',
    'SystemMode=serveronly',
    'LocalIP=192.168.1.1',
    'LocalNetmask=255.255.255.0',
    'GatewayIP=192.168.1.254',
    'InternalInterface=interface|Broadcast|192.168.1.255|IPAddress|192.168.1.1|Name|eth0|Netmask|255.255.255.0|Network|192.168.1.0',
    'ExternalInterface=interface|Broadcast|203.0.113.255|IPAddress|203.0.113.7|Name|eth1|Netmask|255.255.255.0|Network|203.0.113.0',
    'dns=configuration|NameServers|192.0.2.53,192.0.2.54',
    'OrganizationContact=configuration|City|Bern|Company|Example|CountryCode|CH|Department|Main|State|BE|Street|Road 1',
    'sysconfig=configuration|ProductName|Server|Version|7.9',
  ],
  networks: [
    '192.168.1.0=network|Mask|255.255.255.0|SystemLocalNetwork|yes',
    '192.168.5.0=network|Mask|255.255.255.0|Router|192.168.1.253',
    'eth0=ethernet|bootproto|none|gateway||ipaddr|192.168.1.1|netmask|255.255.255.0|role|green',
    'eth1=ethernet|FwInBandwidth|100000|FwOutBandwidth|20000|bootproto|none|gateway|203.0.113.1|ipaddr|203.0.113.7|netmask|255.255.255.0|role|red',
    'eth2=ethernet|bootproto|none|ipaddr|192.168.20.1|netmask|255.255.255.0|role|blue',
    'eth3=ethernet|bootproto|none|ipaddr|192.168.30.1|netmask|255.255.255.0|role|orange',
    'eth4=ethernet|bootproto|none|ipaddr||netmask||role|hotspot',
  ],
  hosts: [
    'nas=local|Description|Storage|IpAddress|192.168.1.9|MacAddress|00:11:22:33:44:55',
    'far.example.net=remote|Description|Elsewhere|IpAddress|198.51.100.8',
    'alias=self|Description|Another name',
    'www.example.org=host|HostType|Self|InternalIP||MACAddress||Visibility|Global',
    'printer.example.org=host|HostType|Local|InternalIP|192.168.1.12|MACAddress|00:11:22:33:44:66|Visibility|Local',
    'web=host|Description|Object|IpAddress|192.168.1.20',
    'office=host-group|Description|Group|Members|web,nas',
  ],
  domains: [
    'example.org=domain|Content|Primary|Description|Main|DisclaimerStatus|disabled|TransportType|LocalDelivery|UnknownRecipientsActionDeliverMailbox|root|UnknownRecipientsActionType|deliver',
    'shop.org=domain|Content|shop|Description|Shop|RelayHost|mail.example.net|RelayPort|25|TransportType|Relay',
    'list.org=domain|AlwaysBccAddress|archive@example.org|AlwaysBccStatus|enabled|OpenDkimStatus|enabled|TransportType|LocalDelivery|UnknownRecipientsActionType|bounce',
  ],
  accounts: [
    'admin=user|EmailForward|local|FirstName|Local|LastName|Administrator|MailStatus|enabled',
    'anna=user|FirstName|Anna|FtpStatus|enabled|LastName|Muster|MailAccess|public|MailForwardAddress|anna@example.net|MailForwardKeepMessageCopy|yes|MailForwardStatus|enabled|MailQuotaCustom|20|MailQuotaType|custom|MailStatus|enabled|VPNClientAccess|yes',
    'ben=user|FirstName|Ben|LastName|Muster|MailStatus|disabled|VPNClientAccess|no',
    'staff=group|Description|Staff|MailStatus|enabled|Members|anna,ben',
    'Primary=ibay|CgiBin|enabled|Group|shared|Name|Primary|PasswordSet|no|PublicAccess|global|UserAccess|wr-admin-rd-group',
    'shop=ibay|CgiBin|disabled|Group|staff|Name|Shop|NfsStatus|enabled|NfsLocalNetwork|enabled|PasswordSet|yes|PublicAccess|local-pw|UserAccess|wr-group-rd-everyone',
    'info@example.org=pseudonym|Access|public|Account|anna',
    'vpn1=vpn-user|OpenVpnIp|10.9.0.9|VPNRemoteNetmask|255.255.255.0|VPNRemoteNetwork|192.168.77.0',
    'road=vpn|OpenVpnIp|10.9.0.10',
  ],
  vhosts: [
    'v1=vhost|Access|public|Description|First|ForceSslStatus|enabled|FtpPassword|secret|FtpStatus|enabled|Indexes|disabled|PasswordStatus|disabled|PhpRhVersion|rh-php73|ServerNames|www.shop.org,shop.org|SslCertificate||status|enabled',
    'v2=vhost|Access|private|Description|Second|ForceSslStatus|disabled|FtpStatus|disabled|Indexes|enabled|PasswordStatus|enabled|PasswordValue|secret|ServerNames|old.org|status|enabled',
  ],
  proxypass: [
    'app=ProxyPass|Description|Application|HTTP|yes|HTTPS|yes|Target|http://192.168.1.20:8080/|ValidFrom|192.168.1.0/24',
    'all.example.org=VhostReverse|CertVerification|no|Description|Other|HTTP|yes|HTTPS|yes|PreserveHost|yes|Target|https://192.168.1.21/|WebSockets|enabled|WebSocketsPath|/ws/',
  ],
  portforward: [
    '1=pf|Allow||Description|Web|Dst|8080|DstHost|192.168.1.20|Log|none|OriDst||Proto|tcp|Src|80|status|enabled',
  ],
  fwrules: [
    '1=rule|Action|accept|Description|Web|Dst|host;web|Log|none|Position|64|Service|fwservice;http|Src|role;red|State|new|status|enabled',
    '2=rule|Action|drop|Description|No|Dst|role;green|Log|info|Position|128|Service|any|Src|role;blue|status|enabled',
  ],
  fwservices: ['http=fwservice|Ports|80,8080|Protocol|tcp', 'sip=fwservice|Ports|5060|Protocol|tcpudp'],
  routes: ['10.20.0.0/16=static|Description|Branch|Metric|1|Router|192.168.1.253'],
  vpn: [
    'branch=ipsec-tunnel|dpdaction|restart|esp|auto|ike|auto|left|%eth1|leftid|@here|leftsubnets|192.168.1.0/24|psk|secret|right|198.51.100.20|rightid|@there|rightsubnets|10.30.0.0/24|status|enabled',
    'tunsrv=openvpn-tunnel-server|Cipher|AES-256-CBC|Compression|disabled|Digest|SHA256|LocalNetworks|192.168.1.0/24|Network|10.40.0.0/24|Port|1200|Protocol|udp|PublicAddresses|203.0.113.7|RemoteNetworks|10.41.0.0/24|Topology|subnet|status|enabled',
    'tuncli=tunnel|Compression|enabled|Crt||LocalPeer|10.50.0.1|Mode|routed|Port|1300|Protocol|udp|RemoteHost|198.51.100.30|RemoteNetworks|10.51.0.0/24|RemotePeer|10.50.0.2|Topology|p2p|status|enabled',
  ],
  smarthosts: [
    'out.example.net=sender|Description|Out|Host|smtp.example.net|Password|secret|Port|587|TlsStatus|enabled|Username|me|status|enabled',
  ],
  getmail: [
    'anna@mail.example.net=getmail|Account|anna@example.org|Delete|0|FilterCheck|yes|Password|secret|Retriever|SimplePOP3SSLRetriever|Server|mail.example.net|Time|15|Username|anna|status|enabled',
  ],
  fetchmail: [
    'anna@mail.example.net=fetchmail|account|anna|active|YES|interval|10|password|secret|popserver|mail.example.net|username|anna',
  ],
  contentfilter: [
    'default_profile=profile|Description|Default|Filter|filter;default|FilterElse||Removable|no|Src|',
    'default=filter|BlackList|enabled|BlockAll|disabled|BlockFileTypes|enabled|BlockIpAccess|enabled|Categories|ads,malware|Description|Default|WhiteList|enabled',
    'kids=profile|Description|Kids|Filter|filter;default|Src|host;nas|Time|time;night',
  ],
  dhcp: [
    'eth0=range|DhcpDNS|192.168.1.1|DhcpDomain|example.org|DhcpGatewayIP|192.168.1.1|DhcpLeaseTime|86400|DhcpNTP||DhcpRangeEnd|192.168.1.200|DhcpRangeStart|192.168.1.100|DhcpTFTP||DhcpWINS||status|enabled',
  ],
  wireguard: [
    'anna-1=wg0|WGallowedips|0.0.0.0/0|info|phone|ip|10.7.0.2|private|cGhvbmU=|public|cGhvbmUyCg==|status|enabled|user|anna',
    'ben-1=wg0|info|notebook|ip|10.7.0.3|private|bm90ZQ==|public|bm90ZTIK|status|disabled|user|ben',
  ],
  backups: [
    'backup-data=backup|BackupTime|1:00|CleanupOlderThan|30D|Notify|error|NotifyTo|root@localhost|Prune|always|Type|0 1 * * *|VFSType|cifs|status|enabled',
  ],
  tc: [
    'high=class|BindTo|eth1|Description|High|Mark|2|MaxInputRate|100|MaxOutputRate|100|MinInputRate|30|MinOutputRate|30|Unit|%',
  ],
  ips: ['emerging-web=rule|Action|alert|status|enabled'],
  squid: [
    '1=bypass-dst|Description|Bank|Dst|198.51.100.99|Position|1|status|enabled',
    '2=bypass-src|Description|Nas|Src|host;nas|status|enabled',
  ],
}
