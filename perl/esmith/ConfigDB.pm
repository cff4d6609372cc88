package esmith::ConfigDB;

use strict;
use warnings;
use esmith::ConfigDB::Record;
use esmith::DB::db;

our @ISA = 'esmith::DB::db';

sub open    { my ($class, $file) = @_; return $class->SUPER::open($file    || 'configuration') }
sub open_ro { my ($class, $file) = @_; return $class->SUPER::open_ro($file || 'configuration') }

sub get {
    my ($self, $key) = @_;
    my $record = $self->SUPER::get($key);
    return $record && bless $record, 'esmith::ConfigDB::Record';
}

# The keys of all services.
sub services { return $_[0]->list_by_type('service') }

sub wins_server {
    my ($self) = @_;
    my $server = $self->get_prop('smb', 'WINSServer');
    return $server if $server;
    my $role = $self->get_prop('smb', 'ServerRole') || 'WS';
    return $role =~ /^(?:PDC|ADS)$/ ? $self->get_prop('InternalInterface', 'IPAddress') : undef;
}

sub getLocale {
    my ($self) = @_;
    my $settings = $self->get('sysconfig') or return undef;
    my @defaults = (Language => 'en_US', KeyboardType => 'pc', Keytable => 'us');
    my @locale;
    while (my ($name, $default) = splice @defaults, 0, 2) {
        push @locale, $settings->prop($name) || $default;
    }
    return @locale;
}

# A line of hosts.allow for a service.
sub hosts_allow_spec {
    my ($self, $name, $daemon) = @_;
    my $service = $self->get($name) or return "# '$name' is not defined in the configuration database";
    return "# '$name' is disabled in the configuration database"
        unless ($service->prop('status') || 'disabled') eq 'enabled';
    require esmith::NetworksDB;
    my @spec = esmith::NetworksDB->open_ro->local_access_spec($service->prop('access') || 'private');
    return join ' ', ($daemon || $name) . ':', @spec;
}

1;
