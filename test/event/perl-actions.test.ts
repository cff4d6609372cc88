import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const actions = suite('actions in Perl')

const HEAD = `#!/usr/bin/perl -w
use strict;
use esmith::ConfigDB;
use esmith::HostsDB;
my ($event, $name) = @ARGV;
my $config = esmith::ConfigDB->open or die "no configuration";
`

function siteWith(code: string): Sandbox {
  const box = new Sandbox()
  box.must('config set DomainName example.org')
  box.must('config set web service Port 80')
  box.write('/etc/gabarit/events/change/S50perl', `${HEAD}${code}`, 0o755)
  return box
}

actions('read and change the databases with the modules of SME Server', () => {
  const box = siteWith(`
    my $hosts = esmith::HostsDB->open;
    print "hosts: ", scalar($hosts->keys), "\\n";
    $hosts->new_record("$name." . $config->get_value('DomainName'), { type => 'host', IP => '192.0.2.1' }) or die;
    $config->set_prop('web', 'Label', "it's é");
    $config->get('web')->delete_prop('Port');
    exit($config->get_prop('web', 'Label') eq "it's é" ? 0 : 9);
  `)
  const { status, stdout, stderr } = box.run('signal-event change shop')
  assert.is(status, 0, stdout + stderr)
  assert.match(stdout + stderr, /hosts: 0/)
  assert.match(box.must('db hosts print'), 'shop.example.org=host|IP|192.0.2.1')
  assert.is(box.must('config print web'), "web=service|Label|it's é\n")
  box.remove()
})

actions('what a description refuses ends them', () => {
  const box = siteWith("$config->set_value('DomainName', 'not a domain'); print qq(on it goes\\n);\n")
  const { status, stdout, stderr } = box.run('signal-event change')
  assert.is(status, 1)
  assert.not.match(stdout + stderr, 'on it goes')
  assert.is(box.must('config get DomainName'), 'example.org\n')
  box.remove()
})

actions.run()
