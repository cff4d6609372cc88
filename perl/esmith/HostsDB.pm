package esmith::HostsDB;

use strict;
use warnings;
use esmith::DB::db;

our @ISA = 'esmith::DB::db';

sub open    { my ($class, $file) = @_; return $class->SUPER::open($file    || 'hosts') }
sub open_ro { my ($class, $file) = @_; return $class->SUPER::open_ro($file || 'hosts') }

sub hosts { return $_[0]->get_all_by_prop(type => 'host') }

sub get_hosts_by_domain {
    my ($self, $domain) = @_;
    return grep { $_->key =~ /^[^.]+\.$domain$/ } $self->get_all;
}

1;
