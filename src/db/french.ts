/** What `describe` says around the texts of descriptions, by the English words. `{}` stands for what is filled in. */
const FRAME = {
  'the key of a record': "la clé d'un enregistrement",
  value: 'valeur',
  'of the form {}': 'de la forme {}',
  'at least {}': 'au moins {}',
  'at most {}': 'au plus {}',
  'several, separated by "{}"': 'plusieurs, séparés par « {} »',
  'the key of a record in {}': "la clé d'un enregistrement de {}",
  'the key of an "{}" in {}': "la clé d'un enregistrement de type « {} » de {}",
  '{} or {}': '{} ou {}',
  '{} and {}': '{} et {}',
  secret: 'secret',
  'default {}': 'par défaut {}',
  empty: 'vide',
  detected: 'détecté',
  'always {}': 'toujours {}',
  'rule: all of {} or none': 'règle : {}, tous ou aucun',
  'rule: no two records with the same {}': 'règle : jamais deux enregistrements avec le même {}',
  'rule: {} needs {}': 'règle : {} exige {}',
} as const

/** What the formats, forms and units of shipped descriptions are called. */
const NAMES: Readonly<Record<string, string>> = {
  days: 'jours',
  hours: 'heures',
  seconds: 'secondes',
  GiB: 'Gio',
  releases: 'versions',
  bits: 'bits',
  bytes: 'octets',
  'a host name (letters, digits and "-" between dots)':
    'un nom de machine (lettres, chiffres et « - » entre des points)',
  'a host name, optionally after "*." (letters, digits and "-" between dots)':
    'un nom de machine, éventuellement après « *. » (lettres, chiffres et « - » entre des points)',
  'an IP address': 'une adresse IP',
  'an IPv4 address (four numbers up to 255)': "une adresse IPv4 (quatre nombres jusqu'à 255)",
  'an IPv6 address': 'une adresse IPv6',
  'a network (192.168.1.0/24)': 'un réseau (192.168.1.0/24)',
  'an address or a network (192.168.1.0, fd00::/64)': 'une adresse ou un réseau (192.168.1.0, fd00::/64)',
  'an address, a network (192.168.1.0, fd00::/64) or a file of them (/etc/gabarit/lists/office)':
    'une adresse, un réseau (192.168.1.0, fd00::/64) ou un fichier qui en contient (/etc/gabarit/lists/office)',
  'the address of a network with its length or mask (192.168.1.0/24, 192.168.1.0/255.255.255.0, fd00:1::/64)':
    "l'adresse d'un réseau avec sa longueur ou son masque (192.168.1.0/24, 192.168.1.0/255.255.255.0, fd00:1::/64)",
  'the address of an IPv4 network with its length or mask (10.8.0.0/24, 10.8.0.0/255.255.255.0)':
    "l'adresse d'un réseau IPv4 avec sa longueur ou son masque (10.8.0.0/24, 10.8.0.0/255.255.255.0)",
  'the address of an IPv6 network with its length (fd00:8::/64)':
    "l'adresse d'un réseau IPv6 avec sa longueur (fd00:8::/64)",
  'a network mask (255.255.255.0)': 'un masque de réseau (255.255.255.0)',
  'a network mask (255.255.255.0) or a prefix length (24)':
    'un masque de réseau (255.255.255.0) ou une longueur de préfixe (24)',
  'the name of a network interface (eth0; tun+ for all that begin with tun)':
    "le nom d'une interface réseau (eth0 ; tun+ pour toutes celles qui commencent par tun)",
  'a port (1 to 65535) or a range of ports (6000:6010)': 'un port (1 à 65535) ou une plage de ports (6000:6010)',
  'a MAC address': 'une adresse MAC',
  'a port number (1 to 65535)': 'un numéro de port (1 à 65535)',
  'a whole number': 'un nombre entier',
  'a number': 'un nombre',
  'yes or no': 'yes ou no',
  'enabled or disabled': 'enabled ou disabled',
  'an e-mail address': 'une adresse électronique',
  'an absolute path (without "..")': 'un chemin absolu (sans « .. »)',
  'an address such as https://example.org/': 'une adresse telle que https://example.org/',
  'a duration (90, 90s, 15m, 2h, 7d)': 'une durée (90, 90s, 15m, 2h, 7d)',
  'a date (2026-12-31)': 'une date (2026-12-31)',
  'a user name': "un nom d'utilisateur",
  'the key of a record (letters, digits, and . - _ @ : *)':
    "la clé d'un enregistrement (lettres, chiffres et . - _ @ : *)",
  'a path of letters, digits and / . _ @ + -': 'un chemin de lettres, chiffres et / . _ @ + -',
  'up to 64 letters, digits, blanks and . , ( ) : ! _ @ -, first a letter or digit':
    "jusqu'à 64 lettres, chiffres, espaces et . , ( ) : ! _ @ -, d'abord une lettre ou un chiffre",
  'a folder, sftp:USER@HOST:FOLDER, or rest:https://HOST/ without a password':
    'un dossier, sftp:UTILISATEUR@MACHINE:DOSSIER, ou rest:https://MACHINE/ sans mot de passe',
  'a folder, HOST:FOLDER, USER@HOST:FOLDER, or restic:JOB':
    'un dossier, MACHINE:DOSSIER, UTILISATEUR@MACHINE:DOSSIER, ou restic:TÂCHE',
  'a public key of age (age1…) or ssh (ssh-ed25519 …, ssh-rsa …)':
    'une clé publique de age (age1…) ou de ssh (ssh-ed25519 …, ssh-rsa …)',
  'https://NAME/PATH': 'https://NOM/CHEMIN',
  'the SHA-256 fingerprint of a certificate': "l'empreinte SHA-256 d'un certificat",
  'one word': 'un mot',
  'the name of a scope': "le nom d'une portée (scope)",
  'a name of letters, digits and @ . _ -': 'un nom de lettres, chiffres et @ . _ -',
  'NAME: VALUE': 'NOM: VALEUR',
  'a name: letters, digits, and . _ - after the first character':
    'un nom : lettres, chiffres, et . _ - après le premier caractère',
  'HTTP,HTTPS: two port numbers': 'HTTP,HTTPS : deux numéros de port',
  'OWN,OTHER: two port numbers': 'PROPRES,AUTRES : deux numéros de port',
  'HOST:PORT, optionally followed by weight=N, backup, down or max_fails=N':
    'HÔTE:PORT, éventuellement suivi de weight=N, backup, down ou max_fails=N',
  'unix:/SOCKET or HOST:PORT': 'unix:/SOCKET ou HÔTE:PORT',
  'system or /FILE': 'system ou /FICHIER',
  'http://HOST:PORT or https://HOST:PORT (grpc, grpcs), optionally followed by weight=N, backup, down or max_fails=N':
    'http://HÔTE:PORT ou https://HÔTE:PORT (grpc, grpcs), éventuellement suivi de weight=N, backup, down ou max_fails=N',
  'at least four characters': 'au moins quatre caractères',
  NAME: 'NOM',
  'HOST or HOST:PORT': 'HÔTE ou HÔTE:PORT',
  '6/minute (second, minute, hour or day)': '6/minute (second, minute, hour ou day)',
  '10r/s or 30r/m': '10r/s ou 30r/m',
  '100m (k, m or g)': '100m (k, m ou g)',
  '/PATH/': '/CHEMIN/',
  'up to 64 letters, digits, and . _ - @ after the first character; not ca, ta or server-NAME':
    "jusqu'à 64 lettres, chiffres, et . _ - @ après le premier caractère ; ni ca, ni ta, ni server-NOM",
  'two numbers of seconds: 10 120': 'deux nombres de secondes : 10 120',
  'two capital letters: CA': 'deux lettres majuscules : CA',
  'tun or tun0 (small letters, digits, _ and - after tun)':
    'tun ou tun0 (lettres minuscules, chiffres, _ et - après tun)',
  'openvpn or openvpn-NAME': 'openvpn ou openvpn-NOM',
  'openvpn or openvpn-NAME (small letters, digits and -)': 'openvpn ou openvpn-NOM (lettres minuscules, chiffres et -)',
  'https://NAME/?rd= or /PATH?rd=': 'https://NOM/?rd= ou /CHEMIN?rd=',
  'https://NAME or https://NAME/PATH': 'https://NOM ou https://NOM/CHEMIN',
  'http://HOST:PORT/PATH, without ?, # and %, which Apache does not pass on':
    "http://HÔTE:PORT/CHEMIN, sans ?, # ni %, qu'Apache ne transmet pas",
  'http://HOST:PORT/PATH': 'http://HÔTE:PORT/CHEMIN',
  'an address of letters, digits and @ . _ + -': 'une adresse de lettres, chiffres et @ . _ + -',
  'an IP address, several separated by commas': 'une adresse IP, ou plusieurs séparées par des virgules',
  'all, or checks separated by commas: authority, clock, count, internal, wildcard, dns, caa, fetch':
    'all, ou des contrôles séparés par des virgules : authority, clock, count, internal, wildcard, dns, caa, fetch',
  'a path without * ? [ ]': 'un chemin sans * ? [ ]',
  'a name: small letters, digits, and . _ - after the first character':
    'un nom : lettres minuscules, chiffres, et . _ - après le premier caractère',
  'a name without dots': 'un nom sans point',
  'a name of letters, digits and . _ -': 'un nom de lettres, chiffres et . _ -',
  'an address with a port, such as 192.168.1.5:2380': 'une adresse avec un port, comme 192.168.1.5:2380',
  'a host name or an IP address': 'un nom de machine ou une adresse IP',
  'a domain name, several separated by commas': 'un nom de domaine, ou plusieurs séparés par des virgules',
  'USER or USER@NETWORK': 'UTILISATEUR ou UTILISATEUR@RÉSEAU',
  'IMAGE:VERSION': 'IMAGE:VERSION',
  'HOST:PORT, several separated by commas, or none': 'HÔTE:PORT, ou plusieurs séparés par des virgules, ou rien',
  'HOST, HOST PORT or HOST PORT PROTO, such as "vpn2.example.org 443 tcp"':
    'HÔTE, HÔTE PORT ou HÔTE PORT PROTO, comme « vpn2.example.org 443 tcp »',
  'ADDRESS, NETWORK or cloudflare': 'ADRESSE, RÉSEAU ou cloudflare',
  '16k (4k to 999k)': '16k (4k à 999k)',
  '/PATH or /PATH/': '/CHEMIN ou /CHEMIN/',
  'an address or a URN': 'une adresse ou un URN',
  'the name of an attribute': "le nom d'un attribut",
  'the name of a group': "le nom d'un groupe",
  'NAME or PART-PART': 'NOM ou PARTIE-PARTIE',
}

export type Phrase = keyof typeof FRAME

/** A phrase in the user's language, with its gaps filled in. */
export function phrase(french: boolean, words: Phrase, ...parts: readonly (string | number)[]): string {
  const left = [...parts]
  return (french ? FRAME[words] : words).replace(/\{\}/g, () => String(left.shift() ?? ''))
}

/** The name of a format, form or unit. One that a site describes has only the words that the site gave it. */
export function nameIn(french: boolean, name: string): string {
  return french && Object.hasOwn(NAMES, name) ? (NAMES[name] ?? name) : name
}

/** Whether {@link nameIn} knows a name in French. */
export function isTranslated(name: string): boolean {
  return Object.hasOwn(NAMES, name)
}
