/** Makes a value safe for a file format, or throws if the format cannot represent it. */
export type Quoter = (value: string) => string

const refuse = (value: string, why: string): never => {
  throw new TypeError(`${JSON.stringify(value)} ${why}`)
}

/** In double quotes, with `\"` and `\\`: what Apache, nginx and OpenVPN have in common. Not for a shell. */
export const doubleQuoted: Quoter = value => `"${value.replace(/[\\"]/g, '\\$&')}"`

/** POSIX shell (XCU 2.2): bare when harmless, else in single quotes. */
export const shell: Quoter = value => (/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`)

/**
 * Apache httpd's argument (server/util.c, ap_getword_conf): bare, or in double quotes with `\"` and `\\`.
 * httpd expands `${NAME}` and `%{NAME}` everywhere, and they cannot be escaped.
 */
export const apache: Quoter = value => {
  if (/^[\w@%+=:,./*?&~!-]+$/.test(value)) return value
  if (value.startsWith('|'))
    refuse(value, 'begins with |, and httpd would run it as a command; use <%~ %> if you mean that')
  if (/[$%]\{/.test(value)) refuse(value, 'holds ${ or %{, which httpd would expand; use <%~ %> if you mean that')
  return doubleQuoted(value)
}

/** nginx (ngx_conf_file.c): bare, or in double quotes with `\"` and `\\`; a dollar starts a variable and has no escape. */
export const nginx: Quoter = value => {
  if (/^[\w@%+=:,./*?&~!-]+$/.test(value)) return value
  if (value.includes('$')) refuse(value, 'holds a $, which nginx would expand; use <%~ %> if you mean that')
  return doubleQuoted(value)
}

/** OpenVPN 2.6 (openvpn(8), "config"): bare, or in double quotes with `\"` and `\\`. */
export const openvpn: Quoter = value => (/^[\w@%+=:,./*-]+$/.test(value) ? value : doubleQuoted(value))

/** iptables-restore(8): a word, or a text in double quotes with `\"` and `\\`. */
export const iptables: Quoter = value => (/^[\w@%+=:,./*!-]+$/.test(value) ? value : doubleQuoted(value))

/**
 * Values of an ini or `key = value` file: bare. A comment sign at the start or after a space would cut the value short, and a
 * backslash at its end would swallow the next line in formats that continue lines (systemd.syntax(7), git-config(1)).
 */
const ini: Quoter = value =>
  /^[#;]|\s[#;]|^\s|\s$|\\$/.test(value)
    ? refuse(value, 'would lose spaces, be cut short as a comment or continue on the next line in this file')
    : value

/** Files of space-separated words (hosts, domains.txt): host names, addresses, paths; no spaces and no comment signs. */
export const words: Quoter = value =>
  /^[\w@%+=:,./*-]+$/.test(value)
    ? value
    : refuse(value, 'is not a single plain word, and this file can hold nothing else')

/** YAML and JSON: a double-quoted string (YAML 1.2.2 §7.3.1 takes JSON's); print a number to have it bare. */
export const json: Quoter = value => JSON.stringify(value)

/** The quoters, by the value of `format` in template.json. */
export const QUOTERS: Readonly<Record<string, Quoter>> = {
  raw: value => value,
  shell,
  apache,
  nginx,
  openvpn,
  ini,
  iptables,
  words,
  yaml: json,
  json,
}
