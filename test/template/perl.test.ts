// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of other languages
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileSource } from '../../src/template/fragment.ts'
import { PROJECT } from '../support/sandbox.ts'

const perl = suite('fragments of SME Server are recognised')

const isPerl = (text: string) => compileSource('/x/10one', Buffer.from(text)).isPerl

/** In the manner of SME Server's and NethServer's fragments, each with another sign. */
const PERL = [
  'Port { $sshd{TCPPort} }\n',
  "Port { $sshd{'TCPPort'} || '22' }\n",
  "Port={${'httpd-admin'}{TCPPort}}\n",
  'ServerName {$DomainName}\n',
  'ServerName {{$VhostName}}\n',
  'Hello { $name || "nobody" }\n',
  "{ $network ? '' : '# ' }network = { $network }\n",
  '{\n  my $status = "on";\n  return "# off\\n" if $status eq "off";\n  "";\n}\n',
  '{\n    use esmith::NetworksDB;\n    $OUT = "";\n}\n',
  '{\n    $OUT .= "line\\n";\n}\n',
  '{ esmith::HostsDB->open_ro()->get("www") }\n',
  '{ join(", ", @names) }\n',
  '{ push @names, qw(one two); ""; }\n',
  '{ @names = ("a"); ""; }\n',
  '{ ( -f "/etc/off" ) ? "No" : "Yes" }\n',
  '{ db_get_prop(\\%conf, "sshd", "status") }\n',
  '{\n  foreach $n (@nets) { $OUT .= $n; }\n}\n',
  'worker \\{\n  count = {$worker{Count} || 4};\n\\}\n',
  '/var/log/a/*.log \\{\n  rotate 5\n\\}\n',
  'lease=/run/$\\{1\\}.lease\n',
  'RewriteCond %\\{HTTPS\\} !=on\n',
  "{${'wg-quick@wg0'}{private};}\n",
  'relays {${SystemName} . "." . ${DomainName}}\n',
  '# See ls(1)\n{ my $x = 1; "" }\n',
  '{\n  $OUT .= "\n#!/bin/sh\n";\n}\n',
  'lone } brace\nPort { $sshd{TCPPort} }\n',
  'a line of <%h and { $OUT .= "x"; }\n',
]

for (const text of PERL)
  perl(`Perl: ${JSON.stringify(text.slice(0, 50))}`, () => {
    assert.is(isPerl(text), true)
  })

/** Braces and dollars of other languages. */
const OTHERS = [
  'location ~ ^/(\\w{2})$ {\n  if ($request_method = POST) { return 405; }\n  proxy_pass http://$upstream;\n}\n',
  'map $http_upgrade $connection { default upgrade; "" close; }\n',
  'log_format main \'$remote_addr "$request" ${host}{}\';\n',
  'content_by_lua_block { local x = ngx.var.host; ngx.say(x) }\n',
  'LogFormat "%{Referer}i -> %U $1" referer\nRewriteRule ^(.*)$ https://%{HTTP_HOST}$1\n',
  'f() { local file=$1; test -e "$file" || return; }\n{ echo "$OUT"; } > "${OUT}"\n',
  'OUT=/tmp/x\nfor x in a b; do { $cmd; }; done\n',
  "awk '{ print $1 } END { print $2 }' < file\n",
  'define lan = { $eth0, $eth1 }\nset x { elements = { $lan } }\n',
  'virtual_ipaddress { $VIP }\n',
  'sed -e "s/x\\{2\\}/y/" $1\n',
  '${lookup{$local_part}lsearch{/etc/aliases}{$value}fail}\n',
  '/var/log/*.log { rotate 4\n postrotate\n kill -HUP $(cat /run/x.pid)\n endscript\n}\n',
  'subnet 10.0.0.0 netmask 255.0.0.0 { option routers 10.0.0.1; }\n',
  '{"a": {"b": "$x", "use": "my own"}}\n',
  'zone "example.org" { type master; file "db.example"; };\n',
  '<?php function f() { $x = 1; return $x{0}; } ?>\n',
  '#!/usr/bin/perl\nuse strict;\nsub f { my $x = shift; return $x->{a}; }\n',
  'if $programname == "x" then { action(type="omfile" file="/var/log/x") }\n',
  'export async function f() {\n  return\n  if (x) y($z)\n}\n',
  'Text in {braces}, and a price of $5.\n',
]

for (const text of OTHERS)
  perl(`plain text: ${JSON.stringify(text.slice(0, 50))}`, () => {
    assert.is(isPerl(text), false)
  })

perl('no shipped fragment is taken for Perl', () => {
  const folder = join(PROJECT, 'templates')
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile() && !file.endsWith('.json'))
      assert.is(compileSource(file, readFileSync(file)).isPerl, false, file)
  }
})

perl.run()
